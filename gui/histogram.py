"""A small histogram that lies over a corner of the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

SIZE = QSize(232, 104)
GROUND = QColor(16, 16, 16, 208)  # in every theme: lights add up on a dark ground only
COLOURS = (QColor(235, 70, 60), QColor(70, 200, 90), QColor(80, 130, 255))


class Histogram(QWidget):
    """Red, green and blue tones, added up as light is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Histogram")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(SIZE)
        self._bins: NDArray[np.float32] | None = None

    def show_bins(self, bins: NDArray[np.float32] | None) -> None:
        """Show (3, 256) values of 0..1."""
        self._bins = bins
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self._bins is None:
            return
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        box = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        for colour, channel in zip(COLOURS, self._bins, strict=True):
            painter.setBrush(colour)
            painter.drawPolygon(_outline(channel, box))


def _outline(channel: NDArray[np.float32], box: QRectF) -> QPolygonF:
    heights = np.sqrt(channel)  # small shares are to be seen as well
    points = [
        QPointF(box.x() + box.width() * n / 255, box.bottom() - box.height() * float(height))
        for n, height in enumerate(heights)
    ]
    return QPolygonF([box.bottomLeft(), *points, box.bottomRight()])
