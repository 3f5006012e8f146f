"""The sidecars of an album: what they say, what would be written into them, and writing it.

Nothing here decides: `read` tells what other programs said, and the caller stores it (or not) and calls
`agree`. `plan` writes nothing; `write` carries a plan out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from engine.errors import SidecarError
from engine.events import CancelToken
from engine.library.sidecars import SidecarStore
from engine.sidecars import files
from engine.sidecars.album_xmp import AlbumXmp, Look
from engine.sidecars.document import parse_document
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.memory import note
from engine.sidecars.naming import Naming, Place, SidecarNames, long_place, speaks_of
from engine.sidecars.note_written import note_written
from engine.types import Photo


class AlbumSidecars(AlbumXmp):
    """All sidecars of an album."""

    def __init__(
        self, photos: Sequence[Photo], naming: Naming, library: Path, words: LabelWords = KNOWN_WORDS
    ) -> None:
        super().__init__(photos, library, words)
        self._naming = naming

    def agree(self, entries: Iterable[Entry]) -> None:
        """Note that the library now says what these entries say. Raises LibraryError."""
        with closing(SidecarStore(self._library)) as store:
            store.remember(
                (entry.path, *note(entry.before, entry.merged, entry.merged.settled, entry.seen, self._words))
                for entry in entries
                if entry.before is not None and entry.merged is not None
            )

    def write(self, plan: Iterable[Entry], cancel: CancelToken | None = None) -> list[Entry]:
        """Write what was planned; return the entries as they ended. One failure does not stop the others.

        Raises LibraryError when it could not be noted what was written; the sidecars are right all the same.
        """
        cancel = cancel or CancelToken()
        done = [_write(entry, cancel) for entry in plan]
        for folder in {entry.path.parent for entry in done}:
            files.sweep(folder)
        note_written(self._library, done, self._words)
        return done

    def _look(self) -> Look:
        names = SidecarNames(self._photos, self._naming)
        return lambda photo: _look(photo, names.place(photo))


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
