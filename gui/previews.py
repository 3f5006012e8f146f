"""Large pictures in the background: the photo asked for first, then its neighbours."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from engine.album.decode import decode
from engine.errors import PhotoError
from engine.types import Photo
from gui.thumbnails import to_qimage

log = logging.getLogger(__name__)

WORKERS = 2
KEPT = 7  # pictures: the one shown and its neighbours; at 2560 px about 20 MB each
FULL = 1_000_000  # a long side that no photo has: all its pixels

Key = tuple[int, int, int]  # job id, photo id, long side


class _Decoding(QRunnable):
    """Decodes one photo and hands the picture over."""

    def __init__(self, previews: Previews, key: Key, photo: Photo) -> None:
        super().__init__()
        self._previews, self._key, self._photo = previews, key, photo

    def run(self) -> None:
        if not self._previews.claim(self._key):
            return
        reason = ""
        image = QImage()
        try:
            image = to_qimage(decode(self._photo, self._key[2]).image)
        except PhotoError as error:
            reason = error.what
        except Exception as error:  # a pool thread must not die of one photo; the view shows the reason
            log.exception("No preview of %s", self._photo.path)
            reason = str(error)
        self._previews.decoded.emit(self._key, image, reason)


class Previews(QObject):
    """Keeps the few large pictures that are about to be looked at."""

    arrived = Signal(int)  # photo id, of the current job
    decoded = Signal(object, QImage, str)  # from the pool's threads

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = 0
        self._kept: OrderedDict[tuple[int, int], QPixmap] = OrderedDict()
        self._failed: dict[int, str] = {}
        self._running: set[Key] = set()  # being decoded just now; shared with the pool's threads
        self._lock = threading.Lock()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(WORKERS)
        self.decoded.connect(self._take)

    def begin(self, job_id: int) -> None:
        self._job = job_id
        self._pool.clear()
        self._kept.clear()
        self._failed.clear()

    def get(self, photo_id: int, long_side: int) -> QPixmap | None:
        return self._kept.get((photo_id, long_side))

    def failure(self, photo_id: int) -> str | None:
        """Return why there is no picture of a photo."""
        return self._failed.get(photo_id)

    def want(self, photos: Sequence[Photo], long_side: int) -> None:
        """Fetch these, the first one first; wishes that have not begun are forgotten."""
        self._pool.clear()
        for rank, photo in enumerate(photos):
            key = (self._job, photo.id, long_side)
            if (photo.id, long_side) in self._kept:
                self._kept.move_to_end((photo.id, long_side))
            elif photo.id not in self._failed:
                self._pool.start(_Decoding(self, key, photo), -rank)

    def claim(self, key: Key) -> bool:
        """Tell a pool thread whether the picture is its to decode; another may be at it already."""
        with self._lock:
            if key in self._running:
                return False
            self._running.add(key)
            return True

    def stop(self) -> None:
        self._pool.clear()
        self._pool.waitForDone()

    @Slot(object, QImage, str)
    def _take(self, key: Key, image: QImage, reason: str) -> None:
        job, photo_id, long_side = key
        with self._lock:
            self._running.discard(key)
        if job != self._job:
            return
        if reason:
            self._failed[photo_id] = reason
        else:
            self._kept[(photo_id, long_side)] = QPixmap.fromImage(image)
            self._drop_old()
        self.arrived.emit(photo_id)

    def _drop_old(self) -> None:
        full = [key for key in self._kept if key[1] == FULL]
        for key in full[:-1]:
            del self._kept[key]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
