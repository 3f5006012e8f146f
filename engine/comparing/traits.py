"""Plain measures of a photo that a comparator sees beside the network's features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.scoring.quality_metrics import TILES, exposure, tile_variances

VIEW_TRAITS = 22
FILE_TRAITS = 3
SCALES = 3  # octaves at which detail is measured
QUIET = 0.5  # grey levels: coefficients under it count as nothing
BLOCK = 8  # pixels of a JPEG's blocks
FILE_SIDE = 640  # pixels: the middle of the picture is enough to see how it was compressed

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


def file_traits(image: Image, full_width: int) -> Vector:
    """Return (FILE_TRAITS,): what JPEG compression left in a picture decoded at full size or 1/2, 1/4, 1/8.

    The blocks of a picture decoded at 1/2 are 4 pixels wide. Zeros where it was decoded in another way.
    """
    import cv2

    scale = round(full_width / image.shape[1])
    block = BLOCK // scale if scale in (1, 2, 4) else 0
    if block < 2 or min(image.shape[:2]) < 4 * block:
        return np.zeros(FILE_TRAITS, np.float32)
    grey = cv2.cvtColor(_middle(image, block), cv2.COLOR_RGB2GRAY).astype(np.float32)
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    at_edges = np.arange(len(steps)) % block == block - 1
    blocky = np.log((steps[at_edges].mean() + 0.1) / (steps[~at_edges].mean() + 0.1))
    basis = _cosines(block)
    # Only the upper half of the vertical frequencies is asked for.
    columns = basis[block // 2 :] @ grey.reshape(-1, block, grey.shape[1])
    size = np.abs(columns.reshape(-1, block) @ basis.T)
    return np.array([blocky, (size < QUIET).mean(), np.log(size.mean() + 0.1)], dtype=np.float32)


def _middle(image: Image, block: int) -> Image:
    """Return the middle of a picture, cut along its blocks."""
    height, width = (min(side, FILE_SIDE) // block * block for side in image.shape[:2])
    top, left = (
        (whole - part) // 2 // block * block
        for whole, part in zip(image.shape, (height, width), strict=False)
    )
    return image[top : top + height, left : left + width]


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


def _cosines(size: int) -> NDArray[np.float32]:
    """Return the orthonormal DCT-II basis, (frequency, place)."""
    place = np.arange(size)
    basis = np.cos(np.pi * (2 * place + 1) * place[:, None] / (2 * size)) * np.sqrt(2.0 / size)
    basis[0] /= np.sqrt(2.0)
    return basis.astype(np.float32)
