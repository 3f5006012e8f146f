"""Carries out a plan, or goes on with one that was interrupted. Nothing is ever overwritten."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.archive import pack
from engine.export.asked import Asked
from engine.export.copying import CancelledError
from engine.export.filing import KeptError, place, remove_source, take_back
from engine.export.folders import make_folder
from engine.export.journal import FileState, Journal, JournalError, State, Step
from engine.export.making import make_asked
from engine.export.plan import ExportPlan, How, require_room
from engine.export.report import ExportClock, ExportProgress, ExportReport, ListsReport

_DONE = (Step.PLACED, Step.REMOVED)
# After these no further file can arrive: the disk is full, read-only or gone.
_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENODEV, errno.ENXIO, errno.ESTALE}


def execute(
    plan: ExportPlan,
    journals: Path,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
    kind: str = "export",
    asked: Asked | None = None,
) -> ExportReport:
    """Carry out a plan; every step goes into a journal in the folder `journals`.

    One file that fails does not stop the others; a full or vanished target does. The lists and pictures that
    are `asked` for are made first, since a move takes away what they are made of. Raises ExportError when it
    cannot begin; nothing was written then.
    """
    require_room(plan)
    journal = Journal.create(journals, plan, kind, asked=asked)
    try:
        return _Run(journal, cancel, report, plan.already_there, plan.unreadable).run()
    finally:
        journal.close()


def run_journal(
    journal: Journal, cancel: CancelToken, report: Callable[[ExportProgress], None]
) -> ExportReport:
    """Carry out what of a journal has not arrived yet, and make what is asked for and not there."""
    return _Run(journal, cancel, report).run()


class _StoppedError(Exception):
    """No further file can arrive; says why."""


@dataclass(slots=True)
class _Run:
    """One run over the files of a journal that have not arrived yet."""

    journal: Journal
    cancel: CancelToken
    report: Callable[[ExportProgress], None]
    already_there: Sequence[Path] = ()
    left_out: Sequence[tuple[Path, str]] = ()
    _clock: ExportClock = field(init=False)
    _stopped: str | None = None
    _lists: ListsReport | None = None

    def _new_clock(self) -> ExportClock:
        pending = [file for file in self.journal.members if file.step not in _DONE]
        return ExportClock(len(pending), sum(file.action.bytes for file in pending), self.report)

    def _prepare(self) -> None:
        """Make the target folder. Raises ExportError.

        What has begun can go on when the target is there again: its drive may only be unplugged.
        """
        try:
            make_folder(self.journal, self.journal.target)
        except OSError as error:
            begun = any(file.step is not Step.PLANNED for file in self.journal.files)
            self.journal.note_state(State.STOPPED if begun else State.REVERTED)
            why = f"The folder {self.journal.target} cannot be made: {error.strerror}."
            what = "It can go on when that is there again." if begun else "Nothing was written."
            raise ExportError(f"{why} {what}") from error

    def run(self) -> ExportReport:
        """Do it all. Raises ExportError when the target cannot be made."""
        self._prepare()
        try:
            self._lists = make_asked(self.journal, self.cancel, self.report)
            self._clock = self._new_clock()  # the time that lists took says nothing of the photos
            self._files()
            self._clock.tell()
            cut = self.cancel.cancelled and not self._is_whole()
            self.journal.note_state(State.CANCELLED if cut else State.FINISHED)
        except _StoppedError as stopped:
            self._stopped = str(stopped)
            self.journal.note_state(State.STOPPED)
        except JournalError as error:
            self._stopped = str(error)
        return self._result()

    def _is_whole(self) -> bool:
        lists = self._lists is None or not self._lists.cancelled
        return lists and all(file.step in _DONE for file in self.journal.members)

    def _files(self) -> None:
        if self.journal.archive is not None:
            if self.journal.members and not self.cancel.cancelled:
                self._archive(self.journal.archive)
            return
        for _, files in itertools.groupby(self.journal.members, key=lambda file: file.action.shot):
            if self.cancel.cancelled:
                return
            self._shot(list(files))

    def _archive(self, archive: Path) -> None:
        try:
            pack(self.journal, archive, self.cancel, self._clock)
        except CancelledError:
            return
        except OSError as error:
            raise _StoppedError(f"{archive.name} could not be written: {error.strerror or error}") from error

    def _shot(self, files: Sequence[FileState]) -> None:
        arrived = [self._place(file) for file in files]
        moved = [file for file in files if file.action.how is How.MOVE]
        if all(arrived):
            for file in moved:
                self._remove_source(file)
        else:  # the files of a shot stay together
            for file in moved:
                self._put_back(file, files)

    def _place(self, file: FileState) -> bool:
        if file.step in _DONE:
            return True
        if self.cancel.cancelled:
            return False
        self._clock.begin(file.action.source.name)
        before = self._clock.bytes_done
        try:
            make_folder(self.journal, file.action.target.parent)
            place(self.journal, file, self.cancel, self._clock.moved)
        except CancelledError:
            return False
        except OSError as error:
            self._failed(file, error)
            return False
        self._clock.bytes_done = before + file.action.bytes
        self._clock.done += 1
        return True

    def _failed(self, file: FileState, error: OSError) -> None:
        reason = error.strerror or str(error)
        self.journal.note(file, Step.FAILED, reason=reason)
        if error.errno in _FATAL:
            raise _StoppedError(f"{file.action.source.name}: {reason}") from error
        if not self.journal.target.is_dir():
            raise _StoppedError(f"the folder {self.journal.target} has disappeared") from error

    def _remove_source(self, file: FileState) -> None:
        try:
            remove_source(self.journal, file)
        except OSError as error:
            why = f"copied, but the original could not be removed: {error.strerror or error}"
            self.left_out = [*self.left_out, (file.action.source, why)]

    def _put_back(self, file: FileState, shot: Sequence[FileState]) -> None:
        """Remove what a move has copied of a shot that cannot move as a whole; the sources are all there."""
        if file.step is not Step.PLACED:
            return
        try:
            take_back(self.journal, file)
            broken = [other.action.source.name for other in shot if other.step is Step.FAILED]
            if broken:
                self.journal.note(
                    file, Step.FAILED, reason=f"{broken[0]} belongs to it and could not be moved"
                )
            else:
                self.journal.note(file, Step.PLANNED)
        except (KeptError, OSError) as error:
            self.left_out = [*self.left_out, (file.action.source, f"only copied: {error}")]

    def _result(self) -> ExportReport:
        files = self.journal.members
        done = [file for file in files if file.step in _DONE]
        failed = [(f.action.source, f.reason) for f in files if f.step is Step.FAILED]
        return ExportReport(
            self.journal.archive or self.journal.target,
            tuple(file.action.target for file in done),
            tuple(self.already_there),
            (*self.left_out, *failed),
            sum(file.action.renamed for file in done),
            self.cancel.cancelled,
            self.journal.how,
            self._stopped,
            lists=self._lists,
        )
