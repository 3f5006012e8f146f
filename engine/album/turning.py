"""Turns stored images upright by EXIF Orientation (EXIF 2.32, table 6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDEWAYS = frozenset({5, 6, 7, 8})  # orientations that swap width and height
_UP_DOWN, _LEFT_RIGHT, _BOTH = 0, 1, -1  # as cv2.flip has them
# By orientation, once the sides of those that are SIDEWAYS were exchanged.
_MIRRORED = {2: _LEFT_RIGHT, 3: _BOTH, 4: _UP_DOWN, 6: _LEFT_RIGHT, 7: _BOTH, 8: _UP_DOWN}


def turn_upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a stored image (H, W, 3) as it is meant to be seen."""
    import cv2

    if orientation in SIDEWAYS:
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    mirrored = _MIRRORED.get(orientation)
    return pixels if mirrored is None else np.asarray(cv2.flip(pixels, mirrored), dtype=np.uint8)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height after turning."""
    width, height = size
    return (height, width) if orientation in SIDEWAYS else (width, height)
