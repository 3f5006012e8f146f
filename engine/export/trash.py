"""Moves files to the system trash, and brings them back where the trash is one of freedesktop.org's.

https://specifications.freedesktop.org/trash-spec/latest/
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from engine.events import CancelToken
from engine.export.copying import flush_folder
from engine.export.filing import KeptError
from engine.export.journal import FileState, Journal, JournalError, State, Step
from engine.export.plan import ExportPlan, How
from engine.export.report import ExportClock, ExportProgress, ExportReport

_BY_HAND = {
    "darwin": "Framepick cannot take files out of the macOS Trash. Open the Trash in the Dock, select them "
    "there and choose File > Put Back.",
    "win32": "Framepick cannot take files out of the Recycle Bin. Open it from the desktop, select them "
    "there and choose Restore.",
}


def restore_by_hand() -> str | None:
    """Return what to do to get files back where this system's trash gives them to nobody but itself."""
    return _BY_HAND.get(sys.platform)


def send_to_trash(
    plan: ExportPlan,
    journals: Path,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
) -> ExportReport:
    """Move the sources of a plan to the system trash. One that fails stays and is named.

    Raises ExportError when the journal cannot be begun.
    """
    journal = Journal.create(journals, plan, "trash")
    try:
        return trash_files(journal, cancel, report, plan.unreadable)
    finally:
        journal.close()


def trash_files(
    journal: Journal,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
    left_out: Sequence[tuple[Path, str]] = (),
) -> ExportReport:
    """Move the files of a journal to the trash that are not there yet."""
    pending = [file for file in journal.files if file.step is not Step.REMOVED]
    clock = ExportClock(len(pending), sum(file.action.bytes for file in pending), report)
    stopped: str | None = None
    try:
        for file in pending:
            if cancel.cancelled:
                break
            clock.begin(file.action.source.name)
            trash_one(journal, file)
            clock.done += 1
            clock.moved(file.action.bytes)
        journal.note_state(State.CANCELLED if cancel.cancelled else State.FINISHED)
    except JournalError as error:
        stopped = str(error)
    gone = tuple(file.action.source for file in journal.files if file.step is Step.REMOVED)
    failed = tuple((f.action.source, f.reason) for f in journal.files if f.step is Step.FAILED)
    stayed = (*left_out, *failed)
    return ExportReport(journal.target, gone, (), stayed, 0, cancel.cancelled, How.MOVE, stopped, trash=True)


def settle_trash(journal: Journal) -> None:
    """After a crash: a file that was on its way to the trash and is gone from its place has arrived there."""
    for file in journal.files:
        if file.step is Step.RESERVED and not os.path.lexists(file.action.source):
            journal.note(file, Step.REMOVED)


def trash_one(journal: Journal, file: FileState) -> None:
    """Move one file to the trash and record where it is kept, if that can be found out."""
    import send2trash

    source = file.action.source
    try:
        before = source.lstat()
        journal.note(file, Step.RESERVED, source=(before.st_size, before.st_mtime_ns), inode=before.st_ino)
        send2trash.send2trash(os.fspath(source))
    except OSError as error:
        journal.note(file, Step.FAILED, reason=error.strerror or str(error))
        return
    place = find_in_trash(source, before.st_ino)
    journal.note(file, Step.REMOVED, trash=str(place) if place else None)


def find_in_trash(source: Path, inode: int) -> Path | None:
    """Return where the trash keeps what was `source`; None where it is not of the freedesktop.org kind."""
    if restore_by_hand() is not None:
        return None
    for folder in _trash_folders(source.parent):
        with suppress(OSError), os.scandir(folder / "files") as entries:
            for entry in entries:
                if entry.name.startswith(source.stem) and entry.inode() == inode:
                    return Path(entry.path)
    return None


def _trash_folders(album: Path) -> Iterator[Path]:
    data_home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield data_home / "Trash"
    volume = album.resolve()
    while not volume.is_mount() and volume != volume.parent:
        volume = volume.parent
    yield volume / ".Trash" / str(os.getuid())
    yield volume / f".Trash-{os.getuid()}"


def take_from_trash(journal: Journal, file: FileState) -> bool:
    """Bring a file back from the trash to its old place, never over another file. Returns True.

    A file that was put back by hand counts as brought back. Raises KeptError when it cannot be found or its
    place is taken, OSError when the move fails.
    """
    source = file.action.source
    if os.path.lexists(source):
        if not _is_back(source, file):
            raise KeptError("its old place is taken by another file")
        journal.note(file, Step.REVERTED)
        return True
    kept = _kept(file)
    if not source.parent.is_dir():
        raise KeptError(f"its old folder {source.parent} is not there")
    os.link(kept, source, follow_symlinks=False)
    kept.unlink()
    flush_folder(source.parent)
    with suppress(OSError):
        (kept.parent.parent / "info" / f"{kept.name}.trashinfo").unlink()
    journal.note(file, Step.REVERTED)
    return True


def _is_back(source: Path, file: FileState) -> bool:
    """Whether the file at the old place is the one that went to the trash: same size and time stamp."""
    found = source.lstat()
    return (found.st_size, found.st_mtime_ns) == file.source_stamp


def _kept(file: FileState) -> Path:
    """Return where the trash keeps a file. Raises KeptError saying what to do where that is not known."""
    by_hand = restore_by_hand()
    if by_hand is not None:
        raise KeptError(by_hand)
    kept = Path(file.trash) if file.trash else find_in_trash(file.action.source, file.inode or -1)
    if kept is None or not os.path.lexists(kept):
        raise KeptError("it is not found in the trash: look there and restore it by hand")
    return kept
