"""`decide`: what the photographer says of one photo."""

from __future__ import annotations

import difflib
from pathlib import Path

from engine.album.inspect import inspect
from engine.album.scan import scan
from engine.cli.parser import Options
from engine.errors import EXIT_OK, UsageError
from engine.library.decisions import DecisionStore, PhotoKey
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import Decision, Photo
from engine.words import printable


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    album = options.album.absolute()
    photo = find_photo(album, options.photo)
    decision = Decision(options.decision)
    store = DecisionStore(data_dir.library)
    try:
        store.decide(album, {PhotoKey.of(photo, inspect(photo)): decision})
    finally:
        store.close()
    print(f"{printable(photo.name)}: {decision.value}")
    return EXIT_OK


def find_photo(album: Path, name: str) -> Photo:
    """Return the photo of that relative or absolute path; a RAW names the pair it belongs to.

    Raises UsageError naming the nearest photo there is.
    """
    wanted = Path(name)
    relative = wanted.relative_to(album) if wanted.is_absolute() and wanted.is_relative_to(album) else wanted
    photos = scan(album, recursive=len(relative.parts) > 1)
    for photo in photos:
        if photo.name == relative.as_posix() or album / relative in photo.files:
            return photo
    near = difflib.get_close_matches(relative.as_posix(), [photo.name for photo in photos], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"There is no photo {name} in {album}.{hint}")
