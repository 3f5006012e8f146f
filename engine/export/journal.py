"""What an export meant to do and what it has done: one line of JSON per step, on disk before the next step.

After a crash the journal says which files are whole, so that the export can go on or be taken back.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from engine.errors import ExportError
from engine.export.asked import Asked
from engine.export.copying import PART_SUFFIX
from engine.export.plan import ExportPlan, FileAction, How

log = logging.getLogger(__name__)

FORMAT = 1
ASKED_SUFFIX = ".asked"
KEPT = 20  # journals of finished exports


class JournalError(ExportError):
    """A step could not be recorded; the export stops, so that nothing happens without a record."""


class Step(StrEnum):
    """How far one file is."""

    PLANNED = "planned"
    VERIFIED = "verified"  # its part is whole
    RESERVED = "reserved"  # an empty file of ours may hold its name
    PLACED = "placed"
    REMOVED = "removed"  # moved: the source is gone
    FAILED = "failed"
    REVERTED = "reverted"


class State(StrEnum):
    """How far the whole export is. Every state but RUNNING and REVERTING was reached in an orderly way."""

    RUNNING = "running"
    CANCELLED = "cancelled"
    STOPPED = "stopped"  # a full disk, a target that is gone
    FINISHED = "finished"
    REVERTING = "reverting"
    REVERTED = "reverted"


@dataclass(slots=True)
class FileState:
    """One file of an export and what is known of it."""

    number: int
    action: FileAction
    step: Step = Step.PLANNED
    digest: str | None = None
    stamp: tuple[int, int] | None = None  # size and mtime in ns of the placed file
    source_stamp: tuple[int, int] | None = None  # of the source, before it was copied
    reason: str = ""
    trash: str | None = None  # where the trash keeps it
    inode: int | None = None  # of a file on its way to the trash


@dataclass(slots=True)
class Journal:
    """An open journal: its content, and the file that each change is appended to."""

    path: Path
    id: str
    kind: str  # "export", "reject", "trash", "inside"
    target: Path
    how: How
    started: float
    files: list[FileState]
    archive: Path | None = None
    state: State = State.RUNNING
    folders: list[Path] = field(default_factory=list)  # made by us
    archive_digest: str | None = None
    library: Path | None = None  # what knows the photos whose bytes change
    asked: bool = False  # for lists and pictures, which are named in `asked_path`
    _lock: FileLock | None = None
    _handle: int | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        plan: ExportPlan,
        kind: str = "export",
        library: Path | None = None,
        asked: Asked | None = None,
    ) -> Self:
        """Start a journal for a plan. Raises ExportError when it cannot be written."""
        number = f"{_now()}-{uuid.uuid4().hex[:8]}"
        files = [FileState(n, action) for n, action in enumerate(plan.actions)]
        path = folder / f"{number}.jsonl"
        journal = cls(path, number, kind, plan.target, plan.how, time.time(), files, plan.archive)
        journal.library, journal.asked = library, bool(asked)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            journal.lock()
            if asked:
                asked.write(journal.asked_path)
            journal._append(journal._header())
        except (OSError, JournalError) as error:
            journal.close()
            for each in (path, journal.asked_path):
                with suppress(OSError):
                    each.unlink(missing_ok=True)
            raise ExportError(
                f"Nothing was exported, for the data directory cannot be written: {error}. Make room there."
            ) from error
        _prune(folder)
        return journal

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a journal; an unfinished last line is dropped. Raises ExportError when it makes no sense."""
        try:
            lines = path.read_bytes().split(b"\n")[:-1]  # a line without an end was never confirmed
            records = [json.loads(line) for line in lines]
            journal = cls._from_header(path, records[0])
            for record in records[1:]:
                journal._apply(record)
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise ExportError(f"The journal {path} cannot be read: {error}.") from error
        return journal

    def reload(self) -> None:
        """Read the file again: another process may have worked on it before this one took it."""
        fresh = self.load(self.path)
        self.state, self.files, self.folders = fresh.state, fresh.files, fresh.folders
        self.archive_digest = fresh.archive_digest

    # -- the lock: held while an export works on it, let go by the system when its process dies

    def lock(self) -> bool:
        """Take the journal for this process; False when another one works on it."""
        lock = FileLock(self.path.with_suffix(".lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        self._lock = lock
        return True

    def close(self) -> None:
        """Let go of the file and the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def members(self) -> list[FileState]:
        """The files that come from somewhere: all but the lists and pictures that are made."""
        return [file for file in self.files if file.action.how is not How.WRITE]

    # -- writing; each returns when the line is on disk, and raises JournalError when it is not

    def note(self, file: FileState, step: Step, **details: Any) -> None:
        """Record the step that a file has reached."""
        record = {"n": file.number, "step": step.value, **details}
        self._append(record)
        self._apply(record)

    def add(self, action: FileAction) -> FileState:
        """Record one more file, before anything happens to it."""
        record = {"add": _dump(action)}
        self._append(record)
        self._apply(record)
        return self.files[-1]

    def note_folder(self, folder: Path) -> None:
        """Record a folder that is about to be made."""
        record = {"folder": str(folder)}
        self._append(record)
        self._apply(record)

    def note_packed(self, files: Sequence[FileState], digest: str) -> None:
        """Record that a zip with these files is whole, before it gets its name."""
        record = {"packed": [file.number for file in files], "digest": digest}
        self._append(record)
        self._apply(record)

    def note_state(self, state: State) -> None:
        record = {"state": state.value}
        self._append(record)
        self._apply(record)

    @property
    def asked_path(self) -> Path:
        """Where `Asked.write` keeps the lists and pictures; written before the journal."""
        return self.path.with_suffix(ASKED_SUFFIX)

    def part_of(self, file: FileState) -> Path:
        """Return the name under which a file is written before it is whole."""
        return file.action.target.with_name(f".{self.id[-8:]}-{file.number}{PART_SUFFIX}")

    def _append(self, record: dict[str, Any]) -> None:
        try:
            if self._handle is None:
                self._handle = _open_at_last_line(self.path)
            _append_line(self._handle, json.dumps(record).encode("ascii") + b"\n")
        except OSError as error:
            raise JournalError(f"The journal {self.path} cannot be written: {error.strerror}.") from error

    def _header(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "id": self.id,
            "kind": self.kind,
            "target": str(self.target),
            "how": self.how.value,
            "started": self.started,
            "archive": str(self.archive) if self.archive else None,
            "library": str(self.library) if self.library else None,
            "asked": self.asked,
            "files": [_dump(file.action) for file in self.files],
        }

    @classmethod
    def _from_header(cls, path: Path, header: dict[str, Any]) -> Self:
        if header["format"] > FORMAT:
            raise ValueError("it was written by a newer Framepick")
        files = [FileState(n, _action(entry)) for n, entry in enumerate(header["files"])]
        archive = Path(header["archive"]) if header["archive"] else None
        how = How(header["how"])
        target = Path(header["target"])
        journal = cls(path, header["id"], header["kind"], target, how, header["started"], files, archive)
        journal.library = Path(header["library"]) if header.get("library") else None
        journal.asked = header.get("asked", False)
        return journal

    def _apply(self, record: dict[str, Any]) -> None:
        if "state" in record:
            self.state = State(record["state"])
        elif "add" in record:
            self.files.append(FileState(len(self.files), _action(record["add"])))
        elif "folder" in record:
            self.folders.append(Path(record["folder"]))
        elif "packed" in record:
            self.archive_digest = record["digest"]
            for number in record["packed"]:
                self.files[number].step = Step.PLACED
        else:
            file = self.files[record["n"]]
            file.step = Step(record["step"])
            file.digest = record.get("digest", file.digest)
            file.reason = record.get("reason", "")
            file.trash = record.get("trash", file.trash)
            file.inode = record.get("inode", file.inode)
            file.stamp = _pair(record.get("stamp")) or file.stamp
            file.source_stamp = _pair(record.get("source")) or file.source_stamp


def journals(folder: Path) -> Iterator[Journal]:
    """Yield the journals of a folder, latest first; those that cannot be read are logged and left out."""
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            journal = Journal.load(path)
        except ExportError as error:
            log.warning("%s", error)
            continue
        yield journal


def _now() -> str:
    """Return the time to the microsecond, as text that sorts by it: two runs may begin within a second."""
    return datetime.now().strftime("%Y%m%d-%H%M%S.%f")


def _pair(numbers: Sequence[int] | None) -> tuple[int, int] | None:
    return (numbers[0], numbers[1]) if numbers else None


def _dump(action: FileAction) -> list[Any]:
    return [
        str(action.source),
        str(action.target),
        action.bytes,
        action.renamed,
        action.how.value,
        action.shot,
    ]


def _action(entry: list[Any]) -> FileAction:
    source, target, size, renamed, how, shot = entry
    return FileAction(Path(source), Path(target), int(size), bool(renamed), How(how), int(shot))


def _open_at_last_line(path: Path) -> int:
    """Open for appending, after cutting off a last line that was not finished."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    end = os.lseek(handle, 0, os.SEEK_END)
    if end:
        content = path.read_bytes()
        end = content.rfind(b"\n") + 1
        os.ftruncate(handle, end)
    os.lseek(handle, end, os.SEEK_SET)
    return handle


def _append_line(handle: int, line: bytes) -> None:
    """Write a whole line and flush it; when the disk is full no part of it stays. Raises OSError."""
    end = os.lseek(handle, 0, os.SEEK_CUR)
    try:
        written = 0
        while written < len(line):
            written += os.write(handle, line[written:])
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, end)
        os.lseek(handle, end, os.SEEK_SET)
        raise


# The last line: what was finished may be half taken back since.
_DONE = re.compile(rb'"state": "(finished|reverted)"}\n\Z')


def _prune(folder: Path) -> None:
    """Delete the oldest journals of exports that are over, and what a killed process left of others."""
    for path in folder.glob(f"*{ASKED_SUFFIX}"):
        if not path.with_suffix(".jsonl").exists():
            _drop_orphan(path)
    old = sorted(folder.glob("*.jsonl"), reverse=True)[KEPT:]
    for path in old:
        with suppress(OSError):
            if _DONE.search(path.read_bytes()[-200:]):
                path.unlink()
                for suffix in (ASKED_SUFFIX, ".lock"):
                    path.with_suffix(suffix).unlink(missing_ok=True)


def _drop_orphan(asked: Path) -> None:
    """Remove what was asked for by a process that was killed before its journal began."""
    lock = asked.with_suffix(".lock")
    with suppress(OSError, Timeout), FileLock(lock, timeout=0):
        asked.unlink()
        lock.unlink(missing_ok=True)
