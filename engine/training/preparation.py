"""Turns a photo into the square that a network is trained on: exactly the square it will be shown in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from engine.album.decode import decode
from engine.models.ava_config import AvaTransform
from engine.models.imagenet import MEAN, STD
from engine.training.settings import Augment, ComparatorRun, Run
from engine.types import Photo

Pixels = NDArray[np.uint8]


class Transform(Protocol):
    """What loaders of owners' files use: (height, width, 3) to a square of 3 or 4 channels."""

    def cropped(self, image: Pixels) -> Pixels: ...


@dataclass(frozen=True, slots=True)
class Preparation:
    """A transform with what the network needs to normalise its squares; colours are of 0..1."""

    transform: Transform
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    padding: tuple[float, float, float] | None = None  # where the fourth channel is 0

    def square(self, path: Path, augment: Augment | None, seed: tuple[int, ...]) -> Pixels:
        """Return the square of a photo; augmented by the seed, if at all. Raises PhotoError."""
        image = decode(Photo(0, path.name, (path,))).image
        if augment is None:
            return self.transform.cropped(image)
        return augmented(image, self.transform, augment, np.random.default_rng(seed))


def preparation_of(run: Run) -> Preparation:
    """Return the preparation that a run's configuration asks for."""
    if isinstance(run, ComparatorRun):
        kind = run.preparation
        return Preparation(kind, MEAN, STD, kind.padding if kind.channels == 4 else None)
    shape = run.transform
    mean, std = shape.normalize_mean, shape.normalize_std
    return Preparation(AvaTransform(shape.resize_size, shape.crop_size, mean, std), mean, std)


def augmented(image: Pixels, transform: Transform, augment: Augment, random: np.random.Generator) -> Pixels:
    """Return a square that was cropped, flipped and toned by chance, all drawn from `random`."""
    photo = Image.fromarray(image)
    photo = photo.crop(_window(photo.size, augment.smallest_crop, random))
    if augment.horizontal_flip and random.random() < 0.5:
        photo = ImageOps.mirror(photo)
    square = np.asarray(transform.cropped(np.asarray(photo)))
    toned = Image.fromarray(square[..., :3])
    for enhance, most in (
        (ImageEnhance.Brightness, augment.brightness),
        (ImageEnhance.Contrast, augment.contrast),
        (ImageEnhance.Color, augment.saturation),
    ):
        factor = 1.0 + most * random.uniform(-1.0, 1.0)
        toned = enhance(toned).enhance(factor) if most else toned
    return np.concatenate([np.asarray(toned), square[..., 3:]], axis=2)


def _window(size: tuple[int, int], smallest: float, random: np.random.Generator) -> tuple[int, int, int, int]:
    """Return a window of the photo's own shape, its sides at least `smallest` of the photo's."""
    kept = random.uniform(smallest, 1.0)
    width, height = (max(1, round(side * kept)) for side in size)
    left, top = (int(random.integers(0, rest + 1)) for rest in (size[0] - width, size[1] - height))
    return left, top, left + width, top + height
