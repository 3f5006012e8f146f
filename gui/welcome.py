"""What is shown when there are no photos to show, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.commands import command, tooltip


class Welcome(QWidget):
    """An invitation to open a folder; also the place of "there are no photos here"."""

    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frame = QWidget(self)
        frame.setObjectName("dropTarget")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        frame.setFixedWidth(480)
        self._title, self._words = QLabel(frame), QLabel(frame)
        self._title.setFont(theme.scaled_font(self.font(), 1.6, bold=True))
        self._words.setProperty("tone", "muted")
        button = QPushButton("Open folder…", frame)
        button.setProperty("primary", True)
        button.setToolTip(tooltip(command("album.open")))
        button.clicked.connect(self.open_wanted)
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(36, 40, 36, 40)
        inner.setSpacing(14)
        for label in (self._title, self._words):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inner.addWidget(label)
        inner.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.addWidget(frame, 0, Qt.AlignmentFlag.AlignCenter)
        self.invite()

    def invite(self) -> None:
        self.tell("Open a shoot", "Drop a folder of photos here, or open one. Originals are never changed.")

    def tell(self, title: str, words: str) -> None:
        self._title.setText(title)
        self._words.setText(words)

    @property
    def text(self) -> str:
        return f"{self._title.text()}\n{self._words.text()}"
