"""Explainable image metrics, all 0..1 unless said otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.album.analysed import Analysed, analysed

TONES_LONG_SIDE = 400  # exposure, colour and contrast are statistics: every n-th pixel will do
TILES = 8  # per side
SHARPEST_TILES = 3
FULL_SHARPNESS = 8000.0  # variance of the Laplacian in the sharpest tiles of a crisp photo
FULL_GLOBAL_SHARPNESS = 1000.0  # the scale of the owner's rule
LAPLACIAN_NOISE_GAIN = 20.0  # sum of squares of the kernel 0 1 0 / 1 -4 1 / 0 1 0


@dataclass(frozen=True, slots=True)
class QualityMetrics:
    """Metrics of one photo."""

    sharpness: float  # of the sharpest tiles: a shallow depth of field is no fault
    sharpness_global: float  # of the whole frame
    exposure: float
    colourfulness: float
    contrast: float
    noise: float  # standard deviation in grey levels, in the smoothest tiles
    clipped_highlights: float  # share of pixels at 255
    clipped_shadows: float  # share of pixels at 0

    @property
    def overall(self) -> float:
        """The owner's weighted sum, with the sharpness of tiles in place of the global one."""
        return 0.4 * self.sharpness + 0.3 * self.exposure + 0.2 * self.colourfulness + 0.1 * self.contrast


def measure(image: NDArray[np.uint8], at_analysis_size: Analysed | None = None) -> QualityMetrics:
    """Return the metrics of an upright sRGB image (H, W, 3), which need not be shrunk where it was before."""
    import cv2

    tiles = tile_variances((at_analysis_size or analysed(image)).laplacian)
    step = max(1, max(image.shape[:2]) // TONES_LONG_SIDE)
    small = np.ascontiguousarray(image[::step, ::step])
    small_grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    shares = np.bincount(small_grey.ravel(), minlength=256) / small_grey.size
    noise_variance = float(tiles[: TILES * TILES // 10].mean()) / LAPLACIAN_NOISE_GAIN
    return QualityMetrics(
        sharpness=math.sqrt(_clip(float(tiles[-SHARPEST_TILES:].mean()) / FULL_SHARPNESS)),
        sharpness_global=_clip(float(tiles.mean()) / FULL_GLOBAL_SHARPNESS),
        exposure=exposure(shares),
        colourfulness=colourfulness(small),
        contrast=_clip(float(small_grey.std()) / max(float(small_grey.mean()), 1.0) / 0.8),
        noise=math.sqrt(noise_variance),
        clipped_highlights=float(shares[255]),
        clipped_shadows=float(shares[0]),
    )


def tile_variances(laplacian: NDArray[Any]) -> NDArray[np.float64]:
    """Return the variance of the Laplacian in each of TILES x TILES tiles, ascending."""
    import cv2

    height, width = laplacian.shape
    rows, columns = max(1, height // TILES), max(1, width // TILES)
    deviations = [
        cv2.meanStdDev(laplacian[y : y + rows, x : x + columns])[1][0, 0]
        for y in range(0, height - rows + 1, rows)
        for x in range(0, width - columns + 1, columns)
    ]
    return np.sort(np.square(np.asarray(deviations)))


def exposure(shares: NDArray[np.float64]) -> float:
    """Return 0.5 (1 - p(0) - p(255)) + 0.5 H / ln 256 of a 256-bin grey histogram that sums to 1."""
    used = shares[shares > 0]
    entropy = float(-(used * np.log(used)).sum())
    return _clip(0.5 * (1.0 - float(shares[0]) - float(shares[255])) + 0.5 * entropy / math.log(256))


def colourfulness(image: NDArray[np.uint8]) -> float:
    """Return the metric of Hasler and Suesstrunk (2003), divided by 100 and clipped."""
    red, green, blue = (image[..., channel].astype(np.float32) for channel in range(3))
    red_green = red - green
    yellow_blue = 0.5 * (red + green) - blue
    spread = math.hypot(float(red_green.std()), float(yellow_blue.std()))
    mean = math.hypot(float(red_green.mean()), float(yellow_blue.mean()))
    return _clip((spread + 0.3 * mean) / 100.0)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
