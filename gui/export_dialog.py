"""The export dialog: what, how, where to, what will happen; then does it, and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.journal import Journal, State
from engine.export.lists_beside import Lists
from engine.export.plan import CHANGE_ALBUM, ExportPlan, How, plan_export, plan_of_lists
from engine.export.recover import find_last, find_unfinished, go_on, revert
from engine.export.report import ExportReport, RevertReport
from engine.paths import DataDir
from gui.export_form import ExportForm
from gui.export_words import BUTTONS, interrupted_text, lists_text, plan_text
from gui.file_work import FileWorkDialog, row
from gui.fitting import resize_within_screen
from gui.plan_table import PlanTable, Row, plan_rows

Report = ExportReport | RevertReport


class ExportDialog(FileWorkDialog):
    """Plans and exports on a thread; offers to go on with, or take back, an export that was interrupted."""

    def __init__(
        self,
        items: Sequence[ExportItem],
        album: Path,
        data_dir: DataDir,
        parent: QWidget,
        shown: Collection[int] = (),
    ) -> None:
        """Take all photos of the album; `shown` are the ids of those that pass the window's filter."""
        super().__init__("Export", parent)
        resize_within_screen(self, 760, 620)
        self._album, self._data_dir, self._journals = album, data_dir, data_dir.exports
        self._plan: ExportPlan | None = None
        self.reports: list[Report] = []
        self.album_changed = False  # files of the album came or went
        self.form = ExportForm(items, album, self, shown)
        self._interrupted = QLabel(self)
        self._resume = QPushButton("&Go on", self)
        self._roll_back = QPushButton("Take it &back", self)
        self._table = PlanTable(self)
        self._undo = QPushButton("&Undo last export", self)
        self._export = QPushButton("&Export", self)
        self._lay_out()
        self._connect()
        self._offer_recovery()
        self._make_plan()

    def _lay_out(self) -> None:
        self._export.setProperty("primary", True)
        self._export.setDefault(True)
        self._interrupted.setWordWrap(True)
        self._words.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(row(self._interrupted, self._resume, self._roll_back, stretch=0))
        for widget in (self.form, self._table, self._words, self._bar):
            layout.addWidget(widget, 1 if widget is self._table else 0)
        layout.addLayout(self._buttons(self._undo, self._export))

    def _connect(self) -> None:
        self.form.changed.connect(self._make_plan)
        self._export.clicked.connect(self._start)
        self._resume.clicked.connect(self._go_on)
        self._roll_back.clicked.connect(self._take_back)
        self._undo.clicked.connect(self._undo_last)

    @property
    def preview(self) -> str:
        """Return the names in the target, one a line."""
        return "\n".join(self._table.names)

    @property
    def report(self) -> ExportReport | None:
        return next((each for each in self.reports if isinstance(each, ExportReport)), None)

    @property
    def reverted(self) -> RevertReport | None:
        return next((each for each in self.reports if isinstance(each, RevertReport)), None)

    def set_target(self, folder: Path) -> None:
        self.form.set_target(folder)

    # -- the plan

    @Slot()
    def _make_plan(self) -> None:
        """Find out what would be done, away from the window's thread."""
        if self._working:
            return
        self._stop()
        self._plan = None
        how = self.form.how
        self._export.setEnabled(False)
        self._export.setText(BUTTONS[how] if how else "&Write")
        items, options = self.form.chosen(), self.form.options()
        trouble = self._trouble(bool(items))
        if trouble or options is None:
            self._table.clear()
            self._words.setText(trouble)
            if not trouble:
                self._offer_lists(len(items))
        else:
            self._words.setText("Looking at the files…")
            album = self._album

            def look(_cancel: CancelToken, _report: object) -> tuple[ExportPlan, list[Row]]:
                plan = plan_export(items, options)
                return plan, plan_rows(plan, album)

            self._look(look, self._show_plan)

    def _trouble(self, any_photos: bool) -> str:
        if not any_photos:
            return f"There are no {self.form.what_in_words} to export."
        if self.form.folder() is None:
            return "Choose a folder to export to."
        if self.form.how is None and not self.form.wanted_lists:
            return "Choose at least one list or contact sheet."
        return ""

    def _offer_lists(self, photos: int) -> None:
        """Show what is written where no photo is copied."""
        folder = self.form.folder()
        assert folder is not None
        self._table.show_new(self._list_paths(folder))
        self._words.setText(lists_text(photos, folder))
        self._export.setEnabled(True)

    def _list_paths(self, folder: Path) -> list[Path]:
        return self.form.wanted_lists.paths(folder, self.form.name)

    def _show_plan(self, found: tuple[ExportPlan, list[Row]]) -> None:
        plan, rows = found
        self._plan = plan
        self._words.setText(plan_text(plan))
        self._table.show_plan(rows, self._list_paths(plan.target))
        something = bool(plan.actions or self.form.wanted_lists)
        self._export.setEnabled(something and plan.needed_bytes <= plan.free_bytes)

    # -- exports that were interrupted, and the last one

    def _offer_recovery(self) -> None:
        unfinished = find_unfinished(self._journals)
        for widget in (self._interrupted, self._resume, self._roll_back):
            widget.setVisible(unfinished is not None)
        if unfinished is not None and unfinished.state is State.REVERTING:
            self._resume.hide()
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

    def _recover(self, journal: Journal | None, work: Callable[..., Report]) -> None:
        if journal is not None:
            self.album_changed |= any(file.action.how in CHANGE_ALBUM for file in journal.files)
            self._work(lambda cancel, report: (work(journal, cancel, report),), self._show_reports)

    # -- the work

    @Slot()
    def _start(self) -> None:
        folder = self.form.folder()
        if folder is None:
            return
        plan, items, lists = self._plan, self.form.chosen(), self.form.wanted_lists
        self.album_changed |= plan is not None and plan.how is How.MOVE
        target = folder if plan is None else plan.target
        writing = _Writing(plan, items, lists, target, self.form.name, self._data_dir)
        self._work(writing.run, self._show_reports)

    def _inputs(self) -> tuple[QWidget, ...]:
        return (self.form, self._export, self._resume, self._roll_back, self._undo)

    def _show_reports(self, reports: Sequence[Report]) -> None:
        self.reports += reports
        self._end_work()
        self._offer_recovery()
        self._words.setText(" ".join(report.summary() for report in reports))
        self._close.setFocus()

    def _end(self) -> None:
        self._table.clear()
        self._export.setEnabled(False)  # until an answer changes


@dataclass(frozen=True, slots=True)
class _Writing:
    """One export, with its lists."""

    plan: ExportPlan | None
    items: Sequence[ExportItem]
    lists: Lists
    folder: Path
    name: str
    data_dir: DataDir

    def run(self, cancel: CancelToken, report: Callable[[Any], None]) -> list[Report]:
        """Write everything and return what was done. Raises ExportError when it cannot begin."""
        plan = self.plan or plan_of_lists(self.folder, len(self.items))
        asked = self.lists.asked(self.items, self.folder, self.name, self.data_dir.thumbnails)
        return [execute(plan, self.data_dir.exports, cancel, report, asked=asked)]
