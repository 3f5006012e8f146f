"""Technical quality by rules: every number can be explained to a photographer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from engine.album.decode import Decoded
from engine.scoring.base import ModelInfo, ScoreResult
from engine.scoring.quality_metrics import measure
from engine.types import Role, Score

VERSION = "rules-1"


class QualityScorer:
    """The rule-based metrics as a scorer. It needs no weights, so its scores carry no hash.

    `note` says why they judge where something else was wanted.
    """

    def __init__(self, note: str | None = None) -> None:
        self._note = note

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            role=Role.QUALITY,
            name="Rule-based IQA",
            version=VERSION,
            embedded_default=True,
            device="cpu",
            runtime="OpenCV",
            note=self._note,
        )

    def load(self) -> None:
        import cv2

        cv2.setNumThreads(1)  # photos are the unit of parallel work; spinning helpers only cost CPU

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        return [_score(decoded) for decoded in images]

    def close(self) -> None:
        """Nothing is held."""


def _score(decoded: Decoded) -> ScoreResult:
    metrics = measure(decoded.image)
    details = {name: round(value, 4) for name, value in asdict(metrics).items()}
    overall = metrics.overall
    return ScoreResult(
        Score(Role.QUALITY, value=overall, raw=overall, details={**details, "method": VERSION})
    )
