"""Exports that were interrupted, and the last one: finds them, and takes them back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import ExportError, NothingToDoError
from engine.events import CancelToken
from engine.export.archive import part_of_archive
from engine.export.copying import digest_of
from engine.export.execute import run_journal
from engine.export.filing import KeptError, settle, take_back
from engine.export.folders import remove_folders
from engine.export.journal import FileState, Journal, State, Step, journals
from engine.export.plan import How
from engine.export.report import ExportClock, ExportProgress, ExportReport, RevertReport
from engine.export.trash import settle_trash, take_from_trash, trash_files
from engine.photo_xmp.settling import finish_inside, restore, settle_inside

_DONE = (Step.PLACED, Step.REMOVED)
_UNFINISHED = (State.RUNNING, State.CANCELLED, State.STOPPED, State.REVERTING)


def find_unfinished(folder: Path) -> Journal | None:
    """Return the latest export that did not come to its end and that nobody is working on."""
    for journal in journals(folder):
        if journal.state in _UNFINISHED and journal.lock():
            journal.close()
            return journal
    return None


def find_last(folder: Path) -> Journal | None:
    """Return the latest export that was not taken back, if anything of it arrived."""
    for journal in journals(folder):
        if journal.state is not State.REVERTED and any(f.step is not Step.PLANNED for f in journal.files):
            return journal
    return None


def the_unfinished(folder: Path) -> Journal:
    """Return what `find_unfinished` finds. Raises NothingToDoError."""
    journal = find_unfinished(folder)
    if journal is None:
        raise NothingToDoError("No export was interrupted: there is nothing to go on with or to roll back.")
    return journal


def the_last(folder: Path) -> Journal:
    """Return what `find_last` finds. Raises NothingToDoError."""
    journal = find_last(folder)
    if journal is None:
        raise NothingToDoError("There is no export to undo.")
    return journal


def go_on(
    journal: Journal, cancel: CancelToken, report: Callable[[ExportProgress], None] = lambda _: None
) -> ExportReport:
    """Go on with an interrupted export: what arrived is kept, half files are removed, the rest is done.

    Raises ExportError when another process works on it, or when taking it back has begun already.
    """
    take(journal)
    try:
        if journal.state is State.REVERTING:
            raise ExportError("This export is being taken back: finish that with `export --rollback`.")
        journal.note_state(State.RUNNING)
        if journal.kind == "trash":
            settle_trash(journal)
            return trash_files(journal, cancel, report)
        if journal.kind == "inside":
            return finish_inside(journal)
        settle_all(journal)
        return run_journal(journal, cancel, report)
    finally:
        journal.close()


def take(journal: Journal) -> None:
    """Take a journal for this process. Raises ExportError when another one works on it."""
    if not journal.lock():
        raise ExportError("Another window or command is working on this export. Wait until it is done.")
    journal.reload()


def settle_all(journal: Journal, files: Sequence[FileState] | None = None) -> None:
    """After a crash: bring every file, or these, to a state without half files."""
    for file in journal.files if files is None else files:
        try:
            settle(journal, file)
        except OSError as error:
            journal.note(file, Step.FAILED, reason=error.strerror or str(error))


def revert(
    journal: Journal, cancel: CancelToken, report: Callable[[ExportProgress], None] = lambda _: None
) -> RevertReport:
    """Take an export back: remove our unchanged copies and links, move back what was moved.

    What was changed since, or may be the last copy, stays and is named. Raises ExportError when another
    process works on it.
    """
    take(journal)
    try:
        journal.note_state(State.REVERTING)
        if journal.archive is not None:
            return _revert_archive(journal, journal.archive)
        _SETTLE.get(journal.kind, settle_all)(journal)
        return _revert_files(journal, cancel, report)
    finally:
        journal.close()


# By kind of journal; an export's own steps for all others.
_SETTLE: dict[str, Callable[[Journal], None]] = {"trash": settle_trash, "inside": settle_inside}
_TAKE_BACK: dict[str, Callable[[Journal, FileState], bool]] = {"trash": take_from_trash, "inside": restore}


def _revert_files(
    journal: Journal, cancel: CancelToken, report: Callable[[ExportProgress], None]
) -> RevertReport:
    back = _Back(journal, cancel, report)
    back.take([file for file in journal.files if file.step in _DONE])
    if not cancel.cancelled:
        remove_folders(journal)
        journal.note_state(State.REVERTED)
    return back.told(journal.target)


@dataclass(slots=True)
class _Back:
    """Files on their way back: how many were removed, gone, or put in their old place, and which stayed."""

    journal: Journal
    cancel: CancelToken
    report: Callable[[ExportProgress], None]
    removed: int = 0
    gone: int = 0
    moved_back: int = 0
    kept: list[tuple[Path, str]] = field(default_factory=list)

    def take(self, files: Sequence[FileState]) -> None:
        clock = ExportClock(len(files), sum(file.action.bytes for file in files), self.report)
        for file in reversed(files):
            if self.cancel.cancelled:
                return
            clock.begin(file.action.target.name)
            there = os.path.lexists(file.action.target)
            try:
                moved = _TAKE_BACK.get(self.journal.kind, take_back)(self.journal, file)
                self.moved_back += moved
                self.removed += there and not moved
                self.gone += not (there or moved)
            except (KeptError, OSError) as error:
                self.kept.append((file.action.target, str(error)))
            clock.done += 1

    def told(self, target: Path) -> RevertReport:
        kept, cancelled = tuple(self.kept), self.cancel.cancelled
        return RevertReport(target, self.removed, self.moved_back, kept, cancelled, self.gone)


def _revert_archive(journal: Journal, archive: Path) -> RevertReport:
    with suppress(OSError):
        part_of_archive(journal).unlink()
    back = _Back(journal, CancelToken(), lambda _: None)
    made = [file for file in journal.files if file.action.how is How.WRITE]
    settle_all(journal, made)
    back.take([file for file in made if file.step in _DONE])
    if journal.archive_digest is not None and archive.exists():
        why = _why_keep(journal, archive)
        if why:
            back.kept.append((archive, why))
        else:
            archive.unlink()
            back.removed += 1
    remove_folders(journal)
    journal.note_state(State.REVERTED)
    return back.told(archive.parent)


def _why_keep(journal: Journal, archive: Path) -> str | None:
    if digest_of(archive) != journal.archive_digest:
        return "it was changed since, or is another file"
    for file in journal.members:
        with suppress(OSError):
            if file.action.source.stat().st_size == file.action.bytes:
                continue
        return f"the original of {file.action.source.name} is no longer there: this may be the last copy"
    return None
