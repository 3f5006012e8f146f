"""Small pictures for the grid, kept as JPEG files in the data directory by photo identity."""

from __future__ import annotations

import io
import logging
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.album.decode import decode
from engine.album.shrink import fit, shrunk
from engine.types import Photo

log = logging.getLogger(__name__)

LONG_SIDE = 384  # pixels
QUALITY = 85
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


class ThumbnailCache:
    """Thumbnails on disk. A cache that cannot be written costs time, never a photo: it is logged once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._complained = False

    def get(self, identity: str) -> bytes | None:
        """Return the JPEG of a photo, or None when there is none that is whole."""
        try:
            data = self._path(identity).read_bytes()
        except OSError:
            return None
        return data if data.startswith(JPEG_START) and data.endswith(JPEG_END) else None

    def put(self, identity: str, image: NDArray[np.uint8]) -> bytes:
        """Store a thumbnail of an sRGB image (H, W, 3); return its JPEG."""
        data = thumbnail_jpeg(image)
        path = self._path(identity)
        beside = path.with_name(f"{path.name}.{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.replace(path)
        except OSError as error:
            self._complain(error)
            with suppress(OSError):
                beside.unlink(missing_ok=True)  # half of it, where the disk is full
        return data

    def _path(self, identity: str) -> Path:
        return self._folder / identity[:2] / f"{identity}.jpg"

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            log.warning("Thumbnails cannot be kept in %s: %s", self._folder, error)


def make_thumbnail(photo: Photo) -> NDArray[np.uint8]:
    """Decode a photo just for its thumbnail, (H, W, 3) sRGB. Raises PhotoError."""
    return small(decode(photo, LONG_SIDE).image)


def thumbnail_jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return the JPEG of a thumbnail of `image`."""
    buffer = io.BytesIO()
    Image.fromarray(small(image)).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `image` with its long side at LONG_SIDE at most."""
    return image if max(image.shape) <= LONG_SIDE else shrunk(image, *fit(image, LONG_SIDE))
