"""Marks of an album in other programs' reach: in sidecars, and, where that is asked for, inside the files.

With files in the game a photo whose file can hold its marks gets no new sidecar; one that is there already
is kept true, since a photo must not say two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.events import CancelToken
from engine.export.report import ExportProgress
from engine.photo_xmp.album import AlbumFiles, takes
from engine.photo_xmp.exiftool import ExifTool
from engine.photo_xmp.writing import write_inside
from engine.sidecars.album import AlbumSidecars
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.sidecars.note_written import note_written
from engine.sidecars.profiles import Targets
from engine.types import Marks, Photo


@dataclass(frozen=True, slots=True)
class Books:
    """Where it is noted what happens: the library, and the folder of journals."""

    library: Path
    journals: Path


class HandedMarks:
    """Reads, plans and writes the marks of an album for other programs; as AlbumSidecars does, and more."""

    def __init__(
        self,
        album: Path,
        photos: Sequence[Photo],
        naming: Naming,
        books: Books,
        words: LabelWords = KNOWN_WORDS,
        *,
        into_files: bool = False,
    ) -> None:
        self._album, self._books, self._words = album, books, words
        self._sidecars = AlbumSidecars(photos, naming, books.library, words)
        self._files = AlbumFiles(photos, books.library, words) if into_files else None

    def read(
        self, marks: Mapping[int, Marks], prefer: Prefer = Prefer.NOBODY, cancel: CancelToken | None = None
    ) -> list[Entry]:
        """Return what sidecars say, then what files say to that. Raises LibraryError."""
        found = self._sidecars.read(marks, prefer, cancel)
        if self._files is None:
            return found
        taken = {entry.photo.id: entry.marks for entry in found if entry.outcome is Outcome.TAKEN}
        return [*found, *self._files.read({**marks, **taken}, prefer, cancel)]

    def agree(self, entries: Iterable[Entry]) -> None:
        """Note that the library now says what these entries say. Raises LibraryError."""
        self._sidecars.agree(entries)

    def plan(
        self,
        marks: Mapping[int, Marks],
        targets: Targets,
        prefer: Prefer = Prefer.NOBODY,
        cancel: CancelToken | None = None,
    ) -> list[Entry]:
        """Return what would be written; nothing is. Raises LibraryError."""
        planned = self._sidecars.plan(marks, targets, prefer, cancel)
        if self._files is None:
            return planned
        there = [entry for entry in planned if entry.before or entry.reason or not takes(entry.photo)]
        return [*there, *self._files.plan(marks, targets, prefer, cancel)]

    def not_inside(self, entries: Sequence[Entry], targets: Targets) -> list[Entry]:
        """Return the entries whose marks the photo's file itself does not hold. Raises LibraryError."""
        marks = {entry.photo.id: entry.marks for entry in entries}
        files = AlbumFiles([entry.photo for entry in entries], self._books.library, self._words)
        said = {entry.photo.id: entry.outcome for entry in files.plan(marks, targets)}
        return [e for e in entries if e.marks != Marks() and said.get(e.photo.id) is not Outcome.UNCHANGED]

    def write(
        self,
        plan: Sequence[Entry],
        tool: ExifTool | None = None,
        cancel: CancelToken | None = None,
        report: Callable[[ExportProgress], None] = lambda _: None,
    ) -> list[Entry]:
        """Write what was planned; return the entries as they ended.

        `tool` is needed for what goes into files. Raises LibraryError, and ExportError where writing into
        files cannot begin; the sidecars are written then.
        """
        cancel = cancel or CancelToken()
        done = self._sidecars.write([entry for entry in plan if not entry.inside], cancel)
        inside = [entry for entry in plan if entry.inside]
        if not inside:
            return done
        assert tool is not None
        books = self._books
        written = write_inside(inside, self._album, books.library, books.journals, tool, cancel, report)
        note_written(books.library, written, self._words)
        return [*done, *written]
