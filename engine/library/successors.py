"""A photo whose bytes change keeps what the library knows: it is filed under the new identity, too."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from engine.album.scan import display_name
from engine.errors import LibraryError
from engine.library.database import open_library, transaction
from engine.library.identities import note_successor

# A mark that was made later under the new identity, before bytes came back, is not replaced.
_MARKS = """
INSERT INTO decisions SELECT :new, name, album, captured_at, decision, decided_at, stars, label, own_group,
    own_pick FROM decisions WHERE identity = :old AND name = :name AND album = :album
ON CONFLICT DO UPDATE SET captured_at = excluded.captured_at, decision = excluded.decision,
    decided_at = excluded.decided_at, stars = excluded.stars, label = excluded.label,
    own_group = excluded.own_group, own_pick = excluded.own_pick
WHERE excluded.decided_at >= decisions.decided_at
"""
_CACHED = (
    "INSERT OR REPLACE INTO scores SELECT :new, role, sha256, version, value, raw, details, faces, features"
    " FROM scores WHERE identity = :old",
    "INSERT OR REPLACE INTO sketches SELECT :new, width, height, pixels FROM sketches WHERE identity = :old",
    "INSERT OR REPLACE INTO prepared SELECT :new, sha256, version, vector"
    " FROM prepared WHERE identity = :old",
)
_VERDICTS = (
    "SELECT first, second, sha256, version, first_over_second, flipped FROM verdicts"
    " WHERE first = :old OR second = :old"
)


def carry_over(library: Path, photo: Path, old: str, new: str) -> None:
    """File marks, scores, verdicts and undo steps of `photo`, which has the identity `old`, under `new`, too.

    What is filed under `old` stays; marks that are filed under it later are filed under `new`, too
    (identities.py). One transaction, on disk when it returns. Raises LibraryError; then nothing was filed.
    """
    if old == new:
        return
    try:
        with closing(open_library(library)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with transaction(connection):
                _carry_over(connection, photo, old, new)
    except sqlite3.Error as error:
        raise LibraryError(f"Marks and scores of {photo.name} could not be kept: {error}.") from error


def _carry_over(connection: sqlite3.Connection, photo: Path, old: str, new: str) -> None:
    identities = {"old": old, "new": new}
    query = "SELECT name, album FROM decisions WHERE identity = :old"
    for name, album in connection.execute(query, identities).fetchall():
        # Marks of a copy in another album are seen on a photo that has none of its own: they still are.
        if not photo.is_relative_to(album) or not _is_another(photo, album, name):
            connection.execute(_MARKS, identities | {"name": name, "album": album})
    for statement in _CACHED:
        connection.execute(statement, identities)
    _carry_verdicts(connection, old, new)
    _carry_history(connection, photo, old, new)
    note_successor(connection, photo, old, new)


def _is_another(photo: Path, album: str, name: str) -> bool:
    """Whether marks speak of another file of the same bytes, which is there still."""
    file = Path(album) / name
    if display_name(file) == display_name(photo):  # a name that is no UTF-8 is stored as text
        return False
    try:
        return not file.samefile(photo)
    except OSError:
        return False


def _carry_verdicts(connection: sqlite3.Connection, old: str, new: str) -> None:
    rows = connection.execute(_VERDICTS, {"old": old}).fetchall()
    for first, second, *made_by, first_over_second, flipped in rows:
        a, b = (new if each == old else each for each in (first, second))
        value = first_over_second if a <= b else 1.0 - first_over_second
        row = (min(a, b), max(a, b), *made_by, value, flipped)
        connection.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?)", row)


def _carry_history(connection: sqlite3.Connection, photo: Path, old: str, new: str) -> None:
    """Have undo find the photo: it knows it by its identity."""
    query = "SELECT id, album, before, after FROM history WHERE before LIKE :old OR after LIKE :old"
    for number, album, *steps in connection.execute(query, {"old": f"%{old}%"}).fetchall():

        def same(name: str, album: str = album) -> bool:
            return not _is_another(photo, album, name)

        changed = [_renamed(text, old, new, same) for text in steps]
        connection.execute("UPDATE history SET before = ?, after = ? WHERE id = ?", (*changed, number))


def _renamed(text: str, old: str, new: str, same: Callable[[str], bool]) -> str:
    changes = json.loads(text)
    return json.dumps(
        [
            [new if identity == old and same(name) else identity, name, *rest]
            for identity, name, *rest in changes
        ]
    )
