"""An export that a crash cut short: offers to go on, to take it back, or to leave it for later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from engine.export.journal import Journal, State
from engine.export.recover import find_unfinished, go_on, revert
from engine.export.report import ExportProgress, ExportReport, RevertReport, progress_words
from gui.background import Task
from gui.export_words import interrupted_text
from gui.messages import Messages


class InterruptedBar(QWidget):
    """A bar in the window, shown while there is such an export. It never asks twice for one in a session."""

    ended = Signal(object)  # the Journal that was worked on: its files came or went

    def __init__(self, journals: Path, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("runBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._journals, self._messages = journals, messages
        self._journal: Journal | None = None
        self._task: Task | None = None
        self._put_off: set[str] = set()
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._go_on = self._button("Go on", self._resume)
        self._back = self._button("Take it back", self._roll_back)
        self._later = self._button("Later", self.put_off)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 10, 6)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        for button in (self._go_on, self._back, self._later):
            layout.addWidget(button)
        self.hide()

    def _button(self, text: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(pressed)
        return button

    @property
    def text(self) -> str:
        return self._text.text()

    # -- finding one

    @Slot()
    def look(self) -> None:
        """Look for an export that was interrupted, away from the window's thread."""
        if self._task is None:
            self._run(lambda _cancel, _report: find_unfinished(self._journals), self._offer)

    @Slot(object)
    def _offer(self, journal: Journal | None) -> None:
        self._finish()
        self._journal = journal
        wanted = journal is not None and journal.id not in self._put_off
        if journal is not None:
            self._text.setText(interrupted_text(journal))
            self._go_on.setVisible(journal.state is not State.REVERTING)
        for button in (self._go_on, self._back):
            button.setEnabled(True)
        self._later.setText("Later")
        self.setVisible(wanted)

    @Slot()
    def put_off(self) -> None:
        """Leave it for the next start of the program; while it is worked on, cancel."""
        if self._task is not None:
            self._task.cancel()
        elif self._journal is not None:
            self._put_off.add(self._journal.id)
            self.hide()

    # -- dealing with it

    @Slot()
    def _resume(self) -> None:
        self._work(go_on)

    @Slot()
    def _roll_back(self) -> None:
        self._work(revert)

    def _work(self, work: Callable[..., ExportReport | RevertReport]) -> None:
        journal = self._journal
        if journal is None or self._task is not None:
            return
        for button in (self._go_on, self._back):
            button.setEnabled(False)
        self._later.setText("Cancel")
        self._run(lambda cancel, report: work(journal, cancel, report), self._tell)

    @Slot(object)
    def _show_progress(self, progress: ExportProgress) -> None:
        if self.sender() is self._task:
            self._text.setText(progress_words(progress))

    @Slot(object)
    def _tell(self, report: ExportReport | RevertReport) -> None:
        (self._messages.info if report.complete else self._messages.warn)(report.summary())
        self._end()

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._messages.error(text)
        self._end()

    def _end(self) -> None:
        journal = self._journal
        self._finish()
        self.hide()
        if journal is not None:
            self.ended.emit(journal)
        self.look()

    # -- the thread

    def _run(self, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        task = Task("framepick-interrupted", work, self)
        task.succeeded.connect(done)
        task.failed.connect(self._fail)
        task.progressed.connect(self._show_progress)
        self._task = task
        task.start()

    def _finish(self) -> None:
        if self._task is not None:
            self._task.wait()
            self._task.deleteLater()
            self._task = None

    def stop(self) -> None:
        """Cancel what is being done and wait for its end; what is left is offered at the next start."""
        if self._task is not None:
            self._task.blockSignals(True)
            self._task.stop()
            self._task = None
