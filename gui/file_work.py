"""A dialog that looks at files and works on them on a thread: what it shares, whatever the work is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from engine.events import CancelToken
from engine.export.report import ExportProgress, progress_words
from gui.background import Task

Work = Callable[[CancelToken, Callable[[Any], None]], Any]


class FileWorkDialog(QDialog):
    """Has words, a bar of progress and a button to close. While it works, closing cancels instead."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._task: Task | None = None
        self._working = False
        self._done: Callable[[Any], None] | None = None
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setVisible(False)
        self._bar.setAccessibleName("Progress")
        self._close = QPushButton("Close", self)
        self._close.clicked.connect(self.reject)

    @property
    def words(self) -> str:
        return self._words.text()

    def _buttons(self, undo: QPushButton, do: QPushButton) -> QHBoxLayout:
        """Return the buttons at the bottom, last in the order of Tab."""
        self.setTabOrder(undo, self._close)
        self.setTabOrder(self._close, do)
        return row(undo, self._close, do, stretch=1)

    # -- what a dialog fills in

    def _inputs(self) -> tuple[QWidget, ...]:
        """Return what cannot be used while it works."""
        raise NotImplementedError

    def _end(self) -> None:
        """Is called when work has ended, well or not."""

    # -- the thread

    def _look(self, work: Work, done: Callable[[Any], None]) -> None:
        """Run something that changes nothing; what runs already is dropped."""
        self._stop()
        task = Task("framepick-files", work, self)
        task.succeeded.connect(self._take)
        task.failed.connect(self._show_error)
        task.progressed.connect(self._show_progress)
        self._task, self._done = task, done
        task.start()

    def _work(self, work: Work, done: Callable[[Any], None]) -> None:
        """Run something that changes files, with progress."""
        self._working = True
        for widget in self._inputs():
            widget.setEnabled(False)
        self._close.setText("Cancel")
        self._bar.setRange(0, 1000)
        self._bar.setValue(0)
        self._bar.setVisible(True)
        self._look(work, done)

    @Slot(object)
    def _take(self, result: object) -> None:
        if not self._is_stale() and self._done is not None:
            self._done(result)

    @Slot(object)
    def _show_progress(self, progress: ExportProgress) -> None:
        if self._is_stale():
            return
        share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 0.0
        if not progress.bytes_total and progress.total:
            share = progress.done / progress.total
        self._bar.setValue(round(1000 * share))
        self._words.setText(progress_words(progress))

    @Slot(str)
    def _show_error(self, text: str) -> None:
        if not self._is_stale():
            self._end_work()
            self._words.setText(text)

    def _end_work(self) -> None:
        was_working, self._working = self._working, False
        self._bar.setVisible(False)
        self._close.setText("Close")
        if was_working:
            for widget in self._inputs():
                widget.setEnabled(True)
        self._end()

    def _stop(self) -> None:
        """End a running task and drop what it may still have to say."""
        if self._task is not None:
            self._task.blockSignals(True)
            self._task.stop()
            self._task.deleteLater()
            self._task = None

    def _is_stale(self) -> bool:
        """Tell whether the signal that is being handled comes from a task that was replaced meanwhile."""
        return self.sender() is not self._task

    # -- closing

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.setAccepted(not self.isVisible())

    @Slot()
    def reject(self) -> None:
        """Close; while it works, cancel instead: the report comes when the current file is settled."""
        if self._working and self._task is not None:
            self._task.cancel()
            return
        self._stop()
        super().reject()


def row(*widgets: QWidget, stretch: int) -> QHBoxLayout:
    """Return widgets side by side; the room goes to the first, or behind it."""
    layout = QHBoxLayout()
    layout.addWidget(widgets[0], 0 if stretch else 1)
    if stretch:
        layout.addStretch(1)
    for widget in widgets[1:]:
        layout.addWidget(widget)
    return layout
