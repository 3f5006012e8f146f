"""Reads identity and metadata of every photo, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.album.inspect import inspect
from engine.errors import PhotoError
from engine.events import CancelToken
from engine.telemetry import Telemetry
from engine.types import Inspected, Photo

BATCH = 250


def inspect_all(
    photos: Sequence[Photo], telemetry: Telemetry, cancel: CancelToken
) -> Iterator[dict[int, Inspected | PhotoError]]:
    """Yield what was found, by photo id, a batch at a time; stops early when the run is abandoned.

    One photo after the other: several threads were slower on a local disk and held the window up.
    """
    for start in range(0, len(photos), BATCH):
        if cancel.abandoned:
            return
        batch = photos[start : start + BATCH]
        yield {photo.id: _inspect_one(photo, telemetry) for photo in batch if not cancel.abandoned}


def _inspect_one(photo: Photo, telemetry: Telemetry) -> Inspected | PhotoError:
    try:
        with telemetry.stage("inspect"):
            return inspect(photo)
    except PhotoError as error:
        return error
