"""How far a score moves when the same photo is a file of another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from engine.album.decode import Decoded, decode
from engine.benchmark.scorers import ScoreOf
from engine.benchmark.variants import WHOLE
from engine.errors import NothingToDoError, PhotoError
from engine.types import Photo

MEGAPIXELS = (24, 12, 6, 2)
ENLARGED = 1.02  # at most; a larger file than the photo shows nothing that the photo did not
JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """Differences between a photo's largest and smallest score, 0..1, over photos."""

    photos: int
    mean: float
    largest: float
    scores: dict[str, dict[str, float]]  # by photo, by megapixels


@dataclass(frozen=True, slots=True)
class Sizes:
    """Figures by model, and what they leave out: reasons by photo, and photos that allow one size only."""

    models: dict[str, SizeFigures]
    unreadable: dict[str, str]
    too_small: tuple[str, ...]


def measure_sizes(
    photos: Sequence[Photo], scores: Mapping[str, ScoreOf], on_photo: Callable[[int, int], None]
) -> Sizes:
    """Score every photo as JPEG files of several sizes, by every model.

    Raises NothingToDoError when no photo can be used, ModelError.
    """
    found: dict[str, dict[str, dict[str, float]]] = {name: {} for name in scores}
    unreadable: dict[str, str] = {}
    too_small: list[str] = []
    for number, photo in enumerate(photos):
        try:
            copies = dict(_copies(photo))
        except PhotoError as error:
            unreadable[photo.name], copies = error.what, {}
        else:
            too_small += [photo.name] if len(copies) < 2 else []
        for name, score_of in scores.items() if len(copies) > 1 else ():
            found[name][photo.name] = {size: round(score_of(copy), 4) for size, copy in copies.items()}
        on_photo(number + 1, len(photos))
    if not any(found.values()):
        unread = f" {len(unreadable)} could not be read." if unreadable else ""
        raise NothingToDoError(f"No photo is large enough to be shown at two sizes (6 MP and 2 MP).{unread}")
    models = {name: _figures(of_photos) for name, of_photos in found.items()}
    return Sizes(models, unreadable, tuple(too_small))


def _copies(photo: Photo) -> Iterator[tuple[str, Decoded]]:
    """Yield the photo as read from files of each size that it allows. Raises PhotoError."""
    picture = Image.fromarray(decode(photo, WHOLE).image)
    with TemporaryDirectory(prefix="framepick-sizes-") as folder:
        for megapixels in MEGAPIXELS:
            scale = (megapixels * 1e6 / (picture.width * picture.height)) ** 0.5
            if scale <= ENLARGED:
                yield f"{megapixels} MP", _as_file(picture, scale, Path(folder) / f"{megapixels}.jpg")


def _as_file(picture: Image.Image, scale: float, path: Path) -> Decoded:
    size = (round(picture.width * scale), round(picture.height * scale))
    picture.resize(size, Image.Resampling.LANCZOS).save(path, "JPEG", quality=JPEG_QUALITY)
    return decode(Photo(0, path.name, (path,)))


def _figures(scores: dict[str, dict[str, float]]) -> SizeFigures:
    apart = [max(each.values()) - min(each.values()) for each in scores.values()]
    return SizeFigures(len(apart), float(np.mean(apart)), float(np.max(apart)), scores)
