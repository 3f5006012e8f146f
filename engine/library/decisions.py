"""The photographer's decisions. They survive a renamed file, a moved album and an edited header."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from engine.errors import LibraryError
from engine.library.database import open_library
from engine.types import Decision, Inspected, Photo

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class PhotoKey:
    """What a decision is filed under."""

    photo_id: int
    name: str
    identity: str
    captured_at: str | None

    @classmethod
    def of(cls, photo: Photo, inspected: Inspected) -> Self:
        taken = inspected.metadata.captured_at
        return cls(photo.id, photo.name, inspected.identity, taken.isoformat() if taken else None)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    album: str
    decision: Decision
    decided_at: float


class DecisionStore:
    """Reads and writes decisions. Use it only in the thread that made it."""

    def __init__(self, library: Path) -> None:
        self._connection = open_library(library)

    def close(self) -> None:
        self._connection.close()

    def decide(self, album: Path, decisions: Mapping[PhotoKey, Decision]) -> None:
        """Store decisions in one transaction; they are on disk when this returns.

        Raises LibraryError when they could not be stored; then none of them was.
        """
        rows = [
            (key.identity, key.name, str(album), key.captured_at, decision.value, time.time())
            for key, decision in decisions.items()
        ]
        try:
            with _transaction(self._connection):
                self._connection.executemany(
                    "INSERT OR REPLACE INTO decisions"
                    " (identity, name, album, captured_at, decision, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )
        except sqlite3.Error as error:
            raise LibraryError(f"The decision was not saved: {error}. Nothing was changed.") from error

    def decisions(self, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Decision]:
        """Return what was decided on each photo, by photo id; undecided photos are left out.

        Raises LibraryError when the library cannot be read.
        """
        try:
            return self._decisions(album, keys)
        except sqlite3.Error as error:
            raise LibraryError(f"Decisions could not be read: {error}. Nothing was changed.") from error

    def _decisions(self, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Decision]:
        by_identity = self._rows_by_identity([key.identity for key in keys])
        copies = Counter(key.identity for key in keys)
        names = {key.name for key in keys}
        found: dict[int, Decision] = {}
        for key in keys:
            rows = by_identity.get(key.identity, [])
            row = _own_row(rows, key, album, alone=copies[key.identity] == 1, names=names)
            decision = row.decision if row else self._decision_at_place(album, key)
            if decision is not Decision.NONE:
                found[key.photo_id] = decision
        return found

    def _rows_by_identity(self, identities: Sequence[str]) -> dict[str, list[_Row]]:
        found: dict[str, list[_Row]] = {}
        for start in range(0, len(identities), 500):
            chunk = identities[start : start + 500]
            marks = ",".join("?" * len(chunk))
            columns = "identity, name, album, decision, decided_at"
            query = f"SELECT {columns} FROM decisions WHERE identity IN ({marks})"
            for identity, name, album, decision, decided_at in self._connection.execute(query, chunk):
                found.setdefault(identity, []).append(_Row(name, album, Decision(decision), decided_at))
        return found

    def _decision_at_place(self, album: Path, key: PhotoKey) -> Decision:
        """Return what was decided on the shot of this place and time: its header may have been rewritten."""
        if key.captured_at is None:
            return Decision.NONE
        query = (
            "SELECT decision FROM decisions WHERE album = ? AND name = ? AND captured_at = ? "
            "ORDER BY decided_at DESC LIMIT 1"
        )
        with closing(self._connection.execute(query, (str(album), key.name, key.captured_at))) as cursor:
            row = cursor.fetchone()
        return Decision(row[0]) if row else Decision.NONE


def _own_row(
    rows: Sequence[_Row], key: PhotoKey, album: Path, *, alone: bool, names: set[str]
) -> _Row | None:
    """Choose the row that speaks of this photo: of this place, else of this name, else of a former name.

    Byte-identical copies in one album are told apart by name; a lone photo keeps its decision when renamed.
    """
    here = [row for row in rows if row.name == key.name and row.album == str(album)]
    same_name = [row for row in rows if row.name == key.name]
    renamed = [row for row in rows if alone or row.name not in names]
    best = here or same_name or renamed
    return max(best, key=lambda row: row.decided_at) if best else None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
