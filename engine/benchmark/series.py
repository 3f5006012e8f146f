"""`benchmark series`: the culling test. Of one scene shot again and again, is the best photo found?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.benchmark.answers import Answer, calibration_error
from engine.benchmark.biq import decoded
from engine.benchmark.bootstrap import Figure, bootstrap
from engine.biq2021 import Rated, read_all_ratings, read_splits
from engine.errors import UsageError

APART = 0.1  # two photos that are nearly identical differ by 0.066 in opinion: smaller gaps are noise

Preferences = NDArray[np.float64]  # (n, n): p that the first is better, 0.5 a tie


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's answer on one series: which photo it would keep, and its preference on each pair.

    `probable` says that preferences are probabilities, not just who wins.
    """

    choice: int
    preferences: Preferences
    probable: bool = False


class SeriesJudge(Protocol):
    """Looks at each photo once, then judges a series by what it kept of them."""

    def look(self, image: Decoded) -> Any: ...

    def judge(self, looks: Sequence[Any]) -> Judged: ...


@dataclass(frozen=True, slots=True)
class SeriesFigures:
    """The culling test of one model; intervals are over series drawn with replacement.

    `best_found` and `pairs_right` are 0..1, `opinion_lost` is the mean gap between the best photo's opinion
    and the chosen one's. `calibration_error` is of all pairs of unequal opinion, None where no answer
    says how sure it is.
    """

    best_found: Figure
    pairs_right: Figure
    opinion_lost: Figure
    calibration_error: float | None
    series: int
    pairs: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    found: bool
    lost: float
    right: float
    pairs: int
    answers: tuple[Answer, ...]  # where preferences are probabilities


def measure_series(
    folder: Path,
    splits: Path,
    part: str,
    judges: Mapping[str, SeriesJudge],
    on_photo: Callable[[int, int], None],
) -> dict[str, SeriesFigures]:
    """Return each judge's figures on the "dev" or "test" series. Raises UsageError, ModelError."""
    series = read_series(folder, splits, part)
    outcomes: dict[str, list[_Outcome]] = {name: [] for name in judges}
    total, done = sum(map(len, series)), 0
    for photos in series:
        looks: dict[str, list[Any]] = {name: [] for name in judges}
        for image in decoded(photos):
            for name, judge in judges.items():
                looks[name].append(judge.look(image))
            done += 1
            on_photo(done, total)
        opinions = np.array([photo.opinion for photo in photos])
        for name, judge in judges.items():
            outcomes[name].append(_outcome(judge.judge(looks[name]), opinions))
    return {name: _figures(found) for name, found in outcomes.items()}


def read_series(folder: Path, splits: Path, part: str) -> list[list[Rated]]:
    """Return the photos of each series of two or more. Raises UsageError when there is none."""
    ratings = read_all_ratings(folder)
    series: dict[str, list[Rated]] = defaultdict(list)
    for name, split in read_splits(splits).items():
        if split.series_split == part and name in ratings:
            series[split.series].append(ratings[name])
    found = [photos for photos in series.values() if len(photos) > 1]
    if not found:
        raise UsageError(f"{splits} names no {part} series of photos in {folder}.")
    return found


def by_scores(scores: NDArray[np.float64]) -> Judged:
    """Return what a scorer says of a series: the highest score wins."""
    return Judged(int(scores.argmax()), 0.5 + 0.5 * np.sign(scores[:, None] - scores[None, :]))


def by_preferences(preferences: Preferences) -> Judged:
    """Return what a comparator says of a series: each against each, the largest sum wins."""
    return Judged(int(preferences.sum(axis=1).argmax()), preferences, probable=True)


def _outcome(judged: Judged, opinions: NDArray[np.float64]) -> _Outcome:
    gaps = opinions[:, None] - opinions[None, :]
    clear = judged.preferences[gaps >= APART - 1e-9]
    right = float((clear > 0.5).sum() + 0.5 * (clear == 0.5).sum())
    lost = float(opinions.max() - opinions[judged.choice])
    told = judged.preferences[gaps > 0] if judged.probable else ()
    answers = tuple(Answer(float(p), flipped=False) for p in told)
    return _Outcome(lost <= 1e-9, lost, right, len(clear), answers)


def _figures(outcomes: Sequence[_Outcome]) -> SeriesFigures:
    table = np.array([(o.found, o.lost, o.right, o.pairs) for o in outcomes])

    answers = [answer for outcome in outcomes for answer in outcome.answers]

    def mean(column: int) -> Figure:
        return bootstrap(len(table), lambda drawn: float(table[drawn, column].mean()))

    return SeriesFigures(
        best_found=mean(0),
        pairs_right=bootstrap(
            len(table), lambda drawn: float(table[drawn, 2].sum() / max(table[drawn, 3].sum(), 1))
        ),
        opinion_lost=mean(1),
        calibration_error=round(calibration_error(answers), 4) if answers else None,
        series=len(table),
        pairs=int(table[:, 3].sum()),
    )
