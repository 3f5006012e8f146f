"""What an album's XMP says, wherever it lies, and what would be written into it. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from engine.events import CancelToken
from engine.library.sidecars import SidecarStore
from engine.sidecars.entries import Entry, planned, reading
from engine.sidecars.label_words import LabelWords
from engine.sidecars.merge import Prefer
from engine.sidecars.profiles import Targets
from engine.types import Marks, Photo


class Look(Protocol):
    """Reads the XMP of one photo."""

    def __call__(self, photo: Photo) -> Entry: ...


class AlbumXmp:
    """The XMP of some photos. `library` is the file that remembers how it was when last seen."""

    def __init__(self, photos: Sequence[Photo], library: Path, words: LabelWords) -> None:
        self._photos, self._library, self._words = photos, library, words

    def read(
        self, marks: Mapping[int, Marks], prefer: Prefer = Prefer.NOBODY, cancel: CancelToken | None = None
    ) -> list[Entry]:
        """Return one entry per photo of `marks` that has XMP; fewer when cancelled.

        TAKEN entries hold, in `marks`, what the library should say; UNCHANGED ones have nothing new.
        Raises LibraryError.
        """
        looked = self._look_at_all(marks, cancel)
        return [
            reading(entry, marks[entry.photo.id].for_others, prefer, self._words)
            for entry in looked
            if entry.before or entry.reason
        ]

    def plan(
        self,
        marks: Mapping[int, Marks],
        targets: Targets,
        prefer: Prefer = Prefer.NOBODY,
        cancel: CancelToken | None = None,
    ) -> list[Entry]:
        """Return one entry per photo of `marks` with XMP or something to say; fewer when cancelled.

        Raises LibraryError.
        """
        looked = self._look_at_all(marks, cancel)
        entries = (
            planned(entry, marks[entry.photo.id].for_others, targets, prefer, self._words) for entry in looked
        )
        return [entry for entry in entries if entry is not None and not (cancel and cancel.cancelled)]

    def _look(self) -> Look:
        """Return what reads one photo's XMP; asked for once per reading of the album."""
        raise NotImplementedError

    def _look_at_all(self, marks: Mapping[int, Marks], cancel: CancelToken | None) -> list[Entry]:
        look, looked = self._look(), list[Entry]()
        for photo in self._photos:
            if cancel is not None and cancel.cancelled:
                break
            if photo.id in marks:
                looked.append(look(photo))
        with closing(SidecarStore(self._library)) as store:
            seen = store.seen([entry.path for entry in looked if entry.before])
        return [replace(entry, seen=seen.get(entry.path)) for entry in looked]
