"""Spearman's rank correlation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return -1..1; ties share their mean rank. 0 where one side is constant: it orders nothing."""
    ranks = np.stack([_ranks(np.asarray(values, np.float64)) for values in (first, second)])
    spread = ranks.std(axis=1)
    if spread.min() == 0:
        return 0.0
    return float(np.asarray(np.corrcoef(ranks))[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(np.cumsum(counts) - (counts - 1) / 2, dtype=np.float64)[places]
