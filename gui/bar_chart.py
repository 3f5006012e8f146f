"""A chart of horizontal bars with their names and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

LINE, BAR, GAP = 20, 9, 8  # pixels: a row, its bar, between its parts
LEAST = 2.0  # pixels of the smallest bar
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, a value of 0 or more, and that value in words."""

    name: str
    value: float
    words: str


class BarChart(QWidget):
    """The longest bar is the largest value. The same is told to screen readers in words."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._bars: tuple[Bar, ...] = ()
        self.setAccessibleName(title)
        self.setFont(theme.scaled_font(self.font(), 0.92))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        if tuple(bars) == self._bars:
            return
        self._bars = tuple(bars)
        self.setAccessibleDescription("; ".join(f"{bar.name} {bar.words}" for bar in bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, LINE * len(self._bars) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        names = min(max(metrics.horizontalAdvance(b.name) for b in self._bars), self.width() * 0.45)
        words = max(metrics.horizontalAdvance(bar.words) for bar in self._bars)
        room = max(10.0, self.width() - names - words - 2 * GAP)
        most = max(bar.value for bar in self._bars) or 1.0
        for row, bar in enumerate(self._bars):
            top = 2.0 + row * LINE
            name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, int(names) + 1)
            painter.setPen(theme.TEXT)
            painter.drawText(QRectF(0, top, names + 2, LINE), int(_LEFT), name)
            painter.setPen(theme.MUTED)
            painter.drawText(QRectF(0, top, self.width(), LINE), int(_RIGHT), bar.words)
            length = max(LEAST, room * bar.value / most)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.ACCENT)
            painter.drawRoundedRect(QRectF(names + GAP, top + (LINE - BAR) / 2, length, BAR), 2, 2)
