"""What self-tests found, by checkpoint hash and method version, so that it is known at later starts."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.errors import LibraryError
from engine.library.database import open_library


def read_check(library: Path, sha256: str, version: str) -> dict[str, Any] | None:
    """Return the remembered report, or None. Raises LibraryError when the library cannot be read."""
    if not library.exists():
        return None
    with closing(open_library(library)) as connection:
        try:
            query = "SELECT report FROM checks WHERE sha256 = ? AND version = ?"
            row = connection.execute(query, (sha256, version)).fetchone()
            return None if row is None else _mapping(row[0])
        except (sqlite3.Error, ValueError) as error:
            raise LibraryError(f"The remembered check could not be read: {error}.") from error


def write_check(library: Path, sha256: str, version: str, report: dict[str, Any]) -> None:
    """Remember a report in place of an earlier one. Raises LibraryError when it cannot be stored."""
    with closing(open_library(library)) as connection:
        try:
            row = (sha256, version, json.dumps(report, allow_nan=False), time.time())
            connection.execute("INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise LibraryError(f"The check was not remembered: {error}.") from error


def _mapping(text: str) -> dict[str, Any]:
    loaded = json.loads(text)
    if not isinstance(loaded, dict):
        raise ValueError("it is no mapping")
    return loaded
