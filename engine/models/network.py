"""A network as the runtimes take it: how to build it, and what it needs to be fed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

Pixels = NDArray[np.uint8]  # (n, height, width, channels): RGB, and a mask where the network takes one
Shape = tuple[int, int, int]  # height, width, channels of one picture
Outputs = tuple[NDArray[np.float32], ...]  # one array per output, first axis n


@dataclass(frozen=True, slots=True)
class Built:
    """A network in eval mode on the CPU. It takes uint8 (n, height, width, channels) and gives a tuple.

    `facts` (JSON-ready) and `arrays` are what else its file holds and its use needs, such as how photos are
    cropped or a head that runs outside the network; both are kept beside the converted network.
    """

    network: nn.Module
    input_shape: Shape
    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def _as_they_are(outputs: Outputs) -> Outputs:
    return outputs


@dataclass(frozen=True, slots=True)
class NetworkSource:
    """Where a network comes from. `build` reads the file (it may import torch) and raises ModelError.

    `version` names the way the network is built from the file: another way is another version. `outcome`
    says what becomes of the outputs in the end, where that is made outside the network: runtimes are checked
    by it.
    """

    sha256: str
    version: str
    build: Callable[[], Built]
    outcome: Callable[[Outputs], Outputs] = _as_they_are


class Runner(Protocol):
    """One network on one device. Not for use from two threads at once."""

    @property
    def device(self) -> str: ...

    @property
    def runtime(self) -> str:
        """Name, version and precision of what runs the network."""
        ...

    @property
    def note(self) -> str | None:
        """What was changed on the way, in words; None when everything is as it was asked for."""
        ...

    def run(self, images: Sequence[Pixels]) -> Outputs:
        """Return the outputs for one or more images of one shape, in order.

        Raises ModelError when even one image at a time does not work.
        """
        ...
