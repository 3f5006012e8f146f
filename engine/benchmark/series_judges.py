"""The judges of the culling test: every scorer, the comparator, and the program as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.benchmark.scorers import ScoreOf, score_functions
from engine.benchmark.series import Judged, SeriesJudge, by_preferences, by_scores
from engine.comparing.base import Comparator, Prepared
from engine.comparing.learned import LearnedComparator
from engine.errors import ModelError
from engine.models.device import Device
from engine.models.registry import Lineup, batch_size
from engine.models.runtime import Runtime
from engine.paths import DataDir
from engine.scoring.base import Scorer
from engine.scoring.composite import compose, with_portrait_rules
from engine.selection.pairs import composite_probability, slope_of
from engine.settings import Album, SelectionRules, Settings
from engine.types import Role, Score

COMPARATOR, COMPOSITE, COMPOSITE_ALONE = "comparator", "composite", "composite_alone"


def shipped_comparator(device: Device, settings: Settings, data_dir: DataDir) -> Comparator:
    """Return the comparator that ships, whatever the settings name. Raises ModelError."""
    runtime = Runtime(settings.performance.runtime, data_dir.converted)
    return LearnedComparator(data_dir.models, device, batch_size(settings, device), runtime)


def series_judges(lineup: Lineup, comparator: Comparator, settings: Settings) -> dict[str, SeriesJudge]:
    """Return the judges by name, loaded. Raises ModelError where a model is not there."""
    comparator.load()
    judges: dict[str, SeriesJudge] = {COMPARATOR: ComparatorJudge(comparator)}
    judges |= {name: ScoreJudge(score) for name, score in score_functions(lineup).items()}
    looker = Looker(lineup, comparator, settings.album)
    judges[COMPOSITE] = CompositeJudge(looker, comparator, settings.album.selection)
    judges[COMPOSITE_ALONE] = CompositeJudge(looker, None, settings.album.selection)
    return judges


class ScoreJudge:
    """Keeps the photo with the highest score."""

    def __init__(self, score: ScoreOf) -> None:
        self._score = score

    def look(self, image: Decoded) -> float:
        return self._score(image)

    def judge(self, looks: Sequence[float]) -> Judged:
        return by_scores(np.array(looks))


class ComparatorJudge:
    """Keeps the photo that wins most when each is compared with each."""

    def __init__(self, comparator: Comparator) -> None:
        self._comparator = comparator

    def look(self, image: Decoded) -> Prepared:
        return self._comparator.prepare([image])[0]

    def judge(self, looks: Sequence[Prepared]) -> Judged:
        return by_preferences(preferences_of(self._comparator, looks))


@dataclass(frozen=True, slots=True)
class Seen:
    scores: dict[Role, Score]
    prepared: Prepared


class Looker:
    """What all scorers and the comparator see of a photo; the last is kept, for judges that ask in turn."""

    def __init__(self, lineup: Lineup, comparator: Comparator, album: Album) -> None:
        self._scorers = lineup.scorers
        self._comparator = comparator
        self._album = album
        self._last: tuple[Decoded, Seen] | None = None
        for scorer in self._scorers.values():
            scorer.load()

    def look(self, image: Decoded) -> Seen:
        if self._last is None or self._last[0] is not image:
            found = {role: self._score(scorer, image) for role, scorer in self._scorers.items()}
            self._last = image, Seen(found, self._comparator.prepare([image])[0])
        return self._last[1]

    def _score(self, scorer: Scorer, image: Decoded) -> Score:
        (result,) = scorer.score([image])
        if result.score is None:
            raise ModelError(f"{scorer.info.name} gave no score: {result.error}")
        if result.score.role is Role.PORTRAIT:
            return with_portrait_rules(result.score, self._album.portrait)
        return result.score


class CompositeJudge:
    """Keeps what culling would pick: the best composite, close ones ranked by a comparator if any."""

    def __init__(self, looker: Looker, comparator: Comparator | None, rules: SelectionRules) -> None:
        self._looker = looker
        self._comparator = comparator
        self._rules = rules

    def look(self, image: Decoded) -> Seen:
        return self._looker.look(image)

    def judge(self, looks: Sequence[Seen]) -> Judged:
        composites = np.array([compose(seen.scores, self._rules)[0] or 0.0 for seen in looks])
        gaps = composites[:, None] - composites[None, :]
        told = self._told(looks)
        near = np.abs(gaps) <= self._rules.close_range
        slope = slope_of(seen.scores for seen in looks)
        by_composite = np.vectorize(lambda gap: composite_probability(gap, slope))(gaps)
        preferences = np.where(near & (told != 0.5), told, by_composite)
        close = np.flatnonzero(composites.max() - composites <= self._rules.close_range)
        close = close[np.argsort(-composites[close], kind="stable")]
        points = told[np.ix_(close, close)].sum(axis=1)
        return Judged(int(close[points.argmax()]), preferences, probable=True)

    def _told(self, looks: Sequence[Seen]) -> NDArray[np.float64]:
        if self._comparator is None:
            return np.full((len(looks), len(looks)), 0.5)
        told = preferences_of(self._comparator, [seen.prepared for seen in looks])
        return np.where(np.abs(told - 0.5) < self._rules.cant_tell_below - 0.5, 0.5, told)


def preferences_of(comparator: Comparator, prepared: Sequence[Prepared]) -> NDArray[np.float64]:
    """Return p(first is better) of each photo over each, 0.5 on the diagonal."""
    found = np.full((len(prepared), len(prepared)), 0.5)
    for i, first in enumerate(prepared):
        for j in range(i):
            found[i, j] = comparator.compare(first, prepared[j]).first_over_second
            found[j, i] = 1.0 - found[i, j]
    return found
