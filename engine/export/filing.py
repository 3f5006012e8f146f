"""Puts one file of an export where it belongs, and takes it back; the journal knows of every step."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.events import CancelToken
from engine.export.copying import (
    NameTakenError,
    digest_of,
    flush_folder,
    put_in_place,
    write_part,
)
from engine.export.journal import FileState, Journal, Step
from engine.export.places import same_content
from engine.export.plan import How


class KeptError(Exception):
    """A file is left as it is when an export is taken back; says why."""


def place(journal: Journal, file: FileState, cancel: CancelToken, moved: Callable[[int], None]) -> None:
    """Bring one file to its target, whole; of a move the source stays until `remove_source`.

    Raises OSError (NameTakenError when a file has the name) or CancelledError; then no part is left.
    """
    action = file.action
    if action.how is How.SYMBOLIC_LINK:
        _new_link(action.target, lambda: action.target.symlink_to(action.source))
    elif action.how is How.HARD_LINK:
        _new_link(action.target, lambda: os.link(action.source.resolve(), action.target))
    elif not (action.how is How.MOVE and _linked(action.source, action.target)):
        _copy(journal, file, cancel, moved)
    journal.note(file, Step.PLACED, stamp=stamp(action.target))


def _new_link(target: Path, make: Callable[[], None]) -> None:
    try:
        make()
    except FileExistsError:
        raise NameTakenError(target) from None
    flush_folder(target.parent)


def _linked(source: Path, target: Path) -> bool:
    """Give the source its new name within one drive; False where that cannot be done without copying."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise NameTakenError(target) from None
    except FileNotFoundError:
        raise
    except OSError:
        return False
    flush_folder(target.parent)
    return True


def _copy(journal: Journal, file: FileState, cancel: CancelToken, moved: Callable[[int], None]) -> None:
    part = journal.part_of(file)
    source_stamp = stamp(file.action.source)
    digest = write_part(file.action.source, part, cancel, moved)
    try:
        journal.note(file, Step.VERIFIED, digest=digest, source=source_stamp)
        put_in_place(part, file.action.target, lambda: journal.note(file, Step.RESERVED))
    finally:
        with suppress(OSError):
            part.unlink()


def remove_source(journal: Journal, file: FileState) -> None:
    """Finish a move: delete the source, if the target is in the journal and the source is as it was copied.

    Raises OSError.
    """
    source, target = file.action.source, file.action.target
    if file.step is not Step.PLACED or file.action.how is not How.MOVE:
        return
    if os.path.lexists(source):
        if not same_inode(source, target) and stamp(source) != file.source_stamp:
            raise OSError(errno.EBUSY, "was changed while it was moved; both files are kept")
        source.unlink()
        flush_folder(source.parent)
    journal.note(file, Step.REMOVED)


# -- after a crash


def settle(journal: Journal, file: FileState) -> None:
    """Bring a file whose step was cut short to a state without half files. Raises OSError."""
    if file.step not in (Step.PLANNED, Step.VERIFIED, Step.RESERVED):
        return
    part, target = journal.part_of(file), file.action.target
    whole = _arrived(file, part)
    if file.step is Step.RESERVED and not whole and _is_empty(target) and part.exists():
        target.unlink()
    with suppress(FileNotFoundError):
        part.unlink()
    if whole:
        journal.note(file, Step.PLACED, stamp=stamp(target))
    elif file.step is not Step.PLANNED:
        journal.note(file, Step.PLANNED)


def _arrived(file: FileState, part: Path) -> bool:
    """Tell whether the target is the file that we were about to put there."""
    action = file.action
    if not os.path.lexists(action.target):
        return False
    if action.how is How.SYMBOLIC_LINK:
        return action.target.is_symlink() and action.target.readlink() == action.source
    if action.how in (How.HARD_LINK, How.MOVE) and same_inode(action.source, action.target):
        return True
    if file.step is Step.PLANNED or file.digest is None:
        return False
    mine = same_inode(part, action.target) or not part.exists()
    return mine and not action.target.is_symlink() and digest_of(action.target) == file.digest


# -- taking back


def take_back(journal: Journal, file: FileState) -> bool:
    """Undo one placed file. True when it was moved back, False when our copy was removed.

    Raises KeptError when that could harm anything, OSError when it fails; the file is as it was then.
    """
    action = file.action
    if not os.path.lexists(action.target):
        if action.how is How.MOVE and not os.path.lexists(action.source):
            raise KeptError("it is neither in the target nor in its old place")
        journal.note(file, Step.REVERTED)
        return False
    _check_ours(file)
    gone = not os.path.lexists(action.source)
    if action.how is How.MOVE and gone:
        _move_back(journal, file)
    else:
        if action.how is not How.WRITE:
            _check_original(file)
        action.target.unlink()
        flush_folder(action.target.parent)
    journal.note(file, Step.REVERTED)
    return action.how is How.MOVE and gone


def _check_ours(file: FileState) -> None:
    """Raise KeptError unless the target is the file that we put there, unchanged."""
    action = file.action
    if action.how is How.SYMBOLIC_LINK:
        ours = action.target.is_symlink() and action.target.readlink() == action.source
    elif action.target.is_symlink() or not action.target.is_file():
        ours = False
    elif action.how is How.HARD_LINK:
        ours = same_inode(action.source, action.target) or stamp(action.target) == file.stamp
    elif file.digest is not None:
        ours = digest_of(action.target) == file.digest
    else:
        ours = stamp(action.target) == file.stamp
    if not ours:
        raise KeptError("it was changed since, or is another file")


def _check_original(file: FileState) -> None:
    """Raise KeptError where removing our file could remove the last copy."""
    source, target = file.action.source, file.action.target
    if file.action.how is How.SYMBOLIC_LINK or same_inode(source, target):
        return
    if not os.path.lexists(source):
        raise KeptError("the original is no longer there: this may be the last copy")
    if file.step is Step.REMOVED:
        if not same_content(target, source):
            raise KeptError(f"another file is at {source} now")
    elif stamp(source) != file.source_stamp:
        raise KeptError("the original was changed or replaced since: this may be the last copy")


def _move_back(journal: Journal, file: FileState) -> None:
    source, target = file.action.source, file.action.target
    if not source.parent.is_dir():
        raise KeptError(f"its old folder {source.parent} is not there")
    if not _linked(target, source):
        part = source.with_name(journal.part_of(file).name)
        write_part(target, part, CancelToken())
        put_in_place(part, source)
    target.unlink()
    flush_folder(target.parent)


def same_inode(a: Path, b: Path) -> bool:
    try:
        first, second = a.lstat(), b.lstat()
    except OSError:
        return False
    return stat.S_ISREG(first.st_mode) and os.path.samestat(first, second)


def stamp(path: Path) -> tuple[int, int]:
    """Return size and mtime (ns) of a file; of a link itself."""
    found = path.lstat()
    return found.st_size, found.st_mtime_ns


def _is_empty(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode) and path.stat().st_size == 0
    except OSError:
        return False
