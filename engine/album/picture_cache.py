"""JPEG files that can be made anew, kept in the data directory by photo identity."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.album.scan import CACHE_TAG

log = logging.getLogger(__name__)

# By https://bford.info/cachedir/: backups leave such a folder out, and so does an album around it.
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Pictures that Framepick can make anew.\n"
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


class PictureCache:
    """Pictures on disk. A cache that cannot be written costs time, never a photo: it is logged once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._complained = False
        self._tagged = False

    def get(self, identity: str) -> bytes | None:
        """Return the JPEG of a photo, or None when there is none that is whole."""
        try:
            data = self._path(identity).read_bytes()
        except OSError:
            return None
        return data if data.startswith(JPEG_START) and data.endswith(JPEG_END) else None

    def pixels(self, identity: str) -> NDArray[np.uint8] | None:
        """Return the picture of a photo as (H, W, 3) sRGB, or None. Others may run while it is decoded."""
        import cv2

        data = self.get(identity)
        if data is None:
            return None
        try:
            found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        except cv2.error:  # a damaged header may tell of a picture that OpenCV refuses to make room for
            return None
        return None if found is None else np.asarray(found, dtype=np.uint8)

    def store(self, identity: str, data: bytes) -> None:
        """Keep the JPEG of a photo."""
        path = self._path(identity)
        beside = path.with_name(f"{path.name}.{threading.get_ident()}.part")
        try:
            self._make_folder(path.parent)
            beside.write_bytes(data)
            beside.replace(path)
        except OSError as error:
            self._complain(error)
            with suppress(OSError):
                beside.unlink(missing_ok=True)  # half of it, where the disk is full

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tag = self._folder / CACHE_TAG
        if not self._tagged and not tag.exists():
            tag.write_text(TAG, encoding="ascii")
        self._tagged = True

    def _path(self, identity: str) -> Path:
        return self._folder / identity[:2] / f"{identity}.jpg"

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            log.warning("Pictures cannot be kept in %s: %s", self._folder, error)
