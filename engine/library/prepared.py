"""What comparators keep of photos, by identity, checkpoint hash and version: no photo is looked at twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.comparing.base import Prepared
from engine.errors import LibraryError
from engine.library.database import open_library, transaction

CHUNK = 500  # photos per query


class PreparedStore:
    """Reads and writes what one comparator keeps. Use it only in the thread that made it.

    Kept in full precision, 2 kB for the embedded default: halves moved one verdict of 3,000 by 0.0014.
    """

    def __init__(self, library: Path) -> None:
        self._connection = open_library(library)
        # What is lost with the power is looked at again: no wait for the disk after each photo.
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        self._connection.close()

    def read(self, identities: Sequence[str], sha256: str, version: str) -> dict[str, Prepared]:
        """Return what is kept of these photos. Raises LibraryError when the library cannot be read."""
        found: dict[str, Prepared] = {}
        wanted = sorted(set(identities))
        try:
            for start in range(0, len(wanted), CHUNK):
                chunk = wanted[start : start + CHUNK]
                query = (
                    "SELECT identity, vector FROM prepared WHERE sha256 = ? AND version = ? "
                    f"AND identity IN ({','.join('?' * len(chunk))})"
                )
                for identity, vector in self._connection.execute(query, (sha256, version, *chunk)):
                    found[identity] = np.frombuffer(vector, np.float32)
        except (sqlite3.Error, ValueError) as error:
            raise LibraryError(f"What the comparator keeps of photos could not be read: {error}.") from error
        return found

    def write(self, prepared: Mapping[str, Prepared], sha256: str, version: str) -> None:
        """Store it in one transaction. Raises LibraryError when it could not be stored."""
        rows = [(identity, sha256, version, vector.tobytes()) for identity, vector in prepared.items()]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with transaction(self._connection):
                self._connection.executemany("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise LibraryError(f"What the comparator keeps could not be cached: {error}.") from error
