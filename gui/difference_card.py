"""Says which picks differ without the models that are switched off, and shows those photos."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.commands import command, tooltip


class DifferenceCard(QWidget):
    """Shown while a model is switched off."""

    photos_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._button = QPushButton("Show these photos", self)
        self._button.setToolTip(tooltip(command("filter.changed")))
        self._button.clicked.connect(self.photos_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.addWidget(self._words)
        layout.addWidget(self._button)
        self.show_words("", any_photo=False)

    def show_words(self, words: str, *, any_photo: bool) -> None:
        """Show what differs; nothing when all models are on."""
        self._words.setText(words)
        self._button.setVisible(any_photo)
        self.setVisible(bool(words))

    @property
    def text(self) -> str:
        return self._words.text()
