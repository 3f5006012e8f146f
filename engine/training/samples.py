"""What is learned from: photos with opinions, pairs of photos with preferences."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from engine.errors import TrainingError
from engine.training.settings import Split


class Sample(Protocol):
    """One thing to learn from. Samples of one `series` are never split."""

    @property
    def name(self) -> str: ...

    @property
    def series(self) -> str: ...

    @property
    def paths(self) -> tuple[Path, ...]: ...


@dataclass(frozen=True, slots=True)
class OpinionSample:
    """A photo and how many people gave it each opinion from 1 to 10."""

    name: str
    paths: tuple[Path, ...]
    votes: tuple[int, ...]

    @property
    def series(self) -> str:
        return self.name

    @property
    def mean(self) -> float:
        """The mean opinion, 1..10."""
        return sum(opinion * count for opinion, count in enumerate(self.votes, start=1)) / sum(self.votes)


@dataclass(frozen=True, slots=True)
class PairSample:
    """Two photos of a series; `preference` is the share of people, 0..1, who prefer the first."""

    series: str
    paths: tuple[Path, ...]
    preference: float

    @property
    def name(self) -> str:
        first, second = self.paths
        return f"{first.name} {second.name}"


_Any = TypeVar("_Any", bound=Sample)


@dataclass(frozen=True, slots=True)
class Parts(Generic[_Any]):
    """Samples by what they are for."""

    train: list[_Any]
    val: list[_Any]
    test: list[_Any]


def split_by_series(samples: Sequence[_Any], split: Split, seed: int) -> Parts[_Any]:
    """Divide samples by series, drawn by the seed; their order does not matter.

    Raises TrainingError when a part that is needed would be empty.
    """
    series = sorted({sample.series for sample in samples})
    random.Random(seed).shuffle(series)
    tests = round(split.test_fraction * len(series))
    vals = max(1, round(split.val_fraction * len(series)))
    test, val = set(series[:tests]), set(series[tests : tests + vals])
    ordered = sorted(samples, key=lambda sample: (sample.series, sample.name))
    parts = Parts(
        train=[s for s in ordered if s.series not in test and s.series not in val],
        val=[s for s in ordered if s.series in val],
        test=[s for s in ordered if s.series in test],
    )
    if not parts.train or len(parts.val) < 2:
        raise TrainingError(
            f"There are too few samples: {len(parts.train)} to train on and {len(parts.val)} to choose the "
            "best epoch by; at least 1 and 2 are needed. Give more, or change split.val_fraction."
        )
    return parts
