"""`benchmark biq`: how far scores agree with people on BIQ2021's official test photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.album.decode import Decoded, decode
from engine.benchmark.bootstrap import Figure, bootstrap
from engine.benchmark.scorers import ScoreOf
from engine.biq2021 import Rated, read_ratings
from engine.statistics import pearson, spearman
from engine.types import Photo

# PLCC, SRCC on the official test split, as published: trained with near-duplicates of test photos.
PUBLISHED = {
    "BRISQUE (published)": (0.694, 0.604),
    "NASNet-Large (published)": (0.708, 0.673),
    "DeepEns 2022 (published)": (0.810, 0.792),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rank and linear correlation with the mean opinion of `n` photos."""

    srcc: Figure
    plcc: Figure
    n: int


def measure_biq(
    folder: Path, scores: dict[str, ScoreOf], on_photo: Callable[[int, int], None]
) -> dict[str, Agreement]:
    """Return each model's agreement on the test photos in `folder`. Raises UsageError, ModelError."""
    rated = read_ratings(folder, "test")
    values = score_all(rated, scores, on_photo)
    opinions = np.array([photo.opinion for photo in rated])
    return {name: _agreement(np.array(found), opinions) for name, found in values.items()}


def score_all(
    rated: Sequence[Rated], scores: dict[str, ScoreOf], on_photo: Callable[[int, int], None]
) -> dict[str, list[float]]:
    """Return every model's score of every photo, each photo decoded once."""
    values: dict[str, list[float]] = {name: [] for name in scores}
    for number, image in enumerate(decoded(rated)):
        for name, score in scores.items():
            values[name].append(score(image))
        on_photo(number + 1, len(rated))
    return values


def decoded(rated: Iterable[Rated]) -> Iterable[Decoded]:
    """Decode photos as culling does."""
    for number, photo in enumerate(rated):
        yield decode(Photo(number, photo.name, (photo.path,)))


def _agreement(values: np.ndarray, opinions: np.ndarray) -> Agreement:
    return Agreement(
        srcc=bootstrap(len(values), lambda drawn: spearman(values[drawn], opinions[drawn])),
        plcc=bootstrap(len(values), lambda drawn: pearson(values[drawn], opinions[drawn])),
        n=len(values),
    )
