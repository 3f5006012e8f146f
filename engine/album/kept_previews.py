"""Pictures about as large as a window, kept on disk: a photo jumped to is sharp without decoding its file."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.album.picture_cache import PictureCache
from engine.album.shrink import fit

LONG_SIDE = 1600  # pixels: fills the large view of a window of 1920 x 1080
QUALITY = 88
LEAST_FREE = 2_000_000_000  # bytes of the disk that are left to others
_LOOK_EVERY = 0.05  # of the limit that may be added until files are counted again
_ROOM = 0.9  # of the limit that is left filled when old ones go


class PreviewCache(PictureCache):
    """Window-size pictures on disk, those looked at longest ago dropped first. Safe for several threads."""

    def __init__(self, folder: Path, limit: int) -> None:
        super().__init__(folder)
        self._limit = limit  # bytes; 0 keeps none
        self._added = limit  # so that the first one has files counted
        self._lock = threading.Lock()

    def get(self, identity: str) -> bytes | None:
        """Return the JPEG of a photo, or None; it counts as looked at now."""
        data = super().get(identity)
        if data is not None:
            with suppress(OSError):
                os.utime(self._path(identity))
        return data

    def put(self, identity: str, decoded: Decoded) -> None:
        """Keep a picture of a photo, unless it is small, there already, or the disk has no room."""
        if not self._limit or max(decoded.image.shape) <= LONG_SIDE or self._path(identity).exists():
            return
        if not self._make_room():
            return
        data = preview_jpeg(decoded.image)
        self.store(identity, data)
        with self._lock:
            self._added += len(data)

    def drop(self, identity: str) -> None:
        """Forget the picture of a photo."""
        with suppress(OSError):
            self._path(identity).unlink(missing_ok=True)

    def _make_room(self) -> bool:
        """Drop old files now and then; return whether the disk has room for more."""
        with self._lock:
            if self._added >= _LOOK_EVERY * self._limit:
                self._added = 0
                self._drop_old()
        existing = next((f for f in (self._folder, *self._folder.parents) if f.exists()), None)
        return existing is not None and shutil.disk_usage(existing).free > LEAST_FREE

    def _drop_old(self) -> None:
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*/*.jpg"):
            with suppress(OSError):  # another window may drop it at the same time
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        used = sum(size for _, size, _ in found)
        if used <= self._limit:
            return
        for _, size, path in sorted(found):
            if used <= _ROOM * self._limit:
                break
            with suppress(OSError):
                path.unlink()
                used -= size


def preview_jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return the JPEG of an sRGB image (H, W, 3) with its long side at LONG_SIDE."""
    import cv2

    # Linear: what is decoded is less than twice as large, and it is several times faster than by area.
    small = cv2.resize(image, fit(image, LONG_SIDE), interpolation=cv2.INTER_LINEAR)
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), settings)[1].tobytes()
