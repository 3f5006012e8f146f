"""One photo: whole or zoomed, panned by dragging, zoomed by the wheel where the pointer is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui import marks, theme
from gui.view_state import WHOLE, View, close_at, picture_box, zoomed_at

DIMMED = 0.35
DRAG = 4  # pixels before a press is a drag and no click
WHEEL_STEP = 1.25  # zoom per notch
NOTCH = 120  # of QWheelEvent.angleDelta


class Canvas(QWidget):
    """Shows a pixmap of a photo. What the hand does is told by `viewed`, a click by `zoom_wanted`."""

    zoom_wanted = Signal(object)  # QPointF: where the widget was clicked
    viewed = Signal(object, bool)  # View, and whether it is meant for this canvas alone (Shift)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Photo")
        self.setMinimumSize(120, 90)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.view = WHOLE
        self.framed = False  # drawn with the accent, as the one that keys act on
        self.dimmed = False  # as one that was rejected
        self._pixmap: QPixmap | None = None
        self._overlay: QPixmap | None = None
        self._note = ""
        self._full = QSize()
        self._press: QPointF | None = None
        self.setMouseTracking(True)
        self.pointer: QPointF | None = None  # where a hand points; none where the pointer only lies there
        self._last = QPointF()
        self._dragged = False

    def show_picture(self, pixmap: QPixmap | None, full: QSize, note: str = "") -> None:
        """Show a picture of a photo of `full` pixels (empty where unknown), or a note where there is none."""
        self._pixmap, self._note = pixmap, note
        self._full = full if not full.isEmpty() else (pixmap.size() if pixmap else QSize())
        self.update()

    def show_overlay(self, overlay: QPixmap | None) -> None:
        """Lay a picture, clear in parts, over what is seen of the photo."""
        self._overlay = overlay
        self.update()

    def show_view(self, view: View) -> None:
        if view != self.view:
            self.view = view
            self.update()

    @property
    def has_picture(self) -> bool:
        return self._pixmap is not None and not self._pixmap.isNull()

    @property
    def zoomed(self) -> bool:
        return self.view.zoom is not None

    @property
    def device_size(self) -> QSizeF:
        """Return the canvas's size in screen pixels."""
        return QSizeF(self.size()) * self.devicePixelRatio()

    def picture_box(self) -> QRectF:
        """Return where the picture stands, in widget coordinates."""
        if self._full.isEmpty():
            return QRectF(self.rect())
        box = picture_box(self.view, QSizeF(self._full), self.device_size)
        ratio = self.devicePixelRatio()
        return QRectF(box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.GROUND)
        if self._pixmap is not None and not self._pixmap.isNull():
            painter.setOpacity(DIMMED if self.dimmed else 1.0)
            self._paint_pixmap(painter, self._pixmap)
            painter.setOpacity(1.0)
            if self._overlay is not None:
                painter.drawPixmap(self._seen_box(), self._overlay, QRectF(self._overlay.rect()))
        elif self._note:
            self._paint_note(painter)
        if self.framed:
            painter.setPen(QPen(theme.ACCENT, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def seen(self) -> QImage | None:
        """Return what is seen of the photo as it is on the screen, without overlay."""
        box = self._seen_box().toAlignedRect()
        if self._pixmap is None or self._pixmap.isNull() or box.isEmpty():
            return None
        image = QImage(box.size() * self.devicePixelRatio(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatio())
        painter = QPainter(image)
        painter.translate(-box.topLeft())
        self._paint_pixmap(painter, self._pixmap)
        painter.end()
        image.setDevicePixelRatio(1.0)
        return image

    def _seen_box(self) -> QRectF:
        return self.picture_box().intersected(QRectF(self.rect()))

    def _paint_pixmap(self, painter: QPainter, pixmap: QPixmap) -> None:
        """Draw the part that is seen. A picture of just the right size is copied, not scaled."""
        box = self.picture_box()
        seen = self._seen_box()
        across, down = pixmap.width() / box.width(), pixmap.height() / box.height()
        part = QRectF(
            (seen.x() - box.x()) * across,
            (seen.y() - box.y()) * down,
            seen.width() * across,
            seen.height() * down,
        )
        ratio = self.devicePixelRatio()
        exact = abs(across * ratio - 1) < 0.002 or abs(pixmap.width() - box.width() * ratio) <= 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not exact and across * ratio < 4)
        if exact and ratio == 1.0:
            painter.drawPixmap(seen.topLeft().toPoint(), pixmap, part.toRect())
        else:
            painter.drawPixmap(seen, pixmap, part)

    def _paint_note(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QRectF(self.rect()).center()
        marks.draw_broken(painter, QRectF(centre.x() - 28, centre.y() - 80, 56, 56), theme.WARN)
        painter.setPen(theme.TEXT)
        box = QRectF(40, centre.y(), self.width() - 80, self.height() / 2 - 20)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(box, int(flags), self._note)

    # -- mouse

    def leaveEvent(self, _event: QEvent) -> None:
        self.pointer = None

    def hideEvent(self, _event: QHideEvent) -> None:
        self.pointer = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = self._last = event.position()
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position()
        if self._press is None:
            return
        self._dragged = self._dragged or (event.position() - self._press).manhattanLength() > DRAG
        if self._dragged and self.zoomed:
            self.pan(event.position() - self._last, alone=_alone(event))
        self._last = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and not self._dragged:
            self.zoom_wanted.emit(event.position())
        self._press = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()  # Shift turns the wheel sideways
        if delta and not self._full.isEmpty():
            spot = event.position() * self.devicePixelRatio()
            factor = WHEEL_STEP ** (delta / NOTCH)
            view = zoomed_at(self.view, factor, spot, QSizeF(self._full), self.device_size)
            self._tell(view, alone=_alone(event))

    def pan(self, by: QPointF, *, alone: bool = False) -> None:
        """Move the picture by so many widget pixels; the middle of the view stays inside the photo."""
        box = self.picture_box()
        self._tell(self.view.moved(-by.x() / max(1.0, box.width()), -by.y() / max(1.0, box.height())), alone)

    def _tell(self, view: View, alone: bool) -> None:
        self.show_view(view)
        self.viewed.emit(view, alone)

    def close_view(self, position: QPointF | None, zoom: float = 1.0) -> View:
        """Return the view that keeps what is under a widget position where it is; without one the middle."""
        if position is None or self._full.isEmpty():
            return View(zoom)
        return close_at(position * self.devicePixelRatio(), QSizeF(self._full), self.device_size, zoom)

    def spot_at(self, position: QPointF) -> QPointF:
        """Return the spot of the photo under a widget position, as fractions 0..1."""
        box = self.picture_box()
        x = (position.x() - box.x()) / max(1.0, box.width())
        y = (position.y() - box.y()) / max(1.0, box.height())
        return QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))


def _alone(event: QMouseEvent | QWheelEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
