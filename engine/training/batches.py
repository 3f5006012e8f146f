"""Reads samples in batches, in an order and with an augmentation that follow from seed and epoch alone.

So a run that was stopped goes on exactly as it would have, with any number of reading processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import PhotoError
from engine.training.preparation import Pixels, Preparation
from engine.training.samples import Sample
from engine.training.settings import Augment

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A sample that cannot be used because of one of its photos."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """`indices` of the samples that could be read; `pixels` (n, photos, side, side, channels) uint8."""

    indices: list[int]
    pixels: Tensor | None  # None when no sample could be read
    unreadable: list[Unreadable]
    size: int  # samples asked for


class Squares:
    """The squares of samples by index: what a torch DataLoader calls a dataset."""

    def __init__(
        self,
        samples: Sequence[Sample],
        preparation: Preparation,
        augment: Augment | None,
        seed: tuple[int, ...],
    ) -> None:
        self._samples = samples
        self._preparation = preparation
        self._augment = augment
        self._seed = seed

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> tuple[int, Pixels | Unreadable]:
        """Return the index and the squares (photos, side, side, channels); both photos of a pair are
        augmented alike."""
        squares: list[Pixels] = []
        for path in self._samples[index].paths:
            try:
                squares.append(self._preparation.square(path, self._augment, (*self._seed, index)))
            except PhotoError as error:
                return index, Unreadable(path, error.what)
        return index, np.stack(squares)


def batches(squares: Squares, order: Sequence[int], batch_size: int, workers: int) -> Iterator[Batch]:
    """Yield the samples of `order` in batches."""
    import torch
    from torch.utils.data import DataLoader

    yield from DataLoader(
        squares,  # pyright: ignore[reportArgumentType]
        batch_size=batch_size,
        sampler=list(order),
        num_workers=workers,
        collate_fn=collate,
        generator=torch.Generator(),  # so that reading does not draw from the network's own chances
    )


def collate(items: Sequence[tuple[int, Pixels | Unreadable]]) -> Batch:
    """Return a batch of what could be read."""
    import torch

    good = [(index, found) for index, found in items if not isinstance(found, Unreadable)]
    pixels = torch.from_numpy(np.stack([found for _, found in good])) if good else None
    unreadable = [found for _, found in items if isinstance(found, Unreadable)]
    return Batch([index for index, _ in good], pixels, unreadable, len(items))


def shuffled(count: int, seed: int, epoch: int) -> list[int]:
    """Return the order of an epoch."""
    return np.random.default_rng((seed, epoch)).permutation(count).tolist()
