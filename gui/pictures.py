"""The best picture there is of a photo: exactly fitting, else any larger view of it, else its thumbnail."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap

from engine.paths import DataDir
from gui.canvas import Canvas
from gui.entry import Entry
from gui.previews import FULL, Box, Previews, Wish
from gui.thumbnails import Thumbnails

SKETCHES_KEPT = 60  # thumbnails in their stored size, 384 pixels: 25 MB
REST_MS = 70  # without a step, until full-size pictures are decoded: a held key steps every 33 ms


class Pictures(QObject):
    """Gives views their pictures, and fetches what they will want next."""

    arrived = Signal(int)  # photo id

    def __init__(
        self, data_dir: DataDir, thumbnails: Thumbnails, previews: Previews, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._thumbnails, self._previews = thumbnails, previews
        self._sketches = Thumbnails(data_dir, self, kept=SKETCHES_KEPT, workers=1)
        self._wishes: list[Wish] = []
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._fetch)
        for source in (thumbnails, previews, self._sketches):
            source.arrived.connect(self.arrived)

    def begin(self, job_id: int) -> None:
        self._wishes = []
        self._sketches.begin(job_id)

    def stop(self) -> None:
        self._rest.stop()
        self._sketches.stop()

    def want(
        self,
        shown: Iterable[tuple[Entry, Box]],
        ahead: Iterable[tuple[Entry, Box]] = (),
        *,
        hurried: bool = False,
    ) -> None:
        """Fetch the pictures that are shown, then those that may be next, the first ones first.

        While `hurried`, wait until the hand rests.
        """
        self._wishes = [
            Wish(entry.photo, box, size_of(entry), _identity(entry), is_ahead)
            for entries, is_ahead in ((shown, False), (ahead, True))
            for entry, box in entries
            if entry.error is None
        ]
        if hurried:
            self._rest.start()
        else:
            self._rest.stop()
            self._fetch()

    @property
    def waiting(self) -> bool:
        """Tell whether full-size pictures wait for the hand to rest."""
        return self._rest.isActive()

    def sketch_ahead(self, entries: Iterable[Entry]) -> None:
        """Have small pictures of these ready, the first one first."""
        for entry in reversed(list(entries)):  # the last wish is granted first
            if entry.error is None:
                self._sketches.get(entry.photo, _identity(entry))

    def show(self, canvas: Canvas, entry: Entry | None) -> None:
        """Show the best picture of a photo on a canvas."""
        if entry is None:
            canvas.show_picture(None, QSize())
            return
        reason = entry.error or self._previews.failure(entry.photo.id)
        pixmap = None if reason else self.best(entry, box_of(canvas, entry))
        canvas.show_picture(pixmap, size_of(entry), f"{entry.photo.name} {reason}." if reason else "")

    def best(self, entry: Entry, box: Box) -> QPixmap | None:
        """Return the picture for `box`, or what comes nearest to it for now."""
        photo = entry.photo
        found = self._previews.get(photo.id, box) or self._previews.best(photo.id)
        found = found or self._sketches.get(photo, _identity(entry))
        return found or self._thumbnails.get(photo, _identity(entry))

    @Slot()
    def _fetch(self) -> None:
        self._previews.want(self._wishes)


def size_of(entry: Entry) -> QSize:
    """Return a photo's size in pixels, upright; empty where it is not known."""
    meta = entry.inspected.metadata if entry.inspected else None
    return QSize(meta.width, meta.height) if meta and meta.width and meta.height else QSize()


def box_of(canvas: Canvas, entry: Entry) -> Box:
    """Return the box of the picture that a canvas needs of a photo: its own size, or all pixels."""
    size, window = size_of(entry), canvas.device_size.toSize()
    if canvas.zoomed:
        whole = size.scaled(window, Qt.AspectRatioMode.KeepAspectRatio) if not size.isEmpty() else window
        zoom = canvas.view.zoom or 1.0
        enough = not size.isEmpty() and size.width() * zoom <= whole.width()
        return (window.width(), window.height()) if enough else FULL
    return window.width(), window.height()


def _identity(entry: Entry) -> str | None:
    return entry.inspected.identity if entry.inspected else None
