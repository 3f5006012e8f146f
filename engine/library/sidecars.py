"""How each sidecar was when Framepick last read or wrote it: what differs was changed elsewhere."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.album.scan import display_name
from engine.errors import LibraryError
from engine.library.database import open_library, transaction
from engine.sidecars.opinions import Seen
from engine.types import Decision, Label, Marks


class SidecarStore:
    """Reads and writes what was seen of sidecars. Use it only in the thread that made it."""

    def __init__(self, library: Path) -> None:
        self._connection = open_library(library)

    def close(self) -> None:
        self._connection.close()

    def seen(self, paths: Sequence[Path]) -> dict[Path, Seen]:
        """Return what is known of these sidecars. Raises LibraryError when the library cannot be read."""
        found: dict[Path, Seen] = {}
        try:
            for path in paths:
                query = "SELECT fields, decision, stars, label FROM sidecars WHERE path = ?"
                row = self._connection.execute(query, (_key(path),)).fetchone()
                if row is not None:
                    marks = Marks(Decision(row[1]), row[2], Label(row[3]))
                    found[path] = Seen(json.loads(row[0]), marks)
        except (sqlite3.Error, ValueError) as error:
            raise LibraryError(f"What sidecars held could not be read: {error}.") from error
        return found

    def remember(self, entries: Iterable[tuple[Path, Mapping[str, str], Marks]]) -> None:
        """Store sidecars with their fields and the marks agreed upon, in one transaction.

        Raises LibraryError when that could not be stored; then none was.
        """
        rows = [
            (
                _key(path),
                json.dumps(dict(fields)),
                marks.decision.value,
                marks.stars,
                marks.label.value,
                time.time(),
            )
            for path, fields, marks in entries
        ]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT OR REPLACE INTO sidecars (path, fields, decision, stars, label, seen_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )
        except sqlite3.Error as error:
            raise LibraryError(f"What sidecars hold could not be noted: {error}.") from error

    def forget(self, path: Path) -> None:
        """Drop what is known of a sidecar: it is read as if for the first time. Raises LibraryError."""
        try:
            self._connection.execute("DELETE FROM sidecars WHERE path = ?", (_key(path),))
        except sqlite3.Error as error:
            raise LibraryError(f"What sidecars hold could not be noted: {error}.") from error


def _key(path: Path) -> str:
    return display_name(path.absolute())
