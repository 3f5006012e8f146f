"""Keeps the window and XMP sidecars together: reads on opening, writes after marks where that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from engine.library.marks import MarkChange
from engine.paths import DataDir
from engine.photo_xmp.with_sidecars import Books, HandedMarks
from engine.settings import Settings
from engine.sidecars.entries import Entry, Outcome
from engine.types import Marks
from engine.words import counted
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.background import Task
from gui.commands import key_of
from gui.decisions import Decisions
from gui.messages import Messages

WRITE_AFTER = 1000  # ms without another mark
WHERE = "Album, Sidecars… shows them."


class SidecarSync(QObject):
    """Takes marks that other programs made, and hands marks out to them."""

    def __init__(
        self,
        settings: Settings,
        data_dir: DataDir,
        run: AlbumRun,
        model: AlbumModel,
        decisions: Decisions,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings, self._books = settings.sidecars, Books(data_dir.library, data_dir.exports)
        self._run, self._model, self._decisions, self._messages = run, model, decisions, messages
        self._task: Task | None = None
        self._may_stop = False  # reading may be cut short; what is being written is written to the end
        self._written: dict[int, Marks] | None = None  # need no writing; None before they are known
        self._pending: tuple[HandedMarks, dict[int, Marks]] | None = None  # of the album they were made in
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_AFTER)
        self._timer.timeout.connect(self._write_changes)
        run.begun.connect(self._begin)
        run.ordered.connect(self._read)
        if self._settings.write == "continuous":
            model.changed.connect(self._note_change)

    @property
    def busy(self) -> bool:
        return self._task is not None

    @property
    def album(self) -> Path | None:
        return self._run.album

    @property
    def books(self) -> Books:
        return self._books

    def sidecars(self, *, into_files: bool = False) -> HandedMarks:
        """Return the sidecars of the open album; with `into_files` also the XMP inside its photos."""
        photos = [entry.photo for entry in self._model.entries()]
        rules, album = self._settings, self._run.album or Path()
        return HandedMarks(album, photos, rules.naming, self._books, rules.words, into_files=into_files)

    def marks(self) -> dict[int, Marks]:
        """Return the marks that sidecars can hold of all photos whose identity is known."""
        return {entry.photo.id: entry.marks.for_others for entry in self._model.entries() if entry.inspected}

    def take(self, entries: Sequence[Entry], shown: dict[int, Marks]) -> list[Entry]:
        """Put marks that sidecars hold into the library, as one step that can be undone.

        Returns the entries that were taken: a photo that was marked since `shown` keeps what it has.
        """
        fresh = [
            entry
            for entry in entries
            if entry.outcome is Outcome.TAKEN and self._shown_still(entry.photo.id, shown)
        ]
        changes = {
            entry.photo.id: MarkChange(entry.marks.decision, entry.marks.stars, entry.marks.label)
            for entry in fresh
        }
        return fresh if changes and self._decisions.mark(changes) else []

    def stop(self) -> None:
        """Write what is still to be written, and end the thread."""
        self._drop_task()
        self._timer.stop()
        if self._pending is not None:
            sidecars, marks = self._pending
            self._pending = None
            sidecars.write(sidecars.plan(marks, self._settings.targets))

    @Slot()
    def _begin(self) -> None:
        self.stop()
        self._written = None

    # -- reading

    @Slot()
    def _read(self) -> None:
        if not self._settings.read_on_open:
            self._written = self.marks()
            return
        sidecars, shown = self.sidecars(into_files=self._settings.into_files), self.marks()
        self._start(lambda cancel, _: (sidecars.read(shown, cancel=cancel), shown), self._show_read)
        self._may_stop = True

    @Slot(object)
    def _show_read(self, found: tuple[list[Entry], dict[int, Marks]]) -> None:
        if self.sender() is not self._task:
            return
        self._drop_task()
        entries, shown = found
        taken = self.take(entries, shown)
        self._written = self.marks()
        agreed = [*taken, *(entry for entry in entries if entry.outcome is Outcome.UNCHANGED)]
        sidecars = self.sidecars()
        if agreed:
            self._start(lambda *_: sidecars.agree(agreed), self._end_task)
        if text := read_in_words(entries, len(taken)):
            trouble = any(e.outcome in (Outcome.CONFLICT, Outcome.REFUSED) for e in entries)
            (self._messages.warn if trouble else self._messages.info)(text)

    def _shown_still(self, photo: int, shown: dict[int, Marks]) -> bool:
        entry = self._model.entry(photo)
        return entry is not None and entry.marks.for_others == shown.get(photo)

    # -- writing

    @Slot()
    def _note_change(self) -> None:
        if marks := self._unwritten():  # none while another album is being opened
            self._pending = (self.sidecars(), marks)
            self._timer.start()

    def _unwritten(self) -> dict[int, Marks]:
        if self._written is None:
            return {}
        return {photo: marks for photo, marks in self.marks().items() if self._written.get(photo) != marks}

    @Slot()
    def _write_changes(self) -> None:
        if self._task is not None:
            self._timer.start()
            return
        if self._pending is not None and self._written is not None:
            (sidecars, marks), self._pending = self._pending, None
            self._written |= marks
            targets = self._settings.targets
            self._start(lambda *_: sidecars.write(sidecars.plan(marks, targets)), self._show_written)

    @Slot(object)
    def _show_written(self, entries: list[Entry]) -> None:
        if self.sender() is not self._task:
            return
        self._drop_task()
        troubled = [e for e in entries if e.outcome in (Outcome.CONFLICT, Outcome.REFUSED)]
        if troubled:
            first = troubled[0]
            self._messages.warn(f"{first.path.name} was not written: {first.reason}. {WHERE}")

    # -- the thread

    def _start(self, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        self._drop_task()
        task = Task("framepick-sidecars", work, self)
        task.succeeded.connect(done)
        task.failed.connect(self._fail)
        self._task, self._may_stop = task, False
        task.start()

    @Slot(object)
    def _end_task(self, _: object) -> None:
        if self.sender() is self._task:
            self._drop_task()

    @Slot(str)
    def _fail(self, text: str) -> None:
        if self.sender() is self._task:
            self._drop_task()
            self._messages.error(text)

    def _drop_task(self) -> None:
        if self._task is not None:
            self._task.blockSignals(True)
            if self._may_stop:
                self._task.cancel()
            self._task.wait()
            self._task.deleteLater()
            self._task = None


def read_in_words(entries: Sequence[Entry], taken: int) -> str:
    """Return what reading came to; empty where there was nothing new."""
    conflicts = [entry for entry in entries if entry.outcome is Outcome.CONFLICT]
    refused = [entry for entry in entries if entry.outcome is Outcome.REFUSED]
    parts: list[str] = []
    if taken:
        parts.append(
            f"Took the marks of {counted(taken, 'sidecar')} ({key_of('review.undo')} takes them back)."
        )
    if conflicts:
        parts.append(f"{counted(len(conflicts), 'sidecar')} and you disagree. {WHERE}")
    if refused:
        more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        parts.append(f"{refused[0].path.name}{more} could not be read: {refused[0].reason}.")
    return " ".join(parts)
