"""A photo at the size at which its sharpness is judged, made once for all who ask.

Sharpness depends on size, so that every photo is judged at the same one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import ANALYSIS_LONG_SIDE
from engine.album.shrink import fit

Image = NDArray[np.uint8]  # height, width, RGB


@dataclass(frozen=True, slots=True)
class Analysed:
    """The picture and the Laplacian of its grey, (height, width) int16."""

    image: Image
    laplacian: NDArray[np.int16]


def analysed(image: Image) -> Analysed:
    """Return an upright sRGB image with its long side at ANALYSIS_LONG_SIDE; a small one is enlarged."""
    import cv2

    # Linear, not by area: under a factor of two it is as good, and several times faster.
    scaled = cv2.resize(image, fit(image, ANALYSIS_LONG_SIDE), interpolation=cv2.INTER_LINEAR)
    return as_it_is(np.asarray(scaled, dtype=np.uint8))


def as_it_is(image: Image) -> Analysed:
    """Return an image at its own size with its Laplacian."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return Analysed(image, np.asarray(cv2.Laplacian(grey, cv2.CV_16S), dtype=np.int16))
