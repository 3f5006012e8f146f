"""Lists the photos of an album without opening any of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from natsort import natsort_keygen, ns

from engine.album.formats import PHOTO_SUFFIXES
from engine.album.pairing import pair
from engine.errors import UsageError
from engine.types import Photo
from engine.words import as_unicode

logger = logging.getLogger(__name__)

EXPORT_MARKER = ".framepick-export"  # a file of this name says that its folder is an export of ours
CACHE_TAG = "CACHEDIR.TAG"  # says that its folder is a cache, ours among them: https://bford.info/cachedir/
REJECTED_FOLDER = "_rejected"  # inside an album: photos that were taken out of it
# Folders that other programs fill with copies of the photos: Lightroom, Capture One, macOS, Synology.
_FOREIGN_FOLDERS = frozenset({"captureone", "lightroom previews", "__macosx", "@eadir", "lost+found"}) | {
    REJECTED_FOLDER
}
_FOREIGN_FOLDER_SUFFIXES = (".lrdata", ".lrcat-data", ".cosessiondb", ".cocatalog", ".photoslibrary")


def scan(album: Path, recursive: bool = False) -> tuple[Photo, ...]:
    """Return the photos of `album` in natural name order; a photo's id is its index.

    Looks at names only. A link to a file that is not there is listed, so that it can be reported; links to
    folders are not followed. Raises UsageError when the album is not a folder or cannot be read.
    """
    try:
        files = list(_photo_files(album, recursive))
    except OSError as error:
        raise UsageError(f"{display_name(album)}: {_trouble(error)}") from error
    return _in_name_order(album, files)


def refuse_no_folder(album: Path) -> None:
    """Raise UsageError when an album is not a folder that can be listed."""
    try:
        os.scandir(album).close()
    except OSError as error:
        raise UsageError(f"{display_name(album)}: {_trouble(error)}") from error


def _trouble(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such folder. Check the path."
    if isinstance(error, NotADirectoryError):
        return "is not a folder. Give the folder that holds the photos."
    if isinstance(error, PermissionError):
        return "you are not allowed to read this folder. Change its permissions."
    return f"cannot be read ({error.strerror}). Check that its drive is connected."


def album_gone(album: Path) -> str:
    """Return what to say when a folder that was there cannot be reached any more; nothing while it can."""
    if os.path.isdir(album):  # noqa: PTH112 - Path.is_dir() raises where a network drive is gone
        return ""
    return (
        f"{display_name(album)} has disappeared, or its drive cannot be reached any more. What was scored "
        "and decided is kept: connect it, and read the album again."
    )


def display_name(path: Path) -> str:
    """Return a path with slashes, as text that any encoding can hold."""
    return as_unicode(path.as_posix())


def _in_name_order(album: Path, files: list[Path]) -> tuple[Photo, ...]:
    named = [(display_name(photo[0].relative_to(album)), photo) for photo in pair(files)]
    natural = natsort_keygen(alg=ns.PATH | ns.IGNORECASE)
    named.sort(key=lambda item: (natural(item[0]), item[1]))
    return tuple(Photo(id=index, name=name, files=files) for index, (name, files) in enumerate(named))


def _photo_files(folder: Path, recursive: bool) -> Iterator[Path]:
    """Yield the photo files of a folder. Raises OSError when the folder itself cannot be read."""
    subfolders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if recursive and entry.is_dir(follow_symlinks=False):
                subfolders.append(entry.name)
            elif os.path.splitext(entry.name)[1].lower() in PHOTO_SUFFIXES and _is_file(entry):  # noqa: PTH122
                yield folder / entry.name
    for name in subfolders:
        if not _is_foreign(name) and not _is_marked(folder / name):
            yield from _files_of_subfolder(folder / name)


def _files_of_subfolder(folder: Path) -> Iterator[Path]:
    try:
        yield from _photo_files(folder, recursive=True)
    except OSError as error:
        logger.warning("%s: folder left out, it cannot be read (%s)", display_name(folder), error.strerror)


def _is_foreign(folder_name: str) -> bool:
    name = folder_name.lower()
    return name in _FOREIGN_FOLDERS or name.endswith(_FOREIGN_FOLDER_SUFFIXES)


def _is_marked(folder: Path) -> bool:
    return any(os.path.lexists(folder / marker) for marker in (EXPORT_MARKER, CACHE_TAG))


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one, or a link that leads nowhere."""
    try:
        if entry.is_file():
            return True
        return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110
    except OSError:
        return entry.is_symlink()  # a link to itself
