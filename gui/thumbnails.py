"""Thumbnails in the background: what was asked for last comes first; a bounded number is kept."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSize, Qt, QThread, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from engine.album.shrink import shrunk
from engine.album.thumbnails import ThumbnailCache, make_thumbnail
from engine.errors import PhotoError
from engine.paths import DataDir
from engine.types import Photo

log = logging.getLogger(__name__)

KEPT = 300  # pixmaps; at 384 px on the long side they take 130 MB
MOST_WAITING = 400  # older wishes are forgotten: their cells have long been scrolled away
WORKERS = 2
REST_S = 0.1  # without a new wish, until all workers take part: a hand that scrolls needs a core for itself
LINEAR_FROM = 0.65  # of a picture's size: down to that, as near to Lanczos as by area in a fifth of the time

Key = tuple[int, int]  # job id, photo id


@dataclass(frozen=True, slots=True)
class _Wish:
    key: Key
    photo: Photo
    identity: str | None
    box: QSize  # device pixels to fit into


class _Wishes:
    """What is to be loaded, last wish first. Shared by the GUI thread and the workers.

    There is no lock, for which the window would wait while the worker that holds it waits for a core. Each
    step on a collection is one of Python's own, which no other thread can interrupt.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[Key, _Wish] = OrderedDict()
        self._taken: set[Key] = set()
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung at least once for each wish that waits
        self._last_new = 0.0  # when something was wished for that nobody had wished for, monotonic
        self._closed = Event()

    def add(self, wish: _Wish) -> None:
        if wish.key in self._taken:
            return
        if wish.key not in self._waiting:
            self._last_new = time.monotonic()
        self._waiting[wish.key] = wish
        with suppress(KeyError):  # a worker has taken it meanwhile
            self._waiting.move_to_end(wish.key)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._bell.put(None)

    def take(self, *, at_rest: bool = False) -> _Wish | None:
        """Wait for a wish, `at_rest` until there has been no new one for a while; None when closed."""
        while True:
            self._bell.get()
            if self._closed.is_set():
                self._bell.put(None)  # for the next worker
                return None
            if at_rest and (moving := self._last_new + REST_S - time.monotonic()) > 0:
                self._bell.put(None)  # for the others
                self._closed.wait(moving)
                continue
            with suppress(KeyError):  # it was forgotten meanwhile
                key, wish = self._waiting.popitem(last=True)
                self._taken.add(key)
                return wish

    def done(self, key: Key) -> None:
        self._taken.discard(key)

    def clear(self) -> None:
        self._waiting.clear()

    def close(self) -> None:
        self._closed.set()
        self._bell.put(None)


class _Worker(QThread):
    loaded = Signal(object, QImage)  # wish, picture (null when it cannot be made)

    def __init__(self, wishes: _Wishes, cache: ThumbnailCache, *, at_rest: bool) -> None:
        super().__init__()
        self.setObjectName("framepick-thumbnails")
        self._wishes = wishes
        self._cache = cache
        self._at_rest = at_rest  # whether it works only when nothing new is wished for

    def run(self) -> None:
        while (wish := self._wishes.take(at_rest=self._at_rest)) is not None:
            try:
                image = to_qimage(fit(load(wish.photo, wish.identity, self._cache), wish.box))
            except PhotoError as error:
                log.debug("No thumbnail: %s", error)
                image = QImage()
            except Exception:  # a thread must not die of one photo; its cell stays empty
                log.exception("No thumbnail of %s", wish.photo.path)
                image = QImage()
            self.loaded.emit(wish, image)


# None of what follows is left to Qt, which holds the interpreter, and with it the window, meanwhile.


def load(photo: Photo, identity: str | None, cache: ThumbnailCache) -> NDArray[np.uint8]:
    """Return a photo's thumbnail (H, W, 3), from the cache when its identity is known. Raises PhotoError."""
    if identity is None:
        return make_thumbnail(photo)
    stored = cache.pixels(identity)
    if stored is not None:
        return stored
    made = make_thumbnail(photo)
    cache.put(identity, made)
    return made


def fit(pixels: NDArray[np.uint8], box: QSize) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) no larger than `box`; never enlarged."""
    height, width = pixels.shape[:2]
    if width <= box.width() and height <= box.height():
        return pixels
    size = QSize(width, height).scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
    size = size.expandedTo(QSize(1, 1))
    if size.width() < LINEAR_FROM * width:
        return shrunk(pixels, size.width(), size.height())
    import cv2

    linear = cv2.resize(pixels, (size.width(), size.height()), interpolation=cv2.INTER_LINEAR)
    return np.asarray(linear, dtype=np.uint8)


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """Return (H, W, 3) uint8 RGB as a picture of its own memory, in the format that paints quickest."""
    import cv2

    height, width = pixels.shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32)
    its_memory = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    its_memory.fill(255)  # OpenCV reads it first: memory that is fresh would be handed out twice
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=its_memory)
    return image


class Thumbnails(QObject):
    """Hands out thumbnails that are there, fetches those that are not, tells when they came."""

    arrived = Signal(int)  # photo id, of the current job

    def __init__(
        self,
        data_dir: DataDir,
        parent: QObject | None = None,
        *,
        kept: int = KEPT,
        workers: int = WORKERS,
    ) -> None:
        super().__init__(parent)
        self._job = 0
        self._box = QSize(384, 384)
        self._most = kept
        self._kept: OrderedDict[int, tuple[QSize, QPixmap]] = OrderedDict()
        self._wishes = _Wishes()
        cache = ThumbnailCache(data_dir.thumbnails)
        self._workers = [_Worker(self._wishes, cache, at_rest=n > 0) for n in range(workers)]
        for worker in self._workers:
            worker.loaded.connect(self._take)
            worker.start(QThread.Priority.LowPriority)

    def begin(self, job_id: int) -> None:
        """Forget the former album; thumbnails of it that are still on their way are dropped."""
        self._job = job_id
        self._wishes.clear()
        self._kept.clear()

    def set_box(self, box: QSize) -> None:
        """Fit thumbnails into `box` (device pixels) from now on; others stay until theirs has come."""
        self._box = box

    def get(self, photo: Photo, identity: str | None) -> QPixmap | None:
        """Return the thumbnail, or None and fetch it. A null pixmap means that there is none."""
        box, pixmap = self._kept.get(photo.id, (None, None))
        if pixmap is not None:
            self._kept.move_to_end(photo.id)
        if box != self._box:
            self._wishes.add(_Wish((self._job, photo.id), photo, identity, self._box))
        return pixmap

    def stop(self) -> None:
        """End the threads."""
        self._wishes.close()
        for worker in self._workers:
            worker.wait()

    @Slot(object, QImage)
    def _take(self, wish: _Wish, image: QImage) -> None:
        self._wishes.done(wish.key)
        job, photo = wish.key
        if job != self._job:
            return
        self._kept[photo] = (wish.box, QPixmap.fromImage(image))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        self.arrived.emit(photo)
