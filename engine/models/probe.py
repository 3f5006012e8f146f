"""Pictures that a network is tried on, and how far two answers to them lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.models.network import Outputs, Pixels, Shape

# Another precision may move an answer by a hundredth: NIMA's opinion (1..10) of a photo by 0.01 or so.
# Half precision stays within that; brain float, with 8 bits, moves NIMA by 0.1 and does not pass.
ANSWER_TOLERANCE = 0.01
FEATURE_TOLERANCE = 0.06  # features only serve grouping: this much leaves a likeness of 0.998
PROBES = 4
_SEED = 20250601


def probe_pixels(shape: Shape) -> Pixels:
    """Return pictures (4, height, width, channels) with smooth areas, edges and noise; always the same.

    A fourth channel is a mask: the pictures' outer columns are no part of the photo.
    """
    height, width, channels = shape
    rng = np.random.default_rng(_SEED)
    rows, columns = np.mgrid[0:height, 0:width]
    pictures: list[np.ndarray] = []
    for number in range(PROBES):
        picture = np.zeros((height, width, 3))
        for channel in range(3):
            angle, waves = rng.uniform(0, np.pi), rng.uniform(0.5, 3.0 * (number + 1))
            across = (np.cos(angle) * columns / width + np.sin(angle) * rows / height) * waves
            picture[..., channel] = 127 + 90 * np.sin(2 * np.pi * across + rng.uniform(0, 6))
        top, left = int(height * rng.uniform(0.1, 0.4)), int(width * rng.uniform(0.1, 0.4))
        picture[top : top + height // 3, left : left + width // 3] = rng.uniform(0, 255, 3)
        pictures.append(picture + rng.normal(0, 2.0 * number, picture.shape))
    pixels = np.clip(np.stack(pictures), 0, 255).astype(np.uint8)
    if channels == 3:
        return pixels
    mask = np.zeros((PROBES, height, width, channels - 3), np.uint8)
    mask[:, :, width // 8 : -(width // 8)] = 255
    return np.concatenate([pixels, mask], axis=3)


@dataclass(frozen=True, slots=True)
class Deviation:
    """The largest relative distance |a - b| / |b|: of `answer`, which is scored, and of the other outputs.

    Infinite where a number is not finite.
    """

    answer: float
    features: float

    @property
    def tolerable(self) -> bool:
        return self.answer <= ANSWER_TOLERANCE and self.features <= FEATURE_TOLERANCE

    def __str__(self) -> str:
        return f"{self.answer:.2%} (features {self.features:.1%})"


def deviation(outputs: Outputs, reference: Outputs) -> Deviation:
    """Return how far answers lie from those of a reference; the first output is what is scored."""
    apart = [_apart(found, expected) for found, expected in zip(outputs, reference, strict=True)]
    return Deviation(apart[0], max(apart[1:], default=0.0))


def _apart(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    rows, true = found.reshape(len(found), -1), expected.reshape(len(expected), -1)
    apart = np.linalg.norm(rows - true, axis=1) / np.maximum(np.linalg.norm(true, axis=1), 1e-12)
    return float(apart.max()) if np.isfinite(apart).all() else float("inf")
