"""The scores that are held against people's opinions: one function per model, by name."""

from __future__ import annotations

from collections.abc import Callable

from engine.album.decode import Decoded
from engine.errors import ModelError
from engine.models.registry import Lineup
from engine.scoring.base import Scorer
from engine.scoring.quality_metrics import QualityMetrics, measure
from engine.types import ModelState, Role

ScoreOf = Callable[[Decoded], float]
LEARNED, RULES, SHARPNESS, AESTHETIC = "learned", "rules", "sharpness", "aesthetic"


def score_functions(lineup: Lineup) -> dict[str, ScoreOf]:
    """Return the models' scores (0..1), the rules' and their sharpness alone. Raises ModelError.

    "learned" is whatever serves the quality role; sharpness is that of the whole frame, as the earlier
    system took it.
    """
    metrics = LastMetrics()
    return {
        LEARNED: _of_role(lineup, Role.QUALITY),
        RULES: lambda image: metrics.of(image).overall,
        SHARPNESS: lambda image: metrics.of(image).sharpness_global,
        AESTHETIC: _of_role(lineup, Role.AESTHETIC),
    }


def _of_role(lineup: Lineup, role: Role) -> ScoreOf:
    scorer = lineup.scorers.get(role)
    if scorer is None:
        status = next(status for status in lineup.statuses if status.role is role)
        state = ModelState.FAILED if status.state is ModelState.IDLE else status.state
        raise ModelError(f"The {role} model cannot be measured, it is {state}: {status.reason}")
    scorer.load()
    return lambda image: _value(scorer, image)


def _value(scorer: Scorer, image: Decoded) -> float:
    (result,) = scorer.score([image])
    if result.score is None:
        raise ModelError(f"{scorer.info.name} gave no score: {result.error}")
    return result.score.value


class LastMetrics:
    """Measures each photo once for all who ask of it in a row."""

    def __init__(self) -> None:
        self._image: Decoded | None = None
        self._metrics: QualityMetrics | None = None

    def of(self, image: Decoded) -> QualityMetrics:
        if self._metrics is None or self._image is not image:
            self._image, self._metrics = image, measure(image.image)
        return self._metrics
