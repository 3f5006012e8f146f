"""Writes planned XMP into photo files: a copy beside is proven, the original is kept, then they swap.

At every moment the photo's name holds the old file or the new one, whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.album.identity import identity_of, read_ends
from engine.errors import LibraryError, SidecarError
from engine.events import CancelToken
from engine.export.copying import digest_of, flush_folder
from engine.export.filing import stamp
from engine.export.folders import make_folder, remove_folders
from engine.export.journal import FileState, Journal, JournalError, State, Step, journals
from engine.export.plan import ExportPlan, FileAction, How, free_bytes, require_room
from engine.export.report import ExportClock, ExportProgress
from engine.library.successors import carry_over
from engine.photo_xmp import originals
from engine.photo_xmp.album import packet_document
from engine.photo_xmp.exiftool import ExifTool
from engine.photo_xmp.parts import parts_of
from engine.photo_xmp.settling import finish_inside, packet_of, part_of
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.files import ChangedMeanwhileError, keep_status

KIND = "inside"  # of journals
_WRAPPER = re.compile(r"<\?xpacket.*?\?>", re.DOTALL)


def write_inside(
    plan: Sequence[Entry],
    album: Path,
    library: Path,
    journal_folder: Path,
    tool: ExifTool,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
) -> list[Entry]:
    """Write what was planned; return the entries as they ended. One failure does not stop the others.

    Raises ExportError when it cannot begin: there is no room, or no journal can be written.
    """
    settle_interrupted(journal_folder)
    chosen = [entry for entry in plan if entry.outcome is Outcome.PLANNED]
    if not chosen:
        return list(plan)
    steps = _plan(chosen, album)
    require_room(steps)
    journal = Journal.create(journal_folder, steps, KIND, library)
    try:
        run = _Run(journal, library, tool, cancel, ExportClock(len(chosen), steps.total_bytes, report))
        done = run.files(chosen)
    finally:
        with suppress(OSError):
            packet_of(journal).unlink(missing_ok=True)
        journal.close()
    return [done.get(entry.path, entry) for entry in plan]


def settle_interrupted(journal_folder: Path) -> None:
    """Bring what a killed run left to an end, unless another process is at it."""
    for journal in journals(journal_folder):
        if journal.kind == KIND and journal.state is State.RUNNING and journal.lock():
            try:
                journal.reload()
                finish_inside(journal)
            finally:
                journal.close()


def _plan(entries: Sequence[Entry], album: Path) -> ExportPlan:
    folder = originals.new_folder(album)
    actions: list[FileAction] = []
    for number, entry in enumerate(entries):
        path = entry.path
        kept = folder / (path.relative_to(album) if path.is_relative_to(album) else path.name)
        size = path.stat().st_size if path.exists() else 0
        actions.append(FileAction(path, kept, size, how=How.INSIDE, shot=number))
    return ExportPlan(folder, tuple(actions), len(actions), (), (), free_bytes(folder), How.INSIDE)


@dataclass(slots=True)
class _Run:
    journal: Journal
    library: Path
    tool: ExifTool
    cancel: CancelToken
    clock: ExportClock
    _done: dict[Path, Entry] = field(default_factory=dict)

    def files(self, entries: Sequence[Entry]) -> dict[Path, Entry]:
        """Write one file after the other; return the entries as they ended, by path."""
        try:
            for entry, file in zip(entries, self.journal.files, strict=True):
                if self.cancel.cancelled:
                    break
                self.clock.begin(entry.path.name)
                self._done[entry.path] = self._file(entry, file)
                self.clock.done += 1
                self.clock.moved(file.action.bytes)
            remove_folders(self.journal)  # those in which nothing is kept
            self.journal.note_state(State.FINISHED)  # nothing is half done, also where it was stopped
        except JournalError as error:
            self._skip(entries, str(error))
        self._skip(entries, "stopped before it")
        self.clock.tell()
        return self._done

    def _skip(self, entries: Sequence[Entry], reason: str) -> None:
        for entry in entries:
            self._done.setdefault(entry.path, replace(entry, outcome=Outcome.SKIPPED, reason=reason))

    def _file(self, entry: Entry, file: FileState) -> Entry:
        try:
            self._write(entry, file)
        except ChangedMeanwhileError as error:
            return self._failed(entry, file, Outcome.CONFLICT, error.what)
        except (SidecarError, LibraryError) as error:
            return self._failed(entry, file, Outcome.REFUSED, str(error))
        except OSError as error:
            why = f"it cannot be written ({error.strerror or error})"
            return self._failed(entry, file, Outcome.REFUSED, why)
        return replace(entry, outcome=Outcome.WRITTEN)

    def _failed(self, entry: Entry, file: FileState, outcome: Outcome, reason: str) -> Entry:
        """The photo is as it was; nothing stays beside it or among the originals."""
        for part in (part_of(self.journal, file), self.journal.part_of(file)):
            with suppress(OSError):
                part.unlink()
        with suppress(OSError):
            originals.drop(file.action.source, file.action.target)
        self.journal.note(file, Step.FAILED, reason=reason)
        return replace(entry, outcome=outcome, reason=reason)

    def _write(self, entry: Entry, file: FileState) -> None:
        source, part = file.action.source, part_of(self.journal, file)
        before = stamp(source)
        _check(source, entry)
        assert entry.after is not None
        packet_of(self.journal).write_bytes(entry.after.encode())
        self.tool.copy_with_packet(source, part, packet_of(self.journal))
        _prove(source, part, entry.after.text)
        keep_status(source, part)
        carry_over(self.library, source, _identity(source), _identity(part))
        self.journal.note(file, Step.VERIFIED, digest=digest_of(part), source=before)
        make_folder(self.journal, file.action.target.parent)
        originals.keep(source, file.action.target, self.journal.part_of(file))
        self.journal.note(file, Step.RESERVED)
        if stamp(source) != before:
            raise ChangedMeanwhileError("it was changed by another program while it was written")
        part.replace(source)
        flush_folder(source.parent)
        self.journal.note(file, Step.PLACED, stamp=stamp(source))


def _check(source: Path, entry: Entry) -> None:
    """Raise SidecarError where a file is not written into, ChangedMeanwhileError where its XMP changed."""
    if source.is_symlink():
        raise SidecarError("it is a link to a file elsewhere, which is not written into")
    if not source.stat().st_mode & 0o222:
        raise SidecarError("it is write-protected")
    now = packet_document(parts_of(source, proof=False).packet)
    if (now.sha256 if now else "") != (entry.before.sha256 if entry.before else ""):
        raise ChangedMeanwhileError("it was changed by another program after it was read")


def _prove(source: Path, part: Path, text: str) -> None:
    """Raise SidecarError unless `part` is `source` with this XMP in it and nothing else changed."""
    old, new = parts_of(source), parts_of(part)
    document = packet_document(new.packet)
    if document is None or _core(document.text) != _core(text):
        raise SidecarError("the marks could not be put into it in a way that reads back")
    if (old.kind, old.rest) != (new.kind, new.rest):
        changed = [name for name, _ in set(old.rest) ^ set(new.rest)]
        what = min(changed, default="the order of its parts")
        raise SidecarError(f"something else in it would not stay as it is ({what})")


def _core(text: str) -> str:
    """Return XMP without the wrapper that marks its place in a file."""
    return _WRAPPER.sub("", text).strip("\ufeff \r\n\t")


def _identity(path: Path) -> str:
    return identity_of(read_ends(path))
