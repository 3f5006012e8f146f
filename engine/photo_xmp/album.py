"""The XMP inside an album's JPEG, TIFF and DNG files: what it says, and what would be written into it.

A RAW+JPEG pair is spoken of by its RAW, so its JPEG is left alone. Of all files only the head is read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import SidecarError
from engine.photo_xmp.parts import SUFFIXES, parts_of
from engine.sidecars.album_xmp import AlbumXmp, Look
from engine.sidecars.document import Document, parse_document
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.naming import Place, owner_of
from engine.types import Photo


def takes(photo: Photo) -> bool:
    """Tell whether a photo's marks can be written into its file."""
    return owner_of(photo).suffix.lower() in SUFFIXES


class AlbumFiles(AlbumXmp):
    """The files of an album that can hold XMP; each is read at its head alone."""

    def __init__(self, photos: Sequence[Photo], library: Path, words: LabelWords = KNOWN_WORDS) -> None:
        super().__init__([photo for photo in photos if takes(photo)], library, words)

    def _look(self) -> Look:
        return _look


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
