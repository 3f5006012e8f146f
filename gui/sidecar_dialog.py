"""The sidecar dialog: what other programs said, what would be written, with a diff of each; then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.events import CancelToken
from engine.export.recover import revert
from engine.export.report import ExportProgress, RevertReport, progress_words
from engine.photo_xmp.exiftool import find_exiftool
from engine.photo_xmp.with_sidecars import HandedMarks
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.merge import Prefer
from engine.sidecars.profiles import Targets
from engine.types import Marks
from gui.background import Task
from gui.fitting import resize_within_screen
from gui.into_files import BringBackButton, IntoFilesBox, written_in_words
from gui.sidecar_sync import SidecarSync
from gui.wording import marks_text

_PREFER = {
    Prefer.NOBODY: "leave the sidecar alone",
    Prefer.LIBRARY: "what I said here counts",
    Prefer.SIDECAR: "what the sidecar says counts",
}
_WORDS = {
    Outcome.TAKEN: "to be read",
    Outcome.PLANNED: "to be written",
    Outcome.CONFLICT: "conflict, left alone",
    Outcome.REFUSED: "refused, left alone",
    Outcome.SKIPPED: "not written",
    Outcome.WRITTEN: "written",
}
_NO_DIFF = dict.fromkeys(Outcome, "This sidecar stays as it is.") | {
    Outcome.TAKEN: "Reading changes nothing in this sidecar: its marks go into your library.",
}


@dataclass(frozen=True, slots=True)
class _Plan:
    shown: dict[int, Marks]
    read: list[Entry]
    write: list[Entry]


class SidecarDialog(QDialog):
    """Reads and writes the sidecars of the open album. Nothing happens before a button is pressed."""

    def __init__(
        self,
        sync: SidecarSync,
        targets: Targets,
        may_write: bool,
        parent: QWidget,
        *,
        into_files: bool = False,
    ) -> None:
        super().__init__(parent)
        self.photos_changed = False  # their files have other bytes than when the album was read
        self.setWindowTitle("Sidecars")
        resize_within_screen(self, 900, 560)
        self._sync, self._targets, self._may_write = sync, targets, may_write
        self._task: Task | None = None
        self._plan: _Plan | None = None
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._prefer = QComboBox(self)
        self._prefer.addItems([text for text in _PREFER.values()])
        self._list = QTreeWidget(self)
        self._diff = QPlainTextEdit(self)
        self._prefer.setAccessibleName("Where both sides changed a mark")
        self._list.setAccessibleName("Sidecars")
        self._diff.setAccessibleName("What changes in the sidecar")
        self._into_files = IntoFilesBox(self, ticked=into_files)
        self._back = BringBackButton(sync.books.journals, sync.album, self)
        self._take = QPushButton("Read", self)
        self._write = QPushButton("Write", self)
        self._write.setProperty("primary", True)
        self._close = QPushButton("Close", self)
        self._lay_out()
        self._prefer.currentIndexChanged.connect(self.look)
        self._list.currentItemChanged.connect(self._show_diff)
        self._into_files.toggled.connect(self.look)
        self._back.clicked.connect(self._bring_back)
        self._take.clicked.connect(self._read_all)
        self._write.clicked.connect(self._write_all)
        self._close.clicked.connect(self.reject)
        self.look()

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def ready(self) -> bool:
        return self._plan is not None

    def _lay_out(self) -> None:
        self._list.setHeaderLabels(["Sidecar", "What happens", "Marks", "Why"])
        self._list.setRootIsDecorated(False)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._diff.setReadOnly(True)
        self._diff.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._diff.setPlaceholderText("Choose a sidecar above to see what would change in it.")
        self._diff.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        choice = QHBoxLayout()
        choice.addWidget(QLabel("Where both sides changed a mark,", self))
        choice.addWidget(self._prefer)
        choice.addStretch(1)
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.addWidget(self._list)
        parts.addWidget(self._diff)
        buttons = QHBoxLayout()
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        for button in (self._close, self._take, self._write):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addWidget(self._words)
        layout.addLayout(choice)
        layout.addWidget(self._into_files)
        layout.addWidget(parts, 1)
        layout.addLayout(buttons)

    # -- the plan

    @Slot()
    def look(self) -> None:
        """Find out what would be done, away from the window's thread."""
        self._begin("Looking at the sidecars…")
        prefer = list(_PREFER)[self._prefer.currentIndex()]
        sidecars, shown, targets = self._sidecars(), self._sync.marks(), self._targets

        def work(cancel: CancelToken, _: object) -> _Plan:
            read = sidecars.read(shown, prefer, cancel)
            return _Plan(shown, read, sidecars.plan(shown, targets, prefer, cancel))

        self._run(work, self._show_plan)

    @Slot(object)
    def _show_plan(self, plan: _Plan) -> None:
        if self._is_stale():
            return
        self._plan = plan
        for each in (self._into_files, self._prefer, self._back):
            each.setEnabled(True)
        taking = [entry for entry in plan.read if entry.outcome is Outcome.TAKEN]
        writing = [entry for entry in plan.write if entry.outcome is Outcome.PLANNED]
        self._fill([*taking, *(entry for entry in plan.write if entry.outcome is not Outcome.UNCHANGED)])
        self._words.setText(plan_in_words(plan.read, plan.write, self._may_write))
        self._into_files.setVisible(self._may_write)
        self._take.setText(f"Read {len(taking)}" if taking else "Read")
        self._take.setEnabled(bool(taking))
        self._write.setText(f"Write {len(writing)}" if writing else "Write")
        self._write.setEnabled(bool(writing) and self._may_write)

    def _fill(self, entries: Sequence[Entry]) -> None:
        self._list.clear()
        for entry in entries:
            name = f"{entry.path.name} (the file itself)" if entry.inside else entry.path.name
            item = QTreeWidgetItem([name, _WORDS.get(entry.outcome, entry.outcome.value)])
            item.setText(2, marks_text(entry.marks))
            item.setText(3, entry.reason)
            item.setToolTip(0, str(entry.path))
            item.setData(0, Qt.ItemDataRole.UserRole, entry.diff() or _NO_DIFF[entry.outcome])
            self._list.addTopLevelItem(item)
        first = self._list.topLevelItem(0)
        if first is not None:
            self._list.setCurrentItem(first)

    @Slot()
    def _show_diff(self) -> None:
        item = self._list.currentItem()
        self._diff.setPlainText(item.data(0, Qt.ItemDataRole.UserRole) if item else "")

    # -- doing it

    @Slot()
    def _read_all(self) -> None:
        if self._plan is None:
            return
        taken = self._sync.take(self._plan.read, self._plan.shown)
        self._begin(f"Reading {len(taken)}…")
        self._after(lambda sidecars, _: sidecars.agree(taken))

    @Slot()
    def _write_all(self) -> None:
        if self._plan is None:
            return
        plan = self._plan.write
        self._begin("Writing…")
        if not any(entry.inside and entry.outcome is Outcome.PLANNED for entry in plan):
            self._after(lambda sidecars, cancel: sidecars.write(plan, cancel=cancel))
            return
        self.photos_changed = True
        sidecars = self._sidecars()
        self._run(lambda c, tell: sidecars.write(plan, find_exiftool(), c, tell), self._show_written)

    @Slot(object)
    def _show_written(self, done: list[Entry]) -> None:
        """Show what became of each; the photos are known by other bytes now, so that this is the end."""
        if self._is_stale():
            return
        self._fill([entry for entry in done if entry.outcome is not Outcome.UNCHANGED])
        self._words.setText(written_in_words(done))
        self._write.setText("Write")
        self._back.setEnabled(True)
        self._back.look()
        self._close.setFocus()

    @Slot()
    def _bring_back(self) -> None:
        journal = self._back.journal()
        if journal is not None:
            self._begin("Bringing the originals back…")
            self.photos_changed = True
            self._run(lambda cancel, tell: revert(journal, cancel, tell), self._show_back)

    @Slot(object)
    def _show_back(self, report: RevertReport) -> None:
        if not self._is_stale():
            self._list.clear()
            self._words.setText(report.summary())
            self._back.setEnabled(True)
            self._back.look()

    def _after(self, work: Callable[[HandedMarks, CancelToken], object]) -> None:
        """Do it on the thread, then look again: the list shows what is left."""
        sidecars = self._sidecars()
        self._run(lambda cancel, _: work(sidecars, cancel), self._look_again)

    def _sidecars(self) -> HandedMarks:
        return self._sync.sidecars(into_files=self._into_files.isChecked())

    @Slot(object)
    def _look_again(self, _: object) -> None:
        if not self._is_stale():
            self.look()

    # -- the thread

    def _begin(self, text: str) -> None:
        self._plan = None
        self._words.setText(text)
        for each in (self._take, self._write, self._into_files, self._prefer, self._back):
            each.setEnabled(False)

    def _run(self, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        self._stop()
        task = Task("framepick-sidecar-dialog", work, self)
        task.succeeded.connect(done)
        task.failed.connect(self._show_error)
        task.progressed.connect(self._show_progress)
        self._task = task
        task.start()

    @Slot(object)
    def _show_progress(self, progress: ExportProgress) -> None:
        if not self._is_stale():
            self._words.setText(progress_words(progress))

    @Slot(str)
    def _show_error(self, text: str) -> None:
        if not self._is_stale():
            self._words.setText(text)
            self._into_files.setEnabled(True)

    def _is_stale(self) -> bool:
        return self.sender() is not self._task

    def _stop(self) -> None:
        if self._task is not None:
            self._task.blockSignals(True)
            self._task.stop()
            self._task.deleteLater()
            self._task = None

    def done(self, result: int) -> None:
        self._stop()
        super().done(result)


def plan_in_words(read: Sequence[Entry], write: Sequence[Entry], may_write: bool) -> str:
    """Return what could be done now."""
    taking = sum(entry.outcome is Outcome.TAKEN for entry in read)
    counts = {outcome: sum(e.outcome is outcome for e in write) for outcome in Outcome}
    same = counts[Outcome.UNCHANGED]
    if not taking and not any(counts.values()):
        parts = ["There is nothing to read or write: no photo is marked, and no sidecar says anything."]
    else:
        parts = [f"{taking} to read, {counts[Outcome.PLANNED]} to write, {same} say the same as you."]
    if counts[Outcome.CONFLICT]:
        parts.append(f"{counts[Outcome.CONFLICT]} in conflict.")
    if counts[Outcome.REFUSED]:
        parts.append(f"{counts[Outcome.REFUSED]} refused: repair them or move them away.")
    if not may_write:
        parts.append("Writing is off in the settings (sidecars.write).")
    inside = sum(entry.inside and entry.outcome is Outcome.PLANNED for entry in write)
    if inside:
        parts.append(f"{inside} of these are photo files, whose untouched originals are kept.")
    else:
        parts.append("Photos are not touched.")
    parts.append("Everything else in a sidecar or photo stays as it is.")
    return " ".join(parts)
