"""Large pictures in the background: what was asked for first comes first; what is shown fits exactly."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from engine.album.decode import decode
from engine.album.kept_previews import PreviewCache
from engine.errors import PhotoError, first_line
from engine.paths import DataDir
from engine.threads import let_others_go_first
from engine.types import Photo
from gui.thumbnails import fit, to_qimage

log = logging.getLogger(__name__)

WORKERS = 2
FITTED_BYTES = 160_000_000  # of pictures that fit a box: some thirty at 1366 x 768, eight at 4K
FULL_KEPT = 3  # pictures with all their pixels: two that are compared and the next one
FULL_SIDE = 1_000_000  # a long side that no photo has: all its pixels

Box = tuple[int, int]  # screen pixels to fit into
FULL: Box = (0, 0)  # all pixels of the photo
_KEEP = Qt.AspectRatioMode.KeepAspectRatio


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture of a photo that fits `box`. `size` is the photo's own, where known, as is its identity.

    One that is wanted `ahead` is not looked at yet: the window and what it shows go first. It is begun when
    that is there, and yields to what is wished for then.
    """

    photo: Photo
    box: Box
    size: QSize
    identity: str | None = None
    ahead: bool = False


class _Decoding(QRunnable):
    """Decodes one photo and hands the picture over."""

    def __init__(self, previews: Previews, job: int, wish: Wish) -> None:
        super().__init__()
        self._previews, self._job, self._wish = previews, job, wish

    def run(self) -> None:
        key = (self._job, self._wish.photo.id, self._wish.box)
        if not self._previews.claim(key):
            return
        if self._wish.ahead:
            let_others_go_first()
        reason = ""
        image = QImage()
        try:
            image = picture(self._wish, self._previews.kept_on_disk)
        except PhotoError as error:
            reason = error.what
        except Exception as error:  # a pool thread must not die of one photo; the view shows the reason
            log.exception("No preview of %s", self._wish.photo.path)
            reason = first_line(error)
        self._previews.decoded.emit(key, image, reason)


def picture(wish: Wish, on_disk: PreviewCache) -> QImage:
    """Return a photo in the size that is wished, from disk where that is sharp. Raises PhotoError."""
    if wish.box == FULL:
        return to_qimage(decode(wish.photo, FULL_SIDE).image)
    box = QSize(*wish.box)
    wanted = wish.size.scaled(box, _KEEP) if not wish.size.isEmpty() else box
    side = max(wanted.width(), wanted.height(), 1)
    kept = on_disk.pixels(wish.identity) if wish.identity else None
    if kept is not None and max(kept.shape) >= side:
        return to_qimage(fit(kept, box))
    return to_qimage(fit(decode(wish.photo, side).image, box))


