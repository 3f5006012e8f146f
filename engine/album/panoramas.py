"""Finds frames shot to be stitched into a panorama, by EXIF and by how their pictures overlap.

A false panorama forbids culling, so every condition must hold: one camera and focal length, steady exposure,
the pace of a hand that turns (not of a burst), and each frame showing a strip of the one before, moved the
same way by a good part of the frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.types import Metadata, SequenceKind

Grey = NDArray[np.uint8]

_FEWEST = 3
_SHORTEST_PACE, _LONGEST_PACE = 0.5, 6.0  # seconds between frames, exposure time not counted
_STEADY = 0.5  # EV between neighbours
_LEAST_SHIFT, _MOST_SHIFT = 0.15, 0.75  # of the frame's side
_MOST_DRIFT = 0.12  # across the direction of turning
_UNEVEN = 2.0  # longest step over shortest
_LEAST_RESPONSE = 0.75  # correlation of the overlap, 0..1, for a small shift
_RESPONSE_SLOPE = 0.20  # more is asked for the further the shift: thin overlaps agree by chance
_STRIP = 0.20  # of the frame's side that is looked for in the frame before
_MARGIN = 0.15  # of the other side left out at each end, so that drift is possible
_LEAST_CONTRAST = 4.0  # grey levels; below it is blank sky or wall, which matches anywhere


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the camera moved between two frames, as fractions of width and height (right, down).

    `response` is the correlation of what both frames show, -1..1.
    """

    dx: float
    dy: float
    response: float


def find_panoramas(
    photos: Sequence[tuple[int, Metadata]], sketches: Mapping[int, Grey]
) -> dict[int, tuple[int, SequenceKind]]:
    """Return photo id -> (sequence number, PANORAMA) for the frames of panoramas.

    `photos` are (photo id, metadata) in capture order; `sketches` are their grey pictures, about 64 pixels
    wide, all of one size. A photo without sketch belongs to none.
    """
    found: dict[int, tuple[int, SequenceKind]] = {}
    for number, run in enumerate(_runs(photos, sketches)):
        found |= {photo_id: (number, SequenceKind.PANORAMA) for photo_id in run}
    return found


def is_panorama_step(shift: Shift) -> bool:
    """Whether a shift is that of a turning camera: along one side, a good part of it, with a sure overlap."""
    along, across = sorted((abs(shift.dx), abs(shift.dy)), reverse=True)
    overlap_is_sure = shift.response >= _LEAST_RESPONSE + _RESPONSE_SLOPE * along
    return _LEAST_SHIFT <= along <= _MOST_SHIFT and across <= _MOST_DRIFT and overlap_is_sure


def measure_shift(first: Grey, second: Grey) -> Shift:
    """Return how the camera moved from one frame to the next, both (h, w) of one size.

    Looks in `first` for the strip at each edge of `second`, and keeps the place whose whole overlap agrees
    best. Unlike phase correlation it tells a shift of 60% to the right from one of 40% to the left.
    """
    unmoved = _overlap_correlation(first, second, (0, 0))
    if unmoved >= _LEAST_RESPONSE:
        return Shift(0.0, 0.0, unmoved)  # a burst; a plain background would match elsewhere as well
    offsets = [_find_strip(first, second, edge) for edge in ("left", "right", "top", "bottom")]
    scored = [
        (_overlap_correlation(first, second, offset), offset) for offset in offsets if offset is not None
    ]
    response, (dx, dy) = max(scored, default=(0.0, (0, 0)))
    height, width = first.shape
    return Shift(dx / width, dy / height, response)


def _runs(photos: Sequence[tuple[int, Metadata]], sketches: Mapping[int, Grey]) -> Iterator[list[int]]:
    """Yield the photo ids of each panorama, in order."""
    run: list[int] = [photo_id for photo_id, _ in photos[:1]]
    before: Shift | None = None
    for (a, a_data), (b, b_data) in pairwise(photos):
        step = _step(a_data, b_data, sketches.get(a), sketches.get(b))
        if step is not None and (before is None or _goes_on(before, step)):
            run.append(b)
            before = step
            continue
        if len(run) >= _FEWEST:
            yield run
            step = None  # a frame is in one panorama only
        run, before = ([b], None) if step is None else ([a, b], step)
    if len(run) >= _FEWEST:
        yield run


def _step(a: Metadata, b: Metadata, first: Grey | None, second: Grey | None) -> Shift | None:
    """Return the shift between two photos when it may be one of a panorama."""
    if first is None or second is None or first.shape != second.shape or not _may_belong(a, b):
        return None
    shift = measure_shift(first, second)
    return shift if is_panorama_step(shift) else None


def _may_belong(a: Metadata, b: Metadata) -> bool:
    if a.captured_at is None or b.captured_at is None or a.camera is None:
        return False
    pace = (b.captured_at - a.captured_at).total_seconds() - (a.exposure_time or 0)
    same_setting = (a.camera, a.focal_length, a.width, a.height) == (
        b.camera,
        b.focal_length,
        b.width,
        b.height,
    )
    return same_setting and _SHORTEST_PACE <= pace <= _LONGEST_PACE and _exposure_step(a, b) <= _STEADY


def _exposure_step(a: Metadata, b: Metadata) -> float:
    light = [(data.exposure_time or 0) * (data.iso or 100) / (data.f_number or 1) ** 2 for data in (a, b)]
    return abs(math.log2(light[0] / light[1])) if all(light) else math.inf


def _goes_on(before: Shift, step: Shift) -> bool:
    """Whether a step goes the way of the step before it, about as far."""
    horizontal = abs(before.dx) > abs(before.dy)
    last, now = (before.dx, step.dx) if horizontal else (before.dy, step.dy)
    return 1 / _UNEVEN <= now / last <= _UNEVEN


def _find_strip(first: Grey, second: Grey, edge: str) -> tuple[int, int] | None:
    """Return (right, down) in pixels by which `second` lies off `first`, from the strip at its `edge`."""
    import cv2

    height, width = second.shape
    across_x, across_y = int(width * _MARGIN), int(height * _MARGIN)
    wide, high = int(width * _STRIP), int(height * _STRIP)
    left, top, right, bottom = {
        "left": (0, across_y, wide, height - across_y),
        "right": (width - wide, across_y, width, height - across_y),
        "top": (across_x, 0, width - across_x, high),
        "bottom": (across_x, height - high, width - across_x, height),
    }[edge]
    strip = np.ascontiguousarray(second[top:bottom, left:right])
    if strip.size == 0 or float(strip.std()) < _LEAST_CONTRAST:
        return None
    match = cv2.matchTemplate(first, strip, cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(match)
    return x - left, y - top


def _overlap_correlation(first: Grey, second: Grey, offset: tuple[int, int]) -> float:
    """Return the correlation (-1..1) of what both frames show; 0 when that is blank."""
    dx, dy = offset
    height, width = first.shape
    a = first[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
    b = second[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
    if min(a.std(), b.std()) < _LEAST_CONTRAST:
        return 0.0
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])
