"""The scale of AVA (Murray et al. 2012): opinions 1..10, and how they become a score of 0..1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.scoring.base import ScoreResult
from engine.types import Role, Score

NOT_FINITE = "the aesthetic model gave no finite number for this photo"
OPINIONS = np.arange(1, 11, dtype=np.float64)


def result_of_distribution(
    distribution: NDArray[np.float32], features: NDArray[np.float32], sha256: str
) -> ScoreResult:
    """Score a distribution over the opinions 1..10 (shape (10,), sum 1) by its mean."""
    mean = float(distribution @ OPINIONS)
    spread = float(np.sqrt(distribution @ (OPINIONS - mean) ** 2))
    details = {"distribution": [round(float(p), 4) for p in distribution], "std": round(spread, 4)}
    return result_of_mean(mean, details, features, sha256)


def result_of_mean(
    mean: float, details: dict[str, Any], features: NDArray[np.float32], sha256: str
) -> ScoreResult:
    """Score a mean opinion (1..10); an error when it or the features (1-d) are no finite numbers."""
    length = float(np.linalg.norm(features))
    if not np.isfinite(mean) or not np.isfinite(length):
        return ScoreResult(None, error=NOT_FINITE)
    value = min(max((mean - 1.0) / 9.0, 0.0), 1.0)
    score = Score(Role.AESTHETIC, value, raw=mean, details=details, sha256=sha256)
    return ScoreResult(score, features=(features / max(length, 1e-12)).astype(np.float32))