class Previews(QObject):
    """Keeps the few large pictures that are about to be looked at."""

    arrived = Signal(int)  # photo id, of the current job
    decoded = Signal(object, QImage, str)  # from the pool's threads

    def __init__(self, data_dir: DataDir, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kept_on_disk = PreviewCache(data_dir.previews, 0)  # the engine fills it
        self._job = 0
        self._kept: OrderedDict[tuple[int, Box], QPixmap] = OrderedDict()
        self._failed: dict[int, str] = {}
        # Shared with the pool's threads, without a lock: the window would wait for whoever holds it.
        self._running: dict[tuple[int, int, Box], object] = {}
        self._awaited: set[tuple[int, Box]] = set()  # what is shown and not there yet
        self._next: list[Wish] = []  # to be fetched when that is there
        # Of threads of their own: one that has let others go first can never go first again.
        self._ahead, self._pool = QThreadPool(self), QThreadPool(self)
        for pool in self._pools:
            pool.setMaxThreadCount(WORKERS)
        self.decoded.connect(self._take)

    def begin(self, job_id: int) -> None:
        self._job = job_id
        self._forget()
        self._kept.clear()
        self._failed.clear()

    def get(self, photo_id: int, box: Box) -> QPixmap | None:
        """Return the picture that fits `box`, when it is there."""
        return self._kept.get((photo_id, box))

    def best(self, photo_id: int) -> QPixmap | None:
        """Return the largest picture there is of a photo."""
        found = [pixmap for (photo, _), pixmap in self._kept.items() if photo == photo_id]
        return max(found, key=lambda pixmap: pixmap.width(), default=None)

    def failure(self, photo_id: int) -> str | None:
        """Return why there is no picture of a photo."""
        return self._failed.get(photo_id)

    def want(self, wishes: Sequence[Wish]) -> None:
        """Fetch these, the first one first; wishes that have not begun are forgotten."""
        self._forget()
        missing = [wish for wish in wishes if not self._touch(wish) and wish.photo.id not in self._failed]
        shown = [wish for wish in missing if not wish.ahead]
        # With the faces, all pixels of the photo on the screen are wanted as well: neighbours do not wait.
        fitted = {wish.photo.id for wish in wishes if not wish.ahead and wish.box != FULL}
        self._awaited = {
            (wish.photo.id, wish.box) for wish in shown if wish.box != FULL or wish.photo.id not in fitted
        }
        self._next = [wish for wish in missing if wish.ahead]
        self._start(self._pool, shown)
        self._look_ahead()

    def _touch(self, wish: Wish) -> bool:
        """Tell whether a picture is there; it is then kept longest."""
        key = (wish.photo.id, wish.box)
        if key in self._kept:
            self._kept.move_to_end(key)
        return key in self._kept

    def _look_ahead(self) -> None:
        """Fetch what may be shown next, once what is shown is there: two cores are often one, shared."""
        if not self._awaited:
            self._start(self._ahead, [wish for wish in self._next if wish.photo.id not in self._failed])
            self._next = []

    def _start(self, pool: QThreadPool, wishes: Sequence[Wish]) -> None:
        for rank, wish in enumerate(wishes):
            pool.start(_Decoding(self, self._job, wish), -rank)

    @property
    def _pools(self) -> tuple[QThreadPool, QThreadPool]:
        return self._pool, self._ahead

    def _forget(self) -> None:
        """Let go of the wishes that have not begun."""
        self._awaited, self._next = set(), []
        for pool in self._pools:
            pool.clear()

    def claim(self, key: tuple[int, int, Box]) -> bool:
        """Tell a pool thread whether the picture is its to decode; another may be at it already."""
        mine = object()
        if self._running.setdefault(key, mine) is not mine:
            return False
        if key[0] == self._job and key[1:] in self._kept:  # looked at last: it is kept before it is let go
            self._running.pop(key, None)
            return False
        return True

    def stop(self) -> None:
        """End the threads, and let the pictures go."""
        self._forget()
        for pool in self._pools:
            pool.waitForDone()
        self._kept.clear()  # now and then PySide keeps a decoding that has ended, and with it this object

    @Slot(object, QImage, str)
    def _take(self, key: tuple[int, int, Box], image: QImage, reason: str) -> None:
        job, photo_id, box = key
        if job == self._job and not reason:
            self._kept[(photo_id, box)] = QPixmap.fromImage(image)
        self._running.pop(key, None)
        if job != self._job:
            return
        if reason:
            self._failed[photo_id] = reason
        self._drop_old()
        self._awaited.discard((photo_id, box))
        self._look_ahead()
        self.arrived.emit(photo_id)

    def _drop_old(self) -> None:
        full = [key for key in self._kept if key[1] == FULL]
        for key in full[:-FULL_KEPT]:
            del self._kept[key]
        fitted = [key for key in self._kept if key[1] != FULL]
        used = sum(_bytes(self._kept[key]) for key in fitted)
        for key in fitted[:-1]:
            if used <= FITTED_BYTES:
                break
            used -= _bytes(self._kept.pop(key))


def _bytes(pixmap: QPixmap) -> int:
    return 4 * pixmap.width() * pixmap.height()
