"""The bar of a run: what is being done, how fast, how long it will take; and a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from engine.events import Progress
from engine.progress import STAGES, speed_text
from gui.commands import command, tooltip


class RunBar(QWidget):
    """Shown while the engine works."""

    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._stop = QPushButton("Stop", self)
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.setToolTip(tooltip(command("album.cancel")))
        self._stop.clicked.connect(self.stop_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 10, 6)
        layout.setSpacing(12)
        layout.addWidget(self._text)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._stop)

    def begin(self, text: str) -> None:
        """Show that something goes on whose length is not known yet."""
        self._text.setText(text)
        self._bar.setRange(0, 0)
        self.show()

    def show_progress(self, progress: Progress) -> None:
        self._bar.setUpdatesEnabled(False)  # else it paints at once, and a key waits until it has
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.done)
        self._bar.setUpdatesEnabled(True)
        self._text.setText(progress_text(progress))

    @property
    def text(self) -> str:
        return self._text.text()


def progress_text(progress: Progress) -> str:
    """Return such as "Scoring 120 of 400 · 9.8 photos/s · 28 s left"."""
    count = f"{STAGES[progress.stage]} {progress.done} of {progress.total}"
    return " · ".join(filter(None, (count, speed_text(progress))))
