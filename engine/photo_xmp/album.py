"""The XMP inside an album's JPEG, TIFF and DNG files: what it says, and what would be written into it.

A RAW+JPEG pair is spoken of by its RAW, so its JPEG is left alone. Of all files only the head is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from engine.errors import SidecarError
from engine.events import CancelToken
from engine.library.sidecars import SidecarStore
from engine.photo_xmp.parts import SUFFIXES, parts_of
from engine.sidecars.document import Document, parse_document
from engine.sidecars.entries import Entry, Outcome, planned, reading
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Place, owner_of
from engine.sidecars.profiles import Targets
from engine.types import Marks, Photo


def takes(photo: Photo) -> bool:
    """Tell whether a photo's marks can be written into its file."""
    return owner_of(photo).suffix.lower() in SUFFIXES


class AlbumFiles:
    """The files of an album that can hold XMP. `library` remembers what was in them when last seen."""

    def __init__(self, photos: Sequence[Photo], library: Path, words: LabelWords = KNOWN_WORDS) -> None:
        self._photos = [photo for photo in photos if takes(photo)]
        self._library, self._words = library, words

    def read(
        self, marks: Mapping[int, Marks], prefer: Prefer = Prefer.NOBODY, cancel: CancelToken | None = None
    ) -> list[Entry]:
        """Return one entry per photo of `marks` with XMP in its file; fewer when cancelled."""
        looked = self._look(marks, cancel)
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
        """Return one entry per photo of `marks` with XMP in its file or something to say."""
        looked = self._look(marks, cancel)
        entries = (
            planned(entry, marks[entry.photo.id].for_others, targets, prefer, self._words) for entry in looked
        )
        return [entry for entry in entries if entry is not None]

    def _look(self, marks: Mapping[int, Marks], cancel: CancelToken | None) -> list[Entry]:
        looked = [_look(photo) for photo in _until(cancel, self._photos) if photo.id in marks]
        with closing(SidecarStore(self._library)) as store:
            seen = store.seen([entry.path for entry in looked if entry.before])
        return [replace(entry, seen=seen.get(entry.path)) for entry in looked]


def _until(cancel: CancelToken | None, photos: Sequence[Photo]) -> Iterator[Photo]:
    for photo in photos:
        if cancel is not None and cancel.cancelled:
            return
        yield photo


def _look(photo: Photo) -> Entry:
    place = Place(owner_of(photo), short=False)
    try:
        document = packet_document(parts_of(place.path, proof=False).packet)
    except SidecarError as error:
        return Entry(photo, place, Outcome.REFUSED, error.what, inside=True)
    return Entry(photo, place, Outcome.UNCHANGED, before=document, inside=True)


def packet_document(packet: bytes | None) -> Document | None:
    """Understand a packet of XMP; None where there is none. Raises SidecarError."""
    if packet is None or not (data := packet.rstrip(b"\0")):
        return None
    return parse_document(data)
