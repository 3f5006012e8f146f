"""Decodes photos ahead of the scorers, in order, never more than a few at once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded, decode
from engine.album.kept_previews import PreviewCache
from engine.album.thumbnails import ThumbnailCache, small
from engine.errors import PhotoError
from engine.events import CancelToken
from engine.selection.likeness import sketch_of
from engine.telemetry import Telemetry
from engine.types import Photo


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded photo on its way through the scorers, or why it could not be decoded."""

    photo: Photo
    decoded: Decoded | None
    sketch: NDArray[np.uint8] | None
    error: PhotoError | None = None


class Framer(Protocol):
    """Makes frames of photos, from several threads at once. Never raises for a photo that is bad."""

    def frame(self, photo: Photo) -> Frame: ...


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes, sketches, keeps thumbnails and previews. One decode serves all."""

    thumbnails: ThumbnailCache
    previews: PreviewCache
    telemetry: Telemetry
    identities: dict[int, str]

    def frame(self, photo: Photo) -> Frame:
        try:
            with self.telemetry.stage("decode"):
                decoded = decode(photo)
        except PhotoError as error:
            return Frame(photo, None, None, error)
        with self.telemetry.stage("thumbnail"):
            identity = self.identities[photo.id]
            picture = small(decoded.image)
            if self.thumbnails.get(identity) is None:
                self.thumbnails.put(identity, picture)
            sketch = sketch_of(picture)
        with self.telemetry.stage("preview"):
            self.previews.put(identity, decoded)
        return Frame(photo, decoded, sketch)


def decode_ahead(
    photos: Sequence[Photo], decoder: Framer, threads: int, ahead: int, cancel: CancelToken
) -> Iterator[Frame]:
    """Yield frames in the order of `photos`, at most `ahead` of them waiting in memory."""
    pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="framepick-decode")
    waiting: deque[Future[Frame]] = deque()
    upcoming = iter(photos)
    try:
        for photo in upcoming:
            waiting.append(pool.submit(decoder.frame, photo))
            if len(waiting) >= ahead:
                break
        while waiting and not cancel.cancelled:
            yield waiting.popleft().result()
            following = next(upcoming, None)
            if following is not None:
                waiting.append(pool.submit(decoder.frame, following))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def decode_in_batches(
    photos: Sequence[Photo], decoder: Framer, threads: int, size: int, cancel: CancelToken
) -> Iterator[list[Frame]]:
    """Yield frames in the order of `photos`, `size` at a time; `threads` 0 is one per core."""
    threads = threads or os.cpu_count() or 1
    batch: list[Frame] = []
    for frame in decode_ahead(photos, decoder, threads, threads + 1, cancel):
        batch.append(frame)
        if len(batch) == size:
            yield batch
            batch = []
    if batch and not cancel.cancelled:
        yield batch
