"""The sidecars of an album: what they say, what would be written into them, and writing it.

Nothing here decides: `read` tells what other programs said, and the caller stores it (or not) and calls
`agree`. `plan` writes nothing; `write` carries a plan out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from engine.errors import SidecarError
from engine.events import CancelToken
from engine.library.sidecars import SidecarStore
from engine.sidecars import files
from engine.sidecars.document import Document, empty_document, parse_document
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.memory import note
from engine.sidecars.merge import Merged, Prefer, merge
from engine.sidecars.naming import Naming, Place, SidecarNames, long_place, speaks_of
from engine.sidecars.opinions import Said, Seen, weigh
from engine.sidecars.profiles import Targets
from engine.types import Marks, Photo

_NOTHING = Marks()


class Outcome(StrEnum):
    """What became, or would become, of one sidecar."""

    TAKEN = "taken"  # the library can take marks from it
    WRITTEN = "written"
    PLANNED = "to be written"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"  # both sides changed a mark: left alone until the caller says whose word counts
    REFUSED = "refused"  # cannot be read or written: left alone
    SKIPPED = "not written"  # the write was stopped before it


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo's sidecar. `before` is None where there is none, `after` where nothing is written."""

    photo: Photo
    place: Place
    outcome: Outcome
    reason: str = ""  # why, where it is a conflict or was refused
    marks: Marks = _NOTHING  # after merging; the library's for what is in conflict
    before: Document | None = None
    after: Document | None = None
    merged: Merged | None = None
    seen: Seen | None = None

    @property
    def path(self) -> Path:
        return self.place.path

    def diff(self) -> str:
        """Return what a write changes, as a unified diff."""
        if self.after is None:
            return ""
        old = self.before.text if self.before else ""
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            self.after.text.splitlines(keepends=True),
            str(self.path) if self.before else "(none)",
            str(self.path),
            n=1,
        )
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


class AlbumSidecars:
    """All sidecars of an album. `library` is the file that remembers how they were when last seen."""

    def __init__(
        self, photos: Sequence[Photo], naming: Naming, library: Path, words: LabelWords = KNOWN_WORDS
    ) -> None:
        self._photos, self._naming, self._library, self._words = photos, naming, library, words

    def read(
        self, marks: Mapping[int, Marks], prefer: Prefer = Prefer.NOBODY, cancel: CancelToken | None = None
    ) -> list[Entry]:
        """Return one entry per photo of `marks` that has a sidecar; fewer when cancelled.

        TAKEN entries hold, in `marks`, what the library should say; UNCHANGED ones have nothing new.
        Raises LibraryError.
        """
        looked = self._look(marks, cancel)
        return [
            _reading(entry, marks[entry.photo.id].for_others, prefer, self._words)
            for entry in looked
            if entry.before or entry.reason
        ]

    def agree(self, entries: Iterable[Entry]) -> None:
        """Note that the library now says what these entries say. Raises LibraryError."""
        with closing(SidecarStore(self._library)) as store:
            store.remember(
                (entry.path, *note(entry.before, entry.merged, entry.merged.settled, entry.seen, self._words))
                for entry in entries
                if entry.before is not None and entry.merged is not None
            )

    def plan(
        self,
        marks: Mapping[int, Marks],
        targets: Targets,
        prefer: Prefer = Prefer.NOBODY,
        cancel: CancelToken | None = None,
    ) -> list[Entry]:
        """Return one entry per photo of `marks` with a sidecar or something to say; fewer when cancelled.

        Raises LibraryError.
        """
        looked = self._look(marks, cancel)
        entries = (
            _planned(entry, marks[entry.photo.id].for_others, targets, prefer, self._words)
            for entry in looked
        )
        return [entry for entry in entries if entry is not None and not (cancel and cancel.cancelled)]

    def write(self, plan: Iterable[Entry], cancel: CancelToken | None = None) -> list[Entry]:
        """Write what was planned; return the entries as they ended. One failure does not stop the others.

        Raises LibraryError when it could not be noted what was written; the sidecars are right all the same.
        """
        cancel = cancel or CancelToken()
        done = [_write(entry, cancel) for entry in plan]
        for folder in {entry.path.parent for entry in done}:
            files.sweep(folder)
        self._note(done)
        return done

    def _note(self, done: Sequence[Entry]) -> None:
        with closing(SidecarStore(self._library)) as store:
            store.remember(
                (entry.path, *note(document, entry.merged, entry.merged.ours, entry.seen, self._words))
                for entry in done
                if entry.outcome in (Outcome.WRITTEN, Outcome.UNCHANGED)
                and entry.merged is not None
                and (document := entry.after or entry.before) is not None
            )

    def _look(self, marks: Mapping[int, Marks], cancel: CancelToken | None) -> list[Entry]:
        names = SidecarNames(self._photos, self._naming)
        looked: list[Entry] = []
        for photo in self._photos:
            if cancel is not None and cancel.cancelled:
                break
            if photo.id in marks:
                looked.append(_look(photo, names.place(photo)))
        with closing(SidecarStore(self._library)) as store:
            seen = store.seen([entry.path for entry in looked if entry.before])
        return [replace(entry, seen=seen.get(entry.path)) for entry in looked]


