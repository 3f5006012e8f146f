"""Puts what the photographer said of the photos into the stream of events, just before the first groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from engine.errors import LibraryError
from engine.events import AlbumListed, Event, MarksRead, PhotosInspected, Selected
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.types import Photo


def with_marks(events: Iterable[Event], album: Path, library: Path) -> Iterator[Event]:
    """Pass events of a run on; tell all marks of its photos before the first `Selected`.

    By then all identities are known, so copies and renamed files can be told apart.
    """
    photos: dict[int, Photo] = {}
    keys: list[PhotoKey] = []
    told = False
    for event in events:
        match event:
            case AlbumListed():
                photos = {photo.id: photo for photo in event.photos}
            case PhotosInspected():
                keys += [PhotoKey.of(photos[i], inspected) for i, inspected in event.inspected.items()]
            case Selected() if not told:
                told = True
                yield _read(album, library, keys)
            case _:
                pass
        yield event


def _read(album: Path, library: Path, keys: list[PhotoKey]) -> MarksRead:
    try:
        with closing(DecisionStore(library)) as store:
            return MarksRead(store.marks(album, keys))
    except LibraryError as error:
        return MarksRead({}, str(error))
