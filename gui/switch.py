"""A switch: on or off, by click or by Space."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui import theme

WIDTH, HEIGHT, RING = 34, 18, 3  # pixels; the ring shows the focus


class Switch(QAbstractButton):
    """The knob is right and the track is bright when it is on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH + 2 * RING, HEIGHT + 2 * RING)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 0, WIDTH, HEIGHT)
        track.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._track_colour())
        painter.drawRoundedRect(track, HEIGHT / 2, HEIGHT / 2)
        radius = HEIGHT / 2 - 3
        x = track.right() - HEIGHT / 2 if self.isChecked() else track.left() + HEIGHT / 2
        painter.setBrush(self._knob_colour())
        painter.drawEllipse(QPointF(x, track.center().y()), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.FOCUS, 1.4))
            ring = track.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)

    def _knob_colour(self) -> QColor:
        if not self.isEnabled():
            return theme.FAINT
        return theme.ON_ACCENT if self.isChecked() else theme.TEXT

    def _track_colour(self) -> QColor:
        if not self.isEnabled():
            return theme.HOVER
        return theme.ACCENT if self.isChecked() else theme.LINE