def _look(photo: Photo, place: Place) -> Entry:
    """Read the sidecar there is; one that speaks of another file is passed over."""
    if not place.path.is_symlink() and not place.path.exists():
        return Entry(photo, place, Outcome.UNCHANGED)
    try:
        document = parse_document(files.read_bytes(place.path))
    except SidecarError as error:
        return Entry(photo, place, Outcome.REFUSED, error.what)
    if not place.short or speaks_of(document.for_extension, photo):
        return Entry(photo, place, Outcome.UNCHANGED, before=document)
    return _look(photo, long_place(photo, place))


def _reading(entry: Entry, ours: Marks, prefer: Prefer, words: LabelWords) -> Entry:
    if entry.before is None:
        return entry
    said = weigh(entry.before.fields, entry.seen, words)
    merged = merge(ours, said, entry.seen, prefer)
    outcome = Outcome.TAKEN if merged.theirs else Outcome.UNCHANGED
    if merged.conflicts:
        outcome = Outcome.CONFLICT
    return replace(
        entry, outcome=outcome, reason="; ".join(merged.conflicts), marks=merged.marks, merged=merged
    )


def _planned(entry: Entry, ours: Marks, targets: Targets, prefer: Prefer, words: LabelWords) -> Entry | None:
    if entry.reason:
        return entry
    if entry.before is None and ours == _NOTHING:
        return None
    entry = _reading(entry, ours, prefer, words) if entry.before else _first(entry, ours)
    assert entry.merged is not None
    if entry.merged.conflicts:
        return entry
    before = entry.before or empty_document()
    try:
        after = before.with_marks(entry.marks, entry.merged.ours, targets, entry.place.extension)
    except SidecarError as error:
        return replace(entry, outcome=Outcome.REFUSED, reason=error.what)
    if after.text == before.text:
        return replace(entry, outcome=Outcome.UNCHANGED)
    return replace(entry, outcome=Outcome.PLANNED, after=after)


def _first(entry: Entry, ours: Marks) -> Entry:
    return replace(entry, marks=ours, merged=merge(ours, Said(None, None, None), None))


def _write(entry: Entry, cancel: CancelToken) -> Entry:
    if entry.outcome is not Outcome.PLANNED or entry.after is None:
        return entry
    if cancel.cancelled:
        return replace(entry, outcome=Outcome.SKIPPED, reason="stopped before it")
    try:
        files.replace(entry.path, entry.after.encode(), entry.before.sha256 if entry.before else "")
    except files.ChangedMeanwhileError as error:
        return replace(entry, outcome=Outcome.CONFLICT, reason=error.what)
    except SidecarError as error:
        return replace(entry, outcome=Outcome.REFUSED, reason=error.what)
    return replace(entry, outcome=Outcome.WRITTEN)
