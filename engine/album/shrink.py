"""Shrinks pixel arrays cheaply: every scorer looks at a smaller picture than was decoded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shrunk(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return an image (H, W) or (H, W, 3) at exactly that size, each pixel a mean of those it covers.

    Halves first, which is many times faster than OpenCV's area method over large factors. Also enlarges.
    """
    import cv2

    while image.shape[1] >= 2 * width and image.shape[0] >= 2 * height:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    method = cv2.INTER_AREA if image.shape[1] > width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), dtype=np.uint8)


def fit(image: NDArray[np.uint8], long_side: int) -> tuple[int, int]:
    """Return width and height of the image scaled so that its longer side is `long_side` pixels."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))
