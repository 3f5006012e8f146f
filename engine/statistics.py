"""Correlation of numbers with numbers, and how sure a share is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959964  # half of the normal distribution's 95% interval, in standard deviations
Values = NDArray[np.float64]


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Return the rank correlation (ties share their mean rank), -1..1; 0 when one side is constant."""
    return pearson(_ranks(first), _ranks(second))


def pearson(first: Values, second: Values) -> float:
    """Return the linear correlation, -1..1; 0 when one side is constant."""
    a, b = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 0 else 0.0


def wilson(right: float, count: int) -> tuple[float, float]:
    """Return the 95% interval of a share, 0..1 (Wilson 1927), as if all answers were independent."""
    share = right / count
    spread = Z_95 * math.sqrt(share * (1 - share) / count + Z_95**2 / (4 * count**2))
    centre = share + Z_95**2 / (2 * count)
    scale = 1 + Z_95**2 / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _ranks(values: ArrayLike) -> Values:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[where]
