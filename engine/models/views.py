"""What the learned models see of a photo: the whole of it, and its most detailed part at full detail."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.album.analysed import Analysed, analysed, as_it_is
from engine.album.decode import ANALYSIS_LONG_SIDE
from engine.album.shrink import shrunk

VIEW_SIDE = 384  # pixels; both views are squares of it
# "Full detail" is that of the photo at this size, whatever its file holds.
DETAIL_LONG_SIDE = ANALYSIS_LONG_SIDE
STEPS = 5  # places per axis that are looked at for detail

Image = NDArray[np.uint8]  # height, width, RGB


@dataclass(frozen=True, slots=True)
class Views:
    """Both squares of a photo; `detail` is None where the whole shows it all."""

    whole: Image
    detail: Image | None


def views_of(image: Image, at_analysis_size: Analysed | None = None) -> Views:
    """Return what the learned models see of a photo (height, width, RGB) of any size.

    `at_analysis_size` spares shrinking it again.
    """
    if max(image.shape[:2]) < DETAIL_LONG_SIDE:
        return Views(whole_view(image), detail_view(image))
    at = at_analysis_size or analysed(image)
    return Views(whole_view(at.image), detail_view(image, at))


def whole_view(image: Image) -> Image:
    """Return the whole picture as a square."""
    return shrunk(image, VIEW_SIDE, VIEW_SIDE)


def detail_view(image: Image, at_analysis_size: Analysed | None = None) -> Image | None:
    """Return the square with the most detail; None for a photo so small that the whole view shows it all.

    Most detail is the largest variance of the Laplacian, so that a shallow depth of field is no fault.
    `at_analysis_size` spares shrinking the photo again. A smaller photo is looked at as it is.
    """
    if max(image.shape[:2]) < DETAIL_LONG_SIDE:
        if max(image.shape[:2]) <= VIEW_SIDE:
            return None
        seen = as_it_is(image)
    else:
        seen = at_analysis_size or analysed(image)
    rows, columns = (min(side, VIEW_SIDE) for side in seen.laplacian.shape)
    top, left = _most_detailed(seen.laplacian, rows, columns)
    part = np.ascontiguousarray(seen.image[top : top + rows, left : left + columns])
    return part if part.shape[:2] == (VIEW_SIDE, VIEW_SIDE) else shrunk(part, VIEW_SIDE, VIEW_SIDE)


def _most_detailed(laplacian: NDArray[np.int16], rows: int, columns: int) -> tuple[int, int]:
    """Return top and left of the place of that size with the largest sum of squares."""
    height, width = laplacian.shape
    tops = np.unique(np.linspace(0, height - rows, STEPS).astype(int))
    lefts = np.unique(np.linspace(0, width - columns, STEPS).astype(int))
    # Places overlap: the squares are summed over the cells between their edges, each pixel once.
    ys, xs = np.unique([*tops, *(tops + rows)]), np.unique([*lefts, *(lefts + columns)])
    cells = np.array(
        [[_energy(laplacian[y:below, x:right]) for x, right in pairwise(xs)] for y, below in pairwise(ys)]
    )

    def inside(place: tuple[int, int]) -> float:
        top, below = np.searchsorted(ys, (place[0], place[0] + rows))
        left, right = np.searchsorted(xs, (place[1], place[1] + columns))
        return float(cells[top:below, left:right].sum())

    return max(((int(top), int(left)) for top in tops for left in lefts), key=inside)


def _energy(cell: NDArray[np.int16]) -> float:
    """Return the sum of squares, exactly: OpenCV squares a root."""
    import cv2

    return float(round(cv2.norm(cell, cv2.NORM_L2SQR)))
