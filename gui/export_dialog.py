"""The export dialog: what, where to, what will happen; then copies, verified, and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.items import ExportItem, choose
from engine.export.plan import ExportOptions, ExportPlan, plan_export
from engine.export.report import ExportProgress, ExportReport, progress_words
from gui.background import Task


class What(StrEnum):
    """What can be exported."""

    ACCEPTED = "accepted"
    PICKS = "picks"


_NAMES = {What.ACCEPTED: "accepted photos", What.PICKS: "picks"}


class ExportDialog(QDialog):
    """Copies photos. Planning and copying run on a thread; nothing is ever overwritten."""

    def __init__(self, items: Sequence[ExportItem], album: Path, journals: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._choices = choices = {what: choose(items, what.value) for what in What}
        self._journals = journals
        self._task: Task | None = None
        self._plan: ExportPlan | None = None
        self.report: ExportReport | None = None
        self._radios = {what: QRadioButton(_choice_text(what, len(choices[what])), self) for what in What}
        self._target = QLineEdit(str(album.parent / f"{album.name} selection"), self)
        self._target.setAccessibleName("Folder to export to")
        self._browse = QPushButton("Choose…", self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setMinimumHeight(72)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setVisible(False)
        self._export = QPushButton("Export", self)
        self._export.setProperty("primary", True)
        self._export.setDefault(True)
        self._close = QPushButton("Close", self)
        self._lay_out()
        self._connect()
        best = What.ACCEPTED if choices[What.ACCEPTED] else What.PICKS
        self._radios[best].setChecked(True)
        self._make_plan()

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setVerticalSpacing(8)
        form.addWidget(QLabel("Copy", self), 0, 0)
        group = QButtonGroup(self)
        for row, radio in enumerate(self._radios.values()):
            group.addButton(radio)
            form.addWidget(radio, row, 1, 1, 2)
        form.addWidget(QLabel("To", self), 2, 0)
        form.addWidget(self._target, 2, 1)
        form.addWidget(self._browse, 2, 2)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self._words)
        layout.addWidget(self._bar)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        for radio in self._radios.values():
            radio.clicked.connect(self._make_plan)
        self._target.editingFinished.connect(self._make_plan)
        self._browse.clicked.connect(self._choose_folder)
        self._export.clicked.connect(self._start)
        self._close.clicked.connect(self.reject)

    @property
    def what(self) -> What:
        return next(what for what, radio in self._radios.items() if radio.isChecked())

    @property
    def words(self) -> str:
        return self._words.text()

    def set_target(self, folder: Path) -> None:
        self._target.setText(str(folder))
        self._make_plan()

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._target.text())
        if folder:
            self.set_target(Path(folder))

    # -- the plan

    @Slot()
    def _make_plan(self) -> None:
        """Find out what would be done, away from the window's thread."""
        self._plan = None
        self._export.setEnabled(False)
        photos, folder = list(self._choices[self.what]), self._target.text().strip()
        if not photos:
            self._words.setText(f"There are no {_NAMES[self.what]} to export.")
        elif not folder:
            self._words.setText("Choose a folder to export to.")
        else:
            self._words.setText("Looking at the files…")
            options = ExportOptions(Path(folder))
            self._run(lambda cancel, report: plan_export(photos, options), self._show_plan)

    @Slot(object)
    def _show_plan(self, plan: ExportPlan) -> None:
        if self._is_stale():
            return
        self._plan = plan
        self._words.setText(plan_text(plan))
        self._export.setEnabled(bool(plan.actions))

    # -- the copying

    @Slot()
    def _start(self) -> None:
        plan = self._plan
        if plan is None:
            return
        for widget in (*self._radios.values(), self._target, self._browse, self._export):
            widget.setEnabled(False)
        self._close.setText("Cancel")
        self._bar.setRange(0, max(1, plan.total_bytes))
        self._bar.setVisible(True)
        self._run(lambda cancel, report: execute(plan, self._journals, cancel, report), self._show_report)

    @Slot(object)
    def _show_progress(self, progress: ExportProgress) -> None:
        if self._is_stale():
            return
        self._bar.setValue(progress.bytes_done)
        self._words.setText(f"Copying {progress_words(progress)}")

    @Slot(object)
    def _show_report(self, report: ExportReport) -> None:
        self.report = report
        self._bar.setVisible(False)
        self._close.setText("Close")
        self._words.setText(report.summary())
        self._close.setFocus()

    @Slot(str)
    def _show_error(self, text: str) -> None:
        if self._is_stale():
            return
        self._bar.setVisible(False)
        self._close.setText("Close")
        for widget in (*self._radios.values(), self._target, self._browse):
            widget.setEnabled(True)
        self._words.setText(text)

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

    def _copying(self) -> bool:
        return self._task is not None and self._task.isRunning() and self._bar.isVisible()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.setAccepted(not self.isVisible())

    @Slot()
    def reject(self) -> None:
        """Close; while files are copied, cancel instead: the report comes when the current one is settled."""
        if self._copying() and self._task is not None:
            self._task.cancel()
            return
        self._stop()
        super().reject()


def plan_text(plan: ExportPlan) -> str:
    """Return what an export would do."""
    files = len(plan.actions)
    parts = [
        f"{plan.photos} photo{_s(plan.photos)}, {files} file{_s(files)} to copy, "
        f"{plan.total_bytes / 1e6:,.1f} MB ({plan.free_bytes / 1e9:,.1f} GB free)."
    ]
    if plan.renamed:
        parts.append(f"{plan.renamed} get a new name because theirs is taken.")
    if plan.already_there:
        parts.append(f"{len(plan.already_there)} have an identical copy there already.")
    parts += [f"{path.name} cannot be read: {reason}." for path, reason in plan.unreadable]
    parts.append("Originals are not touched; nothing is overwritten; each copy is verified.")
    return " ".join(parts)


def _choice_text(what: What, count: int) -> str:
    name = _NAMES[what]
    return f"{name[0].upper()}{name[1:]} ({count})"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
