"""Reads identity and metadata of every photo, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.album.inspect import inspect
from engine.errors import PhotoError
from engine.events import CancelToken
from engine.telemetry import Telemetry
from engine.types import Inspected, Photo

BATCH = 250
THREADS = 4  # reading waits for the disk or the network more than for the processor


def inspect_all(
    photos: Sequence[Photo], telemetry: Telemetry, cancel: CancelToken
) -> Iterator[dict[int, Inspected | PhotoError]]:
    """Yield what was found, by photo id, a batch at a time; stops early when cancelled."""

    def inspect_one(photo: Photo) -> Inspected | PhotoError:
        try:
            with telemetry.stage("inspect"):
                return inspect(photo)
        except PhotoError as error:
            return error

    with ThreadPoolExecutor(THREADS, thread_name_prefix="framepick-inspect") as pool:
        for start in range(0, len(photos), BATCH):
            if cancel.cancelled:
                return
            batch = photos[start : start + BATCH]
            yield dict(zip((p.id for p in batch), pool.map(inspect_one, batch), strict=True))
