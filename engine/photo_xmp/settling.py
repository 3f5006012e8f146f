"""After a crash, and to take it back: files that marks were being written into become whole again."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

from engine.album.identity import identity_of, read_ends
from engine.errors import LibraryError
from engine.export.copying import digest_of
from engine.export.filing import KeptError, stamp
from engine.export.folders import remove_folders
from engine.export.journal import FileState, Journal, State, Step
from engine.export.plan import How
from engine.export.report import ExportReport
from engine.library.sidecars import SidecarStore
from engine.library.successors import carry_over
from engine.photo_xmp import originals

NOT_WRITTEN = "it was not its turn yet: write into the photos again"


def part_of(journal: Journal, file: FileState) -> Path:
    """Return the name under which a new file is written, beside the photo."""
    return file.action.source.with_name(journal.part_of(file).name)


def packet_of(journal: Journal) -> Path:
    """Return where the XMP lies that ExifTool reads: beside the journal, so that a killed run's is found."""
    return journal.path.with_suffix(".packet")


def settle_inside(journal: Journal) -> None:
    """Bring every file whose step was cut short to one side or the other. Raises JournalError."""
    with suppress(OSError):
        packet_of(journal).unlink(missing_ok=True)
    for file in journal.files:
        if file.step in (Step.PLANNED, Step.VERIFIED, Step.RESERVED):
            try:
                _settle(journal, file)
            except OSError as error:
                journal.note(file, Step.FAILED, reason=error.strerror or str(error))


def _settle(journal: Journal, file: FileState) -> None:
    source, kept = file.action.source, file.action.target
    for part in (part_of(journal, file), journal.part_of(file)):
        with suppress(FileNotFoundError):
            part.unlink()
    if file.digest is not None and kept.exists() and source.exists() and digest_of(source) == file.digest:
        journal.note(file, Step.PLACED, stamp=stamp(source))
    else:
        originals.drop(source, kept)
        journal.note(file, Step.PLANNED)


def finish_inside(journal: Journal) -> ExportReport:
    """End a run that was cut short: what is written stays, the rest is named."""
    settle_inside(journal)
    remove_folders(journal)
    journal.note_state(State.FINISHED)
    written = tuple(file.action.source for file in journal.files if file.step is Step.PLACED)
    left = tuple(
        (file.action.source, file.reason or NOT_WRITTEN)
        for file in journal.files
        if file.step is not Step.PLACED
    )
    return ExportReport(journal.target, written, (), left, 0, False, How.INSIDE)


def restore(journal: Journal, file: FileState) -> bool:
    """Put the untouched original back in the place of the file. Returns True.

    Marks and scores go with it. Raises KeptError where another program changed or moved the file since,
    OSError when it fails.
    """
    source, kept = file.action.source, file.action.target
    if not os.path.lexists(kept):
        if source.exists() and stamp(source) == file.source_stamp:  # cut short after it was back
            journal.note(file, Step.REVERTED)
            return True
        raise KeptError(f"its original is no longer in {kept.parent}")
    if not source.exists():
        raise KeptError(f"it is not where it was; its original is {kept}")
    if source.is_symlink() or digest_of(source) != file.digest:
        raise KeptError(f"it was changed since; its original is {kept}")
    if journal.library is not None and journal.library.exists():
        _tell_library(journal.library, source, kept)
    originals.bring_back(kept, source, part_of(journal, file))
    journal.note(file, Step.REVERTED)
    return True


def _tell_library(library: Path, source: Path, kept: Path) -> None:
    """Have the library know the photo by its old bytes; what they hold was said before, by nobody new."""
    try:
        carry_over(library, source, _identity(source), _identity(kept))
        with closing(SidecarStore(library)) as store:
            store.forget(source)
    except LibraryError as error:
        raise KeptError(str(error)) from error


def _identity(path: Path) -> str:
    return identity_of(read_ends(path))
