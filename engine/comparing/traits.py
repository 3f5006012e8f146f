"""Plain measures of a photo that a comparator sees beside the network's features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.scoring.quality_metrics import TILES, exposure, tile_variances

VIEW_TRAITS = 22
SCALES = 3  # octaves at which detail is measured

Image = NDArray[np.uint8]
Vector = NDArray[np.float32]


def view_traits(view: Image) -> Vector:
    """Return (VIEW_TRAITS,): detail at three scales, tones and colour of a square view."""
    import cv2

    grey = np.asarray(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found: list[float] = []
    scaled = grey
    for _ in range(SCALES):
        found += _detail(scaled)
        scaled = np.asarray(
            cv2.resize(scaled, (scaled.shape[1] // 2, scaled.shape[0] // 2), interpolation=cv2.INTER_AREA),
            dtype=np.uint8,
        )
    return np.array([*found, *_tones(grey), *_colours(view)], dtype=np.float32)


def _detail(grey: Image) -> list[float]:
    import cv2

    tiles = np.log1p(tile_variances(np.asarray(cv2.Laplacian(grey, cv2.CV_16S))))
    few = TILES * TILES // 10
    return [float(part.mean()) for part in (tiles[-3:], tiles, tiles[:few])] + [float(np.median(tiles))]


def _tones(grey: Image) -> list[float]:
    shares = np.bincount(grey.ravel(), minlength=256) / grey.size
    low, middle, high = np.searchsorted(np.cumsum(shares), (0.02, 0.5, 0.98)) / 255.0
    clipped = float(np.sqrt(shares[250:].sum())), float(np.sqrt(shares[:6].sum()))
    return [float(low), float(middle), float(high), *clipped, exposure(shares), float(grey.std()) / 128.0]


def _colours(view: Image) -> list[float]:
    small = view[::4, ::4].reshape(-1, 3).astype(np.float32) / 255.0
    red_green = small[:, 0] - small[:, 1]
    yellow_blue = 0.5 * (small[:, 0] + small[:, 1]) - small[:, 2]
    cast = float(np.hypot(red_green.mean(), yellow_blue.mean()))
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    red, green, blue = small.T
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    return [cast, spread, float((most - least).mean())]
