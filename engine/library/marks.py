"""What is stored of a photo's marks, and which stored row speaks of which photo."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from engine.library.identities import current_keys
from engine.paths import as_text
from engine.types import Decision, Inspected, Label, Marks, Photo

MOST_STARS = 5
_CHUNK = 500  # identities asked for at once
_COLUMNS = "identity, name, album, captured_at, decision, stars, label, own_group, own_pick, decided_at"
_PLACES = ", ".join("?" * 10)


@dataclass(frozen=True, slots=True)
class PhotoKey:
    """What marks are filed under."""

    photo_id: int
    name: str
    identity: str
    captured_at: str | None

    @classmethod
    def of(cls, photo: Photo, inspected: Inspected) -> Self:
        taken = inspected.metadata.captured_at
        return cls(photo.id, photo.name, inspected.identity, taken.isoformat() if taken else None)


@dataclass(frozen=True, slots=True)
class MarkChange:
    """New values of some marks of a photo; None leaves a mark as it is. Raises ValueError for 6 stars."""

    decision: Decision | None = None
    stars: int | None = None  # 0..5
    label: Label | None = None
    own_group: str | None = None  # "" gives the photo back to Framepick's own grouping
    own_pick: bool | None = None

    def __post_init__(self) -> None:
        if self.stars is not None and not 0 <= self.stars <= MOST_STARS:
            raise ValueError(f"{self.stars} stars: there are 0 to {MOST_STARS}.")

    def on(self, marks: Marks) -> Marks:
        """Return `marks` with this change made."""
        return replace(marks, **{name: value for name, value in self._values().items() if value is not None})

    def back_to(self, before: Marks) -> MarkChange:
        """Return the change that undoes this one: the same marks, with the values of `before`."""
        changed = {name for name, value in self._values().items() if value is not None}
        return MarkChange(**{name: getattr(before, name) for name in changed})

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in self._values().items() if value is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        decision, label = stored.get("decision"), stored.get("label")
        return cls(
            Decision(decision) if decision is not None else None,
            stored.get("stars"),
            Label(label) if label is not None else None,
            stored.get("own_group"),
            stored.get("own_pick"),
        )

    def _values(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    album: str
    captured_at: str | None
    marks: Marks
    decided_at: float


def read_marks(connection: sqlite3.Connection, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Marks]:
    """Return the marks of each photo by photo id; photos without any are left out."""
    keys = list(current_keys(connection, album, keys).values())
    by_identity = _rows_by_identity(connection, [key.identity for key in keys])
    copies = Counter(key.identity for key in keys)
    names, place = {key.name for key in keys}, as_text(album)
    found: dict[int, _Row] = {}
    for key in keys:
        rows = by_identity.get(key.identity, [])
        if row := _own_row(rows, key, place, alone=copies[key.identity] == 1, names=names):
            found[key.photo_id] = row
    # A header that was rewritten changes the identity, but neither place nor time of the shot.
    rest = [key for key in keys if key.captured_at and key.photo_id not in found]
    at_place = _rows_at_place(connection, place) if rest else {}
    found |= {key.photo_id: row for key in rest if (row := at_place.get((key.name, key.captured_at)))}
    return {photo: row.marks for photo, row in found.items() if row.marks != Marks()}


def read_own(
    connection: sqlite3.Connection, album: Path, shown: Mapping[PhotoKey, Marks]
) -> dict[PhotoKey, Marks]:
    """Return the marks in the photos' own rows; those that are `shown` where a photo has no row yet."""
    query = f"SELECT {_COLUMNS} FROM decisions WHERE identity = ? AND name = ? AND album = ?"
    found = dict(shown)
    for key, now in current_keys(connection, album, shown).items():
        with closing(connection.execute(query, (now.identity, now.name, as_text(album)))) as cursor:
            if row := cursor.fetchone():
                found[key] = _row_of(row).marks
    return found


def write_marks(
    connection: sqlite3.Connection, album: Path, marks: Mapping[PhotoKey, Marks], now: float
) -> None:
    """Store all marks of these photos, within the caller's transaction.

    Where a file's identity is another one since its key was made, they are stored under that one, too.
    """
    current = current_keys(connection, album, marks)
    rows = [(key, each) for held, each in marks.items() for key in dict.fromkeys((held, current[held]))]
    connection.executemany(
        f"INSERT OR REPLACE INTO decisions ({_COLUMNS}) VALUES ({_PLACES})",
        [(k.identity, k.name, as_text(album), k.captured_at, *_stored(m), now) for k, m in rows],
    )


def any_own_groups(connection: sqlite3.Connection) -> bool:
    """Tell whether the photographer ever grouped or picked by hand; quick, however large the library."""
    query = "SELECT EXISTS (SELECT 1 FROM decisions WHERE own_group <> '' OR own_pick <> 0)"
    return bool(connection.execute(query).fetchone()[0])


def _stored(marks: Marks) -> tuple[str, int, str, str, int]:
    return marks.decision.value, marks.stars, marks.label.value, marks.own_group, int(marks.own_pick)


def _rows_by_identity(connection: sqlite3.Connection, identities: Sequence[str]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for start in range(0, len(identities), _CHUNK):
        chunk = identities[start : start + _CHUNK]
        places = ",".join("?" * len(chunk))
        query = f"SELECT {_COLUMNS} FROM decisions WHERE identity IN ({places})"
        for row in connection.execute(query, chunk):
            found.setdefault(row[0], []).append(_row_of(row))
    return found


def _rows_at_place(connection: sqlite3.Connection, album: str) -> dict[tuple[str, str | None], _Row]:
    """Return the latest row of each name and capture time in an album."""
    query = f"SELECT {_COLUMNS} FROM decisions WHERE album = ? ORDER BY decided_at"
    rows: Iterable[_Row] = map(_row_of, connection.execute(query, (album,)))
    return {(row.name, row.captured_at): row for row in rows}


def _row_of(stored: tuple[Any, ...]) -> _Row:
    _, name, album, captured_at, decision, stars, label, own_group, own_pick, decided_at = stored
    marks = _marks_of(decision, stars, label, own_group, own_pick)
    return _Row(name, album, captured_at, marks, decided_at)


@lru_cache(maxsize=1024)
def _marks_of(decision: str, stars: int, label: str, own_group: str, own_pick: int) -> Marks:
    """Return marks, the same object for the same ones: a large album is read in half the time."""
    return Marks(Decision(decision), stars, Label(label), own_group, bool(own_pick))


def _own_row(rows: Sequence[_Row], key: PhotoKey, album: str, *, alone: bool, names: set[str]) -> _Row | None:
    """Choose the row that speaks of this photo: of this place, else of this name, else of a former name.

    Byte-identical copies in one album are told apart by name; a lone photo keeps its marks when renamed.
    """
    if len(rows) == 1 and rows[0].name == key.name:
        return rows[0]
    here = [row for row in rows if row.name == key.name and row.album == album]
    same_name = [row for row in rows if row.name == key.name]
    renamed = [row for row in rows if alone or row.name not in names]
    best = here or same_name or renamed
    return max(best, key=lambda row: row.decided_at) if best else None
