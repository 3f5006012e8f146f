"""Which photos of BIQ2021 are trained on, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.biq2021 import Rated, read_all_ratings, read_splits
from engine.errors import UsageError
from engine.models.network import Outputs
from engine.models.opinion import FeatureModel
from engine.models.views import Image as Pixels
from engine.models.views import views_of

VIEWS = 2  # of a picture: the whole, and its most detailed part
LEAK_FREE, OFFICIAL = frozenset({"train"}), frozenset({"train", "twin"})
BATCH = 8


@dataclass(frozen=True, slots=True)
class Samples:
    """Photos with opinions (n,) and clusters (n,): near-duplicates and photos of one scene share theirs."""

    photos: tuple[Rated, ...]
    opinions: NDArray[np.float64]
    clusters: NDArray[np.intp]


def choose_samples(data: Path, splits: Path, uses: frozenset[str]) -> Samples:
    """Return the photos of those uses. Raises UsageError when there are none."""
    ratings, listed = read_all_ratings(data), read_splits(splits)
    names = [name for name, split in listed.items() if split.use in uses and name in ratings]
    if not names:
        raise UsageError(f"{splits} names no photo in {data} that may be trained on.")
    photos = tuple(ratings[name] for name in names)
    opinions = np.array([photo.opinion for photo in photos])
    return Samples(photos, opinions, np.array([int(listed[name].cluster) for name in names]))


def features_of(
    photos: tuple[Rated, ...], model: FeatureModel, on_photo: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """Return the raw features (n, VIEWS, F) of photos. Raises ModelError."""
    parts: list[NDArray[np.float32]] = []
    for start in range(0, len(photos), BATCH):
        pictures = [read_pixels(photo.path) for photo in photos[start : start + BATCH]]
        found = model.features([view for picture in pictures for view in both_views(picture)])
        parts.append(found.reshape(len(pictures), VIEWS, -1))
        on_photo(min(start + BATCH, len(photos)), len(photos))
    return np.concatenate(parts)


def with_means(outputs: Outputs) -> Outputs:
    """Return the features behind their means: as in use, single features need not be exact to a hundredth."""
    (features,) = outputs
    return features.mean(axis=1, keepdims=True), features


def both_views(picture: Pixels) -> list[Pixels]:
    """Return the views of a picture (height, width, RGB); of a small one the same twice, as in use."""
    views = views_of(picture)
    return [views.whole, views.whole if views.detail is None else views.detail]


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """Return a photo as (height, width, RGB)."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
