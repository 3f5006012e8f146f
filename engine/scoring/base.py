"""What every scorer looks like to the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.types import Role, Score


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model a scorer uses, and where it runs. `device`, `runtime` and `note` may change in use."""

    role: Role
    name: str
    version: str  # of preprocessing and method; part of the cache key beside sha256
    embedded_default: bool = False
    checkpoint: str | None = None
    sha256: str | None = None
    device: str | None = None
    runtime: str | None = None
    note: str | None = None  # shown as the status reason: a fallback, a missing second detector


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score, or why there is none. `features` (1-d float32) describe the photo for grouping.

    `prepared` is what the comparator keeps of the photo, if it can take that from this scorer's look.
    """

    score: Score | None
    features: NDArray[np.float32] | None = None
    error: str | None = None
    prepared: NDArray[np.float32] | None = None


class Scorer(Protocol):
    """One role's model. Constructing it is cheap (no heavy import); `load` may take seconds.

    The constructor raises WeightsMissingError or WeightsCorruptError; `load` raises ModelError.
    """

    @property
    def info(self) -> ModelInfo: ...

    def load(self) -> None: ...

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per image, in order. Never raises for a single bad image."""
        ...

    def close(self) -> None: ...
