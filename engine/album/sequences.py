"""Finds exposure brackets by EXIF. They are kept whole: their frames are no rivals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.types import Metadata, SequenceKind

_FEWEST = 3
_MOST = 11  # frames of the longest bracket that cameras offer
# Cameras fire a bracket as a burst, but flash, mirror delay and slow cards stretch it, and many cameras
# write whole seconds only. A photographer who turns the dial between two frames takes longer.
_LONGEST_PAUSE = 2.0  # seconds from the end of one frame to the next
_AUTO_BRACKET = 2  # EXIF ExposureMode
_SMALLEST_STEP = 0.25  # EV; brackets go in thirds of a stop at least
_SAME_STEP = 0.2  # EV by which steps of one bracket differ, since EXIF rounds exposure times


@dataclass(frozen=True, slots=True)
class _Frame:
    id: int
    time: float  # seconds
    metadata: Metadata

    @property
    def exposure(self) -> float | None:
        """Light gathered, in EV relative to 1 s at f/1 and ISO 1."""
        data = self.metadata
        if not data.exposure_time or not data.f_number:
            return None
        return math.log2(data.exposure_time * (data.iso or 100) / data.f_number**2)


def find_sequences(photos: Sequence[tuple[int, Metadata]]) -> dict[int, tuple[int, SequenceKind]]:
    """Return photo id -> (sequence number, kind) for photos that EXIF proves to be of one bracket.

    `photos` are (photo id, metadata) in capture order; several cameras may be mixed. A bracket is 3 to 11
    frames of one camera in quick succession, aperture and focal length unchanged, whose exposure biases are
    all different and evenly spaced (or, where the camera says "auto bracket", whose exposures are).
    """
    found: dict[int, tuple[int, SequenceKind]] = {}
    number = 0
    for frames in _by_camera(photos):
        for bracket in _brackets(frames):
            found |= {frame.id: (number, SequenceKind.BRACKET) for frame in bracket}
            number += 1
    return found


def _by_camera(photos: Sequence[tuple[int, Metadata]]) -> list[list[_Frame]]:
    cameras: dict[str | None, list[_Frame]] = {}
    for photo_id, data in photos:
        if data.captured_at is not None:
            seconds = (data.captured_at - data.captured_at.min).total_seconds()
            cameras.setdefault(data.camera, []).append(_Frame(photo_id, seconds, data))
    return list(cameras.values())


def _brackets(frames: list[_Frame]) -> list[list[_Frame]]:
    """Return the brackets in frames of one camera, longest first from each start, none overlapping."""
    found: list[list[_Frame]] = []
    start = 0
    while start <= len(frames) - _FEWEST:
        longest = _unbroken(frames[start : start + _MOST])
        lengths = range(longest, _FEWEST - 1, -1)
        length = next((n for n in lengths if _is_bracket(frames[start : start + n])), 0)
        if length:
            found.append(frames[start : start + length])
        start += length or 1
    return found


def _unbroken(frames: list[_Frame]) -> int:
    """Return how many of the first frames follow each other quickly with the same lens setting."""
    follows = (_follows(a, b) for a, b in pairwise(frames))
    return next((count for count, ok in enumerate(follows, start=1) if not ok), len(frames))


def _follows(first: _Frame, second: _Frame) -> bool:
    a, b = first.metadata, second.metadata
    pause = second.time - first.time - (a.exposure_time or 0)
    return (
        second.time >= first.time
        and pause <= _LONGEST_PAUSE
        and (a.f_number, a.focal_length, a.width, a.height) == (b.f_number, b.focal_length, b.width, b.height)
    )


def _is_bracket(frames: list[_Frame]) -> bool:
    exposures = [frame.exposure for frame in frames]
    biases = [frame.metadata.exposure_bias for frame in frames]
    if all(frame.metadata.exposure_mode == _AUTO_BRACKET for frame in frames) and _evenly_spaced(exposures):
        return True
    return _evenly_spaced(biases) and _same_order(biases, exposures)


def _evenly_spaced(values: Sequence[float | None]) -> bool:
    known = sorted(value for value in values if value is not None)
    if len(known) < len(values):
        return False
    steps = [b - a for a, b in pairwise(known)]
    return min(steps) >= _SMALLEST_STEP and max(steps) - min(steps) <= _SAME_STEP


def _same_order(biases: Sequence[float | None], exposures: Sequence[float | None]) -> bool:
    """Whether more bias gave more light; True when EXIF does not tell the exposures."""
    order = sorted(range(len(biases)), key=lambda at: biases[at] or 0.0)
    ranked = [exposure for exposure in map(exposures.__getitem__, order) if exposure is not None]
    return len(ranked) < len(order) or all(a < b for a, b in pairwise(ranked))
