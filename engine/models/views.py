"""What the learned models see of a photo: the whole of it, and its most detailed part at full detail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.album.shrink import fit, shrunk

VIEW_SIDE = 512  # pixels; both views are squares of it
DETAIL_LONG_SIDE = 1600  # pixels; "full detail" is that of the photo at this size, whatever its file holds
STEPS = 5  # places per axis that are looked at for detail

Image = NDArray[np.uint8]  # height, width, RGB


@dataclass(frozen=True, slots=True)
class Views:
    """Both squares of a photo; `detail` is None where the whole shows it all."""

    whole: Image
    detail: Image | None


def views_of(image: Image) -> Views:
    """Return what the learned models see of a photo (height, width, RGB) of any size."""
    return Views(whole_view(image), detail_view(image))


def whole_view(image: Image) -> Image:
    """Return the whole photo as a square."""
    return shrunk(image, VIEW_SIDE, VIEW_SIDE)


def detail_view(image: Image) -> Image | None:
    """Return the square with the most detail; None for a photo so small that the whole view shows it all.

    Most detail is the largest variance of the Laplacian, so that a shallow depth of field is no fault.
    """
    import cv2

    if max(image.shape[:2]) > DETAIL_LONG_SIDE:
        # Linear, not by area: under a factor of two it is as good, and several times faster.
        size = fit(image, DETAIL_LONG_SIDE)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    height, width = image.shape[:2]
    if max(height, width) <= VIEW_SIDE:
        return None
    rows, columns = min(height, VIEW_SIDE), min(width, VIEW_SIDE)
    laplacian = cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_16S)
    energy = np.asarray(cv2.integral(np.square(laplacian.astype(np.float32))), dtype=np.float64)
    tops = np.unique(np.linspace(0, height - rows, STEPS).astype(int))
    lefts = np.unique(np.linspace(0, width - columns, STEPS).astype(int))
    places = [(int(top), int(left)) for top in tops for left in lefts]
    top, left = max(places, key=lambda place: _sum(energy, *place, rows, columns))
    part = image[top : top + rows, left : left + columns]
    if part.shape[:2] == (VIEW_SIDE, VIEW_SIDE):
        return np.ascontiguousarray(part)
    return shrunk(np.ascontiguousarray(part), VIEW_SIDE, VIEW_SIDE)


def _sum(integral: NDArray[np.floating], top: int, left: int, rows: int, columns: int) -> float:
    bottom, right = top + rows, left + columns
    return float(
        integral[bottom, right] - integral[top, right] - integral[bottom, left] + integral[top, left]
    )
