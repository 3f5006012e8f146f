"""The export dialog: what, how, where to, what will happen; then does it, and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.journal import Journal
from engine.export.plan import ExportPlan, How, plan_export
from engine.export.recover import find_last, find_unfinished, go_on, revert
from engine.export.report import ExportProgress, ExportReport, RevertReport, progress_words
from gui.background import Task
from gui.export_form import ExportForm
from gui.export_words import BUTTONS, interrupted_text, plan_text, preview_text


class ExportDialog(QDialog):
    """Plans and exports on a thread; offers to go on with, or take back, an export that was interrupted."""

    def __init__(self, items: Sequence[ExportItem], album: Path, journals: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(640)
        self._journals = journals
        self._task: Task | None = None
        self._plan: ExportPlan | None = None
        self._working = False
        self.report: ExportReport | None = None
        self.reverted: RevertReport | None = None
        self.form = ExportForm(items, album, self)
        self._interrupted = QLabel(self)
        self._resume = QPushButton("&Go on", self)
        self._roll_back = QPushButton("Take it &back", self)
        self._preview = QLabel(self)
        self._words = QLabel(self)
        self._bar = QProgressBar(self)
        self._undo = QPushButton("&Undo last export", self)
        self._export = QPushButton("&Export", self)
        self._close = QPushButton("Close", self)
        self._lay_out()
        self._connect()
        self._offer_recovery()
        self._make_plan()

    def _lay_out(self) -> None:
        self._export.setProperty("primary", True)
        self._export.setDefault(True)
        self._bar.setTextVisible(False)
        self._bar.setVisible(False)
        self._preview.setMinimumHeight(7 * self.fontMetrics().lineSpacing())
        self._preview.setAccessibleName("First names in the target")
        for label in (self._words, self._interrupted):
            label.setWordWrap(True)
        self._words.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(_row(self._interrupted, self._resume, self._roll_back, stretch=0))
        for widget in (self.form, self._preview, self._words, self._bar):
            layout.addWidget(widget)
        layout.addLayout(_row(self._undo, self._close, self._export, stretch=1))

    def _connect(self) -> None:
        self.form.changed.connect(self._make_plan)
        self._export.clicked.connect(self._start)
        self._resume.clicked.connect(self._go_on)
        self._roll_back.clicked.connect(self._take_back)
        self._undo.clicked.connect(self._undo_last)
        self._close.clicked.connect(self.reject)

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def preview(self) -> str:
        return self._preview.text()

    def set_target(self, folder: Path) -> None:
        self.form.set_target(folder)

    # -- the plan

    @Slot()
    def _make_plan(self) -> None:
        """Find out what would be done, away from the window's thread."""
        if self._working:
            return
        self._plan = None
        self._export.setEnabled(False)
        self._export.setText(BUTTONS[self.form.how])
        self._preview.clear()
        items, options = self.form.chosen(), self.form.options()
        if not items:
            self._words.setText(f"There are no {self.form.what_in_words} to export.")
        elif options is None:
            self._words.setText("Choose a folder to export to.")
        else:
            self._words.setText("Looking at the files…")
            self._run(lambda cancel, report: plan_export(items, options), self._show_plan)

    @Slot(object)
    def _show_plan(self, plan: ExportPlan) -> None:
        if self._is_stale():
            return
        self._plan = plan
        self._words.setText(plan_text(plan))
        self._preview.setText(preview_text(plan))
        self._export.setEnabled(bool(plan.actions) and plan.needed_bytes <= plan.free_bytes)

    # -- exports that were interrupted, and the last one

    def _offer_recovery(self) -> None:
        unfinished = find_unfinished(self._journals)
        for widget in (self._interrupted, self._resume, self._roll_back):
            widget.setVisible(unfinished is not None)
        self._interrupted.setText(interrupted_text(unfinished) if unfinished else "")
        self._undo.setVisible(unfinished is None and find_last(self._journals) is not None)

    @Slot()
    def _go_on(self) -> None:
        self._recover(find_unfinished(self._journals), go_on)

    @Slot()
    def _take_back(self) -> None:
        self._recover(find_unfinished(self._journals), revert)

    @Slot()
    def _undo_last(self) -> None:
        self._recover(find_last(self._journals), revert)

    def _recover(self, journal: Journal | None, work: Callable[..., ExportReport | RevertReport]) -> None:
        if journal is not None:
            total = sum(file.action.bytes for file in journal.files)
            self._work(total, lambda cancel, report: work(journal, cancel, report))

    # -- the work

    @Slot()
    def _start(self) -> None:
        plan = self._plan
        if plan is not None:
            self._work(plan.total_bytes, lambda cancel, report: execute(plan, self._journals, cancel, report))

    def _work(self, total: int, work: Callable[[CancelToken, Callable[[Any], None]], Any]) -> None:
        self._working = True
        for widget in self._inputs():
            widget.setEnabled(False)
        self._close.setText("Cancel")
        self._bar.setRange(0, 1000)
        self._bar.setValue(0)
        self._bar.setVisible(True)
        self._run(work, self._show_report)

    def _inputs(self) -> tuple[QWidget, ...]:
        return (self.form, self._export, self._resume, self._roll_back, self._undo)

    @Slot(object)
    def _show_progress(self, progress: ExportProgress) -> None:
        if self._is_stale():
            return
        self._bar.setValue(round(1000 * progress.bytes_done / max(1, progress.bytes_total)))
        self._words.setText(progress_words(progress))

    @Slot(object)
    def _show_report(self, report: ExportReport | RevertReport) -> None:
        words = report.summary()
        if isinstance(report, ExportReport):
            self.report = report
            if report.how is How.MOVE:
                words += " Read the album again (Ctrl+R) to see what is left in it."
        else:
            self.reverted = report
        self._end_work()
        self._preview.clear()
        self._words.setText(words)
        self._close.setFocus()

    @Slot(str)
    def _show_error(self, text: str) -> None:
        if self._is_stale():
            return
        self._end_work()
        self._words.setText(text)

    def _end_work(self) -> None:
        was_working, self._working = self._working, False
        self._bar.setVisible(False)
        self._close.setText("Close")
        for widget in self._inputs():
            widget.setEnabled(widget is not self._export)
        if was_working:
            self._offer_recovery()

    # -- the thread

    def _run(
        self, work: Callable[[CancelToken, Callable[[Any], None]], Any], done: Callable[[Any], None]
    ) -> None:
        self._stop()
        task = Task("framepick-export", work, self)
        task.succeeded.connect(done)
        task.failed.connect(self._show_error)
        task.progressed.connect(self._show_progress)
        self._task = task
        task.start()

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


def _row(*widgets: QWidget, stretch: int) -> QHBoxLayout:
    """Return widgets side by side; the room goes to the first, or behind it."""
    row = QHBoxLayout()
    row.addWidget(widgets[0], 0 if stretch else 1)
    if stretch:
        row.addStretch(1)
    for widget in widgets[1:]:
        row.addWidget(widget)
    return row
