"""How far numbers agree with people's opinions, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 1000
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Return the rank correlation (ties share their mean rank), -1..1; 0 when one side is constant."""
    return pearson(_ranks(first), _ranks(second))


def pearson(first: Values, second: Values) -> float:
    """Return the linear correlation, -1..1; 0 when one side is constant."""
    a, b = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 0 else 0.0


def bootstrap(count: int, measure: Callable[[NDArray[np.intp]], float], seed: int = 0) -> Figure:
    """Return a measure of `count` items with the interval over DRAWS samples drawn with replacement."""
    rng = np.random.default_rng(seed)
    drawn = [measure(rng.integers(0, count, count)) for _ in range(DRAWS)]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Figure(measure(np.arange(count)), float(low), float(high))


def _ranks(values: ArrayLike) -> Values:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[where]
