"""Takes rejected photos out of the album: says how many and where to, then moves them. Deletes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton, QVBoxLayout, QWidget

from engine.album.scan import REJECTED_FOLDER
from engine.export.items import ExportItem, choose
from engine.export.journal import Journal
from engine.export.plan import ExportPlan
from engine.export.recover import find_last, find_unfinished, revert
from engine.export.reject import RejectTo, carry_out_reject, plan_reject
from engine.export.report import ExportReport, RevertReport
from engine.export.trash import restore_by_hand
from engine.words import counted
from gui.commands import key_of
from gui.export_words import left_out_text
from gui.file_work import FileWorkDialog

_KINDS = ("reject", "trash")  # of journals that this dialog writes


class RejectDialog(FileWorkDialog):
    """Moves the rejected photos, with their other files, to `_rejected` or to the trash; undoes that."""

    def __init__(self, items: Sequence[ExportItem], album: Path, journals: Path, parent: QWidget) -> None:
        super().__init__("Take rejected photos out", parent)
        self.setMinimumWidth(600)
        self._items, self._album, self._journals = choose(items, "rejected"), album, journals
        self._plan: ExportPlan | None = None
        self.changed = False  # files came or went: the album has to be read again
        self._folder = QRadioButton(f"Into the &folder {REJECTED_FOLDER} of the album", self)
        self._trash = QRadioButton("To the system &trash", self)
        self._place = QLabel(self)
        self._undo = QPushButton("&Undo the last time", self)
        self._move = QPushButton("&Move", self)
        self._lay_out()
        self._folder.toggled.connect(self._make_plan)
        self._move.clicked.connect(self._start)
        self._undo.clicked.connect(self._undo_last)
        self._end()
        self._make_plan()

    def _lay_out(self) -> None:
        self._folder.setChecked(True)
        self._move.setProperty("primary", True)
        self._move.setDefault(True)
        self._place.setWordWrap(True)
        self._place.setProperty("tone", "muted")
        for label, lines in ((self._words, 3), (self._place, 2)):
            label.setMinimumHeight(lines * self.fontMetrics().lineSpacing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        for widget in (self._words, self._folder, self._trash, self._place, self._bar):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addLayout(self._buttons(self._undo, self._move))

    @property
    def to(self) -> RejectTo:
        return RejectTo.FOLDER if self._folder.isChecked() else RejectTo.TRASH

    @property
    def place(self) -> str:
        """Return what is said of the place that is chosen."""
        return self._place.text()

    # -- the plan

    @Slot()
    def _make_plan(self) -> None:
        """Find out what would be moved, away from the window's thread."""
        if self._working:
            return
        self._plan = None
        self._move.setEnabled(False)
        self._place.setText(place_text(self.to, self._album))
        items, album, to = self._items, self._album, self.to
        if items:
            self._words.setText("Looking at the files…")
            self._look(lambda _cancel, _report: plan_reject(items, album, to), self._show_plan)
        else:
            self._words.setText(
                f"No photo of this album is rejected. {key_of('review.reject')} rejects a photo."
            )

    def _show_plan(self, plan: ExportPlan) -> None:
        self._plan = plan
        self._words.setText(plan_text(plan))
        self._move.setText(f"&Move {counted(len(plan.actions), 'file')}" if plan.actions else "&Move")
        self._move.setEnabled(bool(plan.actions))

    # -- the work

    def _inputs(self) -> tuple[QWidget, ...]:
        return (self._folder, self._trash, self._move, self._undo)

    @Slot()
    def _start(self) -> None:
        plan, to, journals = self._plan, self.to, self._journals
        if plan is not None:
            self._work(
                lambda cancel, report: carry_out_reject(plan, to, journals, cancel, report), self._show_report
            )

    @Slot()
    def _undo_last(self) -> None:
        journal = self._last()
        if journal is not None:
            self._work(lambda cancel, report: revert(journal, cancel, report), self._show_report)

    def _last(self) -> Journal | None:
        """Return the last time photos were taken out, if nothing came after it and nothing is half done."""
        if find_unfinished(self._journals) is not None:
            return None
        journal = find_last(self._journals)
        return journal if journal is not None and journal.kind in _KINDS else None

    def _show_report(self, report: ExportReport | RevertReport) -> None:
        self.changed = True
        self._end_work()
        self._words.setText(report.summary())
        if isinstance(report, ExportReport):
            self._items = []
        self._close.setFocus()

    def _end(self) -> None:
        self._move.setEnabled(False)  # the album has to be read again first
        self._undo.setVisible(self._last() is not None)


def plan_text(plan: ExportPlan) -> str:
    """Return how many photos leave the album, and what stays."""
    files = counted(len(plan.actions), "file")
    parts = [f"{counted(plan.photos, 'rejected photo')}: {files}, {plan.total_bytes / 1e6:,.1f} MB."]
    parts += left_out_text(plan)
    return " ".join(parts)


def place_text(to: RejectTo, album: Path) -> str:
    """Return where the photos will be, and how they come back."""
    if to is RejectTo.FOLDER:
        place = f"{album / REJECTED_FOLDER}, which the album does not show"
        return f"{place}. Nothing is deleted; Undo brings them back."
    return f"Nothing is deleted. {restore_by_hand() or 'Undo brings them back.'}"
