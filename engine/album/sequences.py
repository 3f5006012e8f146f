"""Finds frames that belong together: exposure brackets by EXIF, panoramas by EXIF and picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.types import Metadata, SequenceKind

Entry = tuple[int, Metadata]
Places = dict[int, tuple[int, SequenceKind]]

LEAST_FRAMES = 3
BRACKET_GAP = 4.0  # seconds between frames; long exposures of a bracket add their own time
PANORAMA_GAP = 6.0  # seconds between frames
AUTO_BRACKET = 2  # EXIF ExposureMode
OVERLAP_SHIFT = (0.15, 0.80)  # of the frame's side, from one frame of a panorama to the next
CROSS_SHIFT = 0.15  # across the direction of the panorama
GOOD_OVERLAP = 0.8  # correlation of what two neighbours both show
SAME_STEP = 2.5  # largest step of a panorama over its smallest


def find_sequences(photos: Sequence[Entry]) -> Places:
    """Return photo id: (sequence number, BRACKET) for exposure brackets; photos come in capture order.

    A bracket is a run of at least three frames of one camera and lens setting, each soon after the last,
    whose exposure biases all differ, or which the camera itself calls auto bracket with differing times.
    """
    places: Places = {}
    number = 0
    for run in _runs(photos, _same_bracket_setup):
        for frames in _brackets_of(run):
            places.update({photo_id: (number, SequenceKind.BRACKET) for photo_id, _ in frames})
            number += 1
    return places


def find_panoramas(photos: Sequence[Entry], sketches: Mapping[int, NDArray[np.uint8]]) -> Places:
    """Return photo id: (sequence number, PANORAMA); `sketches` are small grey pictures (h, w).

    A panorama is a run of at least three frames with equal exposure, each shifted against the last by a good
    part of the frame in one direction. EXIF alone cannot tell it from a burst.
    """
    places: Places = {}
    number = 0
    for run in _runs([p for p in photos if p[0] in sketches], _same_panorama_setup):
        if len(run) < LEAST_FRAMES:
            continue
        for frames in _shifted_runs(run, sketches):
            places.update({photo_id: (number, SequenceKind.PANORAMA) for photo_id, _ in frames})
            number += 1
    return places


def _runs(photos: Sequence[Entry], linked: Callable[[Metadata, Metadata], bool]) -> Iterator[list[Entry]]:
    """Split photos wherever one is not linked to the one before it."""
    run: list[Entry] = []
    for photo in photos:
        if run and not linked(run[-1][1], photo[1]):
            yield run
            run = []
        run.append(photo)
    if run:
        yield run


def _same_bracket_setup(a: Metadata, b: Metadata) -> bool:
    gap = _gap(a, b)
    allowed = BRACKET_GAP + (a.exposure_time or 0.0) + (b.exposure_time or 0.0)
    return gap is not None and gap <= allowed and _same_camera(a, b) and a.f_number == b.f_number


def _same_panorama_setup(a: Metadata, b: Metadata) -> bool:
    gap = _gap(a, b)
    same_exposure = (a.exposure_time, a.f_number, a.iso) == (b.exposure_time, b.f_number, b.iso)
    same_shape = (a.width, a.height) == (b.width, b.height)
    known = a.exposure_time is not None
    return (
        gap is not None
        and gap <= PANORAMA_GAP
        and _same_camera(a, b)
        and known
        and same_exposure
        and same_shape
    )


def _same_camera(a: Metadata, b: Metadata) -> bool:
    return a.camera is not None and a.camera == b.camera and a.focal_length == b.focal_length


def _gap(a: Metadata, b: Metadata) -> float | None:
    if a.captured_at is None or b.captured_at is None:
        return None
    return (b.captured_at - a.captured_at).total_seconds()


def _brackets_of(run: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut a run where an exposure comes again: 0, -2, +2, 0, -2, +2 are two brackets."""
    frames: list[Entry] = []
    for photo in run:
        if any(not _other_exposure(other[1], photo[1]) for other in frames):
            if len(frames) >= LEAST_FRAMES:
                yield frames
            frames = []
        frames.append(photo)
    if len(frames) >= LEAST_FRAMES:
        yield frames


def _other_exposure(a: Metadata, b: Metadata) -> bool:
    biases = a.exposure_bias, b.exposure_bias
    if None not in biases and biases[0] != biases[1]:
        return True
    automatic = a.exposure_mode == b.exposure_mode == AUTO_BRACKET
    return automatic and a.exposure_time != b.exposure_time


def _shifted_runs(run: Sequence[Entry], sketches: Mapping[int, NDArray[np.uint8]]) -> Iterator[list[Entry]]:
    frames, steps = [run[0]], list[tuple[float, float]]()
    for photo in run[1:]:
        step = _step(sketches[frames[-1][0]], sketches[photo[0]])
        if step is None or (steps and not _goes_on(steps[-1], step)):
            if len(frames) >= LEAST_FRAMES:
                yield frames
            frames, steps = [photo], []
            continue
        frames.append(photo)
        steps.append(step)
    if len(frames) >= LEAST_FRAMES:
        yield frames


def _goes_on(before: tuple[float, float], step: tuple[float, float]) -> bool:
    """Tell whether two steps go the same way and about as far."""
    axis = 0 if abs(step[0]) > abs(step[1]) else 1
    if before[axis] * step[axis] <= 0:
        return False
    ratio = abs(before[axis] / step[axis])
    return 1 / SAME_STEP <= ratio <= SAME_STEP


def _step(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Return the shift x, y from a to b as fractions of the frame, or None where it is no panorama's step.

    Phase correlation proposes a shift but cannot tell +60% from -40%; the overlap then decides.
    """
    import cv2

    height, width = a.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(a.astype(np.float32), b.astype(np.float32), window)
    shifts = {(x, y), (x - math.copysign(width, x), y), (x, y - math.copysign(height, y))}
    likely = [(_overlap_likeness(a, b, shift), shift) for shift in shifts if _is_step(shift, width, height)]
    best, shift = max(likely, default=(0.0, (0.0, 0.0)))
    return (shift[0] / width, shift[1] / height) if best >= GOOD_OVERLAP else None


def _is_step(shift: tuple[float, float], width: int, height: int) -> bool:
    along, across = sorted((abs(shift[0]) / width, abs(shift[1]) / height), reverse=True)
    return OVERLAP_SHIFT[0] <= along <= OVERLAP_SHIFT[1] and across <= CROSS_SHIFT


def _overlap_likeness(a: NDArray[np.uint8], b: NDArray[np.uint8], shift: tuple[float, float]) -> float:
    """Return the correlation -1..1 of what both show if b is a shifted by x, y pixels, give or take 1."""
    x, y = round(shift[0]), round(shift[1])
    around = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return max(_correlation(*_overlap(a, b, dx, dy)) for dx, dy in around)


def _overlap(a: NDArray[np.uint8], b: NDArray[np.uint8], x: int, y: int) -> tuple[NDArray[np.uint8], ...]:
    height, width = a.shape
    part_a = a[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    part_b = b[max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    return part_a, part_b


def _correlation(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    left, right = a.astype(np.float32) - a.mean(), b.astype(np.float32) - b.mean()
    scale = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float((left * right).sum()) / scale if scale > a.size else 0.0  # an empty sky proves nothing
