"""Which identity a file has now: marks written into it change it; a window may hold the former one still."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.album.scan import display_name

if TYPE_CHECKING:
    from engine.library.marks import PhotoKey

_CHUNK = 500  # identities asked for at once


def note_successor(connection: sqlite3.Connection, photo: Path, former: str, identity: str) -> None:
    """Remember what the identity of a file becomes, within the caller's transaction."""
    place = _place(photo)
    # It may be what the file was before: then nothing follows upon it any more, and no circle comes about.
    connection.execute("DELETE FROM successors WHERE former = ? AND place = ?", (identity, place))
    connection.execute("INSERT OR REPLACE INTO successors VALUES (?, ?, ?)", (former, place, identity))


def current_keys(
    connection: sqlite3.Connection, album: Path, keys: Collection[PhotoKey]
) -> dict[PhotoKey, PhotoKey]:
    """Return each key as it is now, by the key that is held; both are the same for most photos."""
    followed = _followed(connection, [key.identity for key in keys])
    return {key: _current(connection, album, key) if key.identity in followed else key for key in keys}


def former_keys(connection: sqlite3.Connection, album: Path, key: PhotoKey) -> list[PhotoKey]:
    """Return the keys that a photo had before, the last one first."""
    found: list[PhotoKey] = []
    query = "SELECT former FROM successors WHERE identity = ? AND place = ?"
    waiting = [key.identity]
    while waiting:
        rows = connection.execute(query, (waiting.pop(0), _place(album / key.name))).fetchall()
        waiting += [former for (former,) in rows]
        found += [replace(key, identity=former) for (former,) in rows]
    return found


def _followed(connection: sqlite3.Connection, identities: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(identities), _CHUNK):
        chunk = identities[start : start + _CHUNK]
        places = ",".join("?" * len(chunk))
        query = f"SELECT DISTINCT former FROM successors WHERE former IN ({places})"
        found.update(former for (former,) in connection.execute(query, chunk))
    return found


def _current(connection: sqlite3.Connection, album: Path, key: PhotoKey) -> PhotoKey:
    query = "SELECT identity FROM successors WHERE former = ? AND place = ?"
    place, identity = _place(album / key.name), key.identity
    while row := connection.execute(query, (identity, place)).fetchone():
        identity = row[0]
    return replace(key, identity=identity)


def _place(photo: Path) -> str:
    """Return a file's one name, whichever folder it was opened through."""
    return display_name(Path(os.path.realpath(photo)))
