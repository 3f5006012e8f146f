"""How sure a figure is that was measured on a number of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


def bootstrap(count: int, measure: Callable[[NDArray[np.intp]], float], seed: int = 0) -> Figure:
    """Return a measure of `count` items with the interval over DRAWS samples drawn with replacement."""
    rng = np.random.default_rng(seed)
    drawn = [measure(rng.integers(0, count, count)) for _ in range(DRAWS)]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Figure(measure(np.arange(count)), float(low), float(high))
