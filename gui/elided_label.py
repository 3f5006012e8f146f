"""A line of text that ends in "…" where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LEAST = 80  # pixels of words that give way


class ElidedLabel(QLabel):
    """As wide as its place, where `snug` as its words; `text()` and a screen reader have all of them."""

    def __init__(
        self,
        parent: QWidget | None = None,
        where: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        *,
        snug: bool = False,
    ) -> None:
        super().__init__(parent)
        self._where = where
        self.setTextFormat(Qt.TextFormat.PlainText)
        across = QSizePolicy.Policy.Maximum if snug else QSizePolicy.Policy.Ignored
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        if snug:
            self.setMinimumWidth(LEAST)

    @property
    def shown(self) -> str:
        """Return the text as it is seen."""
        return self.fontMetrics().elidedText(self.text(), self._where, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        flags = int(self.alignment())
        role = self.foregroundRole()
        self.style().drawItemText(
            painter, self.contentsRect(), flags, self.palette(), self.isEnabled(), self.shown, role
        )
