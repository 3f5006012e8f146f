"""Where the untouched originals are kept while marks are in the files: in `_originals` of the album."""

from __future__ import annotations

import os
import time
from pathlib import Path

from engine.events import CancelToken
from engine.export.copying import flush_folder, put_in_place, write_part
from engine.export.filing import same_inode
from engine.export.places import same_content

ORIGINALS_FOLDER = "_originals"
STEM_FORMAT = "%Y-%m-%d %H.%M.%S"


def new_folder(album: Path) -> Path:
    """Return a name for the originals of one run, after its time; nothing is made."""
    stem = time.strftime(STEM_FORMAT)
    number, folder = 1, album / ORIGINALS_FOLDER / stem
    while os.path.lexists(folder):
        number += 1
        folder = folder.with_name(f"{stem} {number}")
    return folder


def keep(source: Path, kept: Path, part: Path) -> None:
    """Keep the file itself under a second name; a verified copy where the disk has no hard links.

    Raises OSError.
    """
    try:
        os.link(source, kept)
    except FileExistsError:
        raise
    except OSError:
        write_part(source, part, CancelToken())
        put_in_place(part, kept)
    flush_folder(kept.parent)


def bring_back(kept: Path, source: Path, part: Path) -> None:
    """Put the original in the place of the file, in one step. Raises OSError."""
    try:
        kept.replace(source)
    except OSError:  # on another drive by now
        write_part(kept, part, CancelToken())
        part.replace(source)
        kept.unlink()
    flush_folder(source.parent)
    flush_folder(kept.parent)


def drop(source: Path, kept: Path) -> None:
    """Remove what was kept of a file that was not written after all. Raises OSError."""
    if os.path.lexists(kept) and (same_inode(source, kept) or same_content(source, kept)):
        kept.unlink()
