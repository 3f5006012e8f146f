"""One photo, fitted to the window or at 100%, panned by dragging."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui import marks, theme

DRAG = 4  # pixels before a press is a drag and no click


class Canvas(QWidget):
    """Shows a pixmap. A click zooms to 100% where it points, and back."""

    zoom_wanted = Signal(object)  # QPointF: the spot, as fractions of the photo

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Photo")
        self.setMinimumSize(200, 150)
        self._pixmap: QPixmap | None = None
        self._note = ""
        self._spot: QPointF | None = None  # the middle of the view at 100%, as fractions; None is fitted
        self._full_width = 0
        self._press: QPointF | None = None
        self._last = QPointF()
        self._dragged = False

    def show_picture(self, pixmap: QPixmap | None, full_width: int, note: str = "") -> None:
        """Show a picture of a photo that is `full_width` pixels wide, or a note where there is none."""
        self._pixmap, self._full_width, self._note = pixmap, full_width, note
        self.update()

    @property
    def zoomed(self) -> bool:
        return self._spot is not None

    def zoom_to(self, spot: QPointF | None) -> None:
        """Show that spot at 100%, or the whole photo."""
        self._spot = spot
        self.update()

    def picture_box(self) -> QRectF:
        """Return where the picture stands, in widget coordinates."""
        view = QRectF(self.rect())
        if self._pixmap is None or self._pixmap.isNull():
            return view
        width, height = self._pixmap.width(), self._pixmap.height()
        ratio = self.devicePixelRatio()
        if self._spot is None:
            scale = min(view.width() / width, view.height() / height, 1 / ratio * max(1.0, self._enlarge()))
            size = width * scale, height * scale
            return QRectF((view.width() - size[0]) / 2, (view.height() - size[1]) / 2, *size)
        shown_width = (self._full_width or width) / ratio
        shown_height = shown_width * height / width
        left = view.width() / 2 - self._spot.x() * shown_width
        top = view.height() / 2 - self._spot.y() * shown_height
        return QRectF(round(left), round(top), shown_width, shown_height)

    def _enlarge(self) -> float:
        """A preview may be smaller than the photo: it is shown as large as the photo would be."""
        assert self._pixmap is not None
        return self._full_width / self._pixmap.width() if self._full_width else 1.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.BACKGROUND)
        if self._pixmap is not None and not self._pixmap.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self.picture_box(), self._pixmap, QRectF(self._pixmap.rect()))
        elif self._note:
            self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QRectF(self.rect()).center()
        marks.draw_broken(painter, QRectF(centre.x() - 28, centre.y() - 80, 56, 56), theme.WARN)
        painter.setPen(theme.TEXT)
        box = QRectF(40, centre.y(), self.width() - 80, self.height() / 2 - 20)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(box, int(flags), self._note)

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = self._last = event.position()
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        self._dragged = self._dragged or (event.position() - self._press).manhattanLength() > DRAG
        if self._dragged and self._spot is not None:
            self.pan(event.position() - self._last)
        self._last = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and not self._dragged:
            self.zoom_wanted.emit(self.spot_at(event.position()))
        self._press = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._spot is not None:
            self.pan(QPointF(event.angleDelta()) / 4)

    def pan(self, by: QPointF) -> None:
        """Move the picture by so many widget pixels; its middle stays inside the photo."""
        if self._spot is None:
            return
        box = self.picture_box()
        x = min(max(self._spot.x() - by.x() / max(1.0, box.width()), 0.0), 1.0)
        y = min(max(self._spot.y() - by.y() / max(1.0, box.height()), 0.0), 1.0)
        self.zoom_to(QPointF(x, y))

    def spot_at(self, position: QPointF) -> QPointF:
        """Return the spot of the photo under a widget position, as fractions 0..1."""
        box = self.picture_box()
        x = (position.x() - box.x()) / max(1.0, box.width())
        y = (position.y() - box.y()) / max(1.0, box.height())
        return QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
