"""The self-test of one model in its card: a button, how far it is, the verdict and the figures."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.checking.report import CheckReport, rows
from engine.checking.role_check import can_be_checked
from engine.types import ModelStatus, Role
from gui.wording import ROLE_TITLES

START, STOP = "Check", "Stop"
HINT = (
    "Ask this model what is known: photographs against clearly degraded copies, or the faces in them. "
    "It takes seconds to a minute; no photo of yours is used."
)
NOT_THERE = "There is no weights file to check."
RULES = "Rules have no weights file that could be broken. On known pairs:"
# What is already in the card above, or is too long for it.
LEFT_OUT = ("verdict", "model", "file", "SHA-256", "device")


class CheckRow(QWidget):
    """Says what it shows in words; the colour only repeats it."""

    wanted = Signal(object)  # ModelStatus: check it, or stop checking it

    def __init__(self, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: ModelStatus | None = None
        self._running = False
        self.button = QPushButton(START, self)
        self.button.setAccessibleName(f"Check the {ROLE_TITLES[role]} model")
        self.button.clicked.connect(self._ask)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(40)
        self._verdict = self._label()
        self._figures = self._label()
        self._figures.setTextFormat(Qt.TextFormat.RichText)
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.button)
        line.addWidget(self._bar, 1)
        line.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._verdict)
        layout.addWidget(self._figures)
        self._bar.hide()
        self._say("")

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    @Slot()
    def _ask(self) -> None:
        if self._status is not None:
            self.wanted.emit(self._status)

    def show_status(self, status: ModelStatus) -> None:
        """Take the model that a check would be of; figures of another file are wiped."""
        if self._status is not None and self._status.sha256 != status.sha256 and not self._running:
            self._say("")
        self._status = status
        self._enable()

    def _enable(self) -> None:
        there = self._status is not None and can_be_checked(self._status)
        self.button.setEnabled(self._running or there)
        self.button.setToolTip(HINT if there else NOT_THERE)

    def show_progress(self, done: int, total: int) -> None:
        self._running = True
        self.button.setText(STOP)
        self._bar.setRange(0, total)  # both 0 while the model is being loaded: then it only moves
        self._bar.setValue(done)
        self._bar.show()
        self._say("Loading the model…" if not total else f"{done} of {total} pictures")

    def show_report(self, report: CheckReport) -> None:
        self._end()
        if report.sha256 is None:
            self._say(RULES, "muted", _table(report))
        else:
            tone = "warn" if report.warning else "good"
            self._say(f"Self-test: {report.verdict.value}", tone, _table(report))

    def show_end(self, words: str, tone: str = "bad") -> None:
        """The check ended without a verdict; say why."""
        self._end()
        self._say(words, tone)

    def _end(self) -> None:
        self._running = False
        self.button.setText(START)
        self._bar.hide()
        self._enable()

    def _say(self, words: str, tone: str = "muted", figures: str = "") -> None:
        self._verdict.setText(words)
        self._verdict.setProperty("tone", tone)
        self._verdict.style().polish(self._verdict)
        self._verdict.setVisible(bool(words))
        self._figures.setText(figures)
        self._figures.setVisible(bool(figures))

    @property
    def text(self) -> str:
        """Return all that is shown, for tests and screen readers."""
        return "\n".join(filter(None, (self._verdict.text(), self._figures.text())))


def _table(report: CheckReport) -> str:
    lines = [(name, value) for name, value in rows(report) if name not in LEFT_OUT]
    return "".join(f"<p style='margin:3px 0'><b>{escape(n)}</b>: {escape(v)}</p>" for n, v in lines)
