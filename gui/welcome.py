"""What is shown when there are no photos to show, and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.commands import command, tooltip

NAME_WIDTH = 48  # characters of the folder that a recent album lies in


class Welcome(QWidget):
    """An invitation to open a folder; also the place of "there are no photos here"."""

    open_wanted = Signal()
    album_wanted = Signal(object)  # Path of a recent album
    deeper_wanted = Signal()  # this folder with those inside it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._frame = frame = QWidget(self)
        frame.setObjectName("dropTarget")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        frame.setFixedWidth(max(480, 34 * self.fontMetrics().averageCharWidth() * 2))
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
        self._deeper = QPushButton("Open it with the folders inside", frame)
        self._deeper.setToolTip("Make one album of this folder and all folders in it")
        self._deeper.clicked.connect(self.deeper_wanted)
        inner.addWidget(self._deeper, 0, Qt.AlignmentFlag.AlignHCenter)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        inner.addLayout(self._recent)
        layout = QVBoxLayout(self)
        layout.addWidget(frame, 0, Qt.AlignmentFlag.AlignCenter)
        for each in (button, self._deeper):
            each.setAutoDefault(True)
        self.setFocusProxy(button)
        self.invite()

    def event(self, event: QEvent) -> bool:
        """Return presses the button that has the focus; elsewhere it opens the large view."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return True
        return super().event(event)

    def invite(self) -> None:
        safe = "Photos are only read, unless you ask for more."
        self.tell("Open a shoot", f"Drop a folder of photos here, or open one.\n{safe}")

    def light_up(self, on: bool) -> None:
        """Show that what is held over the window can be let go here."""
        self._frame.setProperty("hot", on)
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)
        self._frame.update()

    @property
    def is_lit(self) -> bool:
        return bool(self._frame.property("hot"))

    def show_recent(self, albums: Sequence[Path]) -> None:
        """Offer the albums that were opened last."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if albums:
            self._recent.addSpacing(10)
            heading = QLabel("Opened last", self)
            heading.setProperty("tone", "faint")
            heading.setIndent(9)  # above the words of the buttons, not above their edges
            self._recent.addWidget(heading)
        for album in albums:
            button = QPushButton(self._name(album), self)
            button.setProperty("flat", True)
            button.setAutoDefault(True)
            button.setToolTip(str(album))
            button.setAccessibleName(f"Open {album}")
            button.clicked.connect(partial(self._want, album))
            self._recent.addWidget(button)

    def _name(self, album: Path) -> str:
        """Return a folder's name with the folder it lies in: many are called the same."""
        room = NAME_WIDTH * self.fontMetrics().averageCharWidth()
        inside = self.fontMetrics().elidedText(str(album.parent), Qt.TextElideMode.ElideMiddle, room)
        return f"{album.name}   ({inside})".replace("&", "&&") if album.name else str(album)

    def _want(self, album: Path, *_checked: bool) -> None:
        self.album_wanted.emit(album)

    def tell(self, title: str, words: str, *, deeper: bool = False) -> None:
        """Say why there is nothing to see; with `deeper`, offer to look into the folders inside."""
        self._title.setText(title)
        self._words.setText(words)
        self._deeper.setVisible(deeper)

    @property
    def text(self) -> str:
        return f"{self._title.text()}\n{self._words.text()}"
