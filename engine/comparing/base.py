"""What every comparator looks like to the pipeline, to checks and to benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.scoring.base import ModelInfo

Prepared = NDArray[np.float32]  # what a comparator keeps of one photo, 1-d


@dataclass(frozen=True, slots=True)
class Opinion:
    """A comparator's answer on two photos, both orders taken together.

    `first_over_second` is the mean of p(first, second) and 1 - p(second, first), 0..1. `flipped` says that
    the two orders named different winners: the answer came from the order, not from the photos.
    """

    first_over_second: float
    flipped: bool

    @property
    def of_second(self) -> Opinion:
        """The same opinion, told of the pair (second, first)."""
        return Opinion(1.0 - self.first_over_second, self.flipped)


class Comparator(Protocol):
    """The comparator role's model. Constructing it is cheap (no heavy import); `load` may take seconds.

    The constructor raises WeightsMissingError or WeightsCorruptError; the others raise ModelError.
    """

    @property
    def info(self) -> ModelInfo: ...

    @property
    def opinion_version(self) -> str:
        """What opinions are cached under, beside the hash: method, preparation, meaning of the classes."""
        ...

    def load(self) -> None: ...

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
        """Look at each photo once; the results are compared in pairs afterwards."""
        ...

    def compare(self, first: Prepared, second: Prepared) -> Opinion: ...

    def close(self) -> None: ...
