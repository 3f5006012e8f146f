"""Opens the library file. One connection belongs to the thread that opened it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from engine.errors import LibraryError
from engine.library.schema import MIGRATIONS

SCHEMA_VERSION = len(MIGRATIONS)


def open_library(path: Path) -> sqlite3.Connection:
    """Open the library at `path`, creating it when it is not there.

    Each commit is on disk when it returns (WAL with synchronous=FULL).
    Raises LibraryError when the file is no library, is newer than this program, or cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=10.0, isolation_level=None)
        _prepare(connection, path)
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(
            f"The library {path} cannot be opened: {error}. Check the disk; if the file is damaged, move it "
            "away: a new one is made, without the decisions of the old."
        ) from error
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise LibraryError(
                f"The library {path} was written by a newer Framepick (format {version}, this one knows "
                f"{SCHEMA_VERSION}). It was left untouched: update Framepick."
            )
        _migrate(connection, version)
    except BaseException:
        connection.execute("ROLLBACK")
        connection.close()
        raise
    connection.execute("COMMIT")


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a library of an older format up to date, within the caller's transaction."""
    for migration in MIGRATIONS[version:]:
        for statement in migration.split(";"):
            if statement.strip():
                connection.execute(statement)
    if version < SCHEMA_VERSION:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
