"""Opens the library file. One connection belongs to the thread that opened it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import LibraryError
from engine.library.repair import check, is_damage, rebuild
from engine.library.schema import MIGRATIONS

log = logging.getLogger(__name__)

SCHEMA_VERSION = len(MIGRATIONS)
BUSY_SECONDS = 5.0  # to wait for another window that writes
_VERSION_AT = slice(60, 64)  # of the file's header

_checked: set[Path] = set()  # libraries that this process has looked through


def open_library(path: Path) -> sqlite3.Connection:
    """Open the library at `path`, creating it when it is not there; a damaged one is rebuilt first.

    Each commit is on disk when it returns (WAL with synchronous=FULL). The first time in a process all pages
    are looked through. Raises LibraryError when the library is newer than this program, in use, or cannot be
    opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path not in _checked:  # later that would let go of SQLite's locks on the file
            _refuse_newer(path, _stated_version(path))
        return _open_sound(path)
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(_trouble(path, error)) from error


def forget_checks() -> None:
    """Have the next opening of each library look through it, as a new process does."""
    _checked.clear()


def _open_sound(path: Path) -> sqlite3.Connection:
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        log.warning("The library %s is damaged: %s", path, error)
    rebuild(path, _open)
    return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if path not in _checked:
            check(connection, path)
        _prepare(connection, path)
    except BaseException:  # raised on, whatever it is: nobody else knows the connection
        connection.close()
        raise
    _checked.add(path)
    return connection


def _trouble(path: Path, error: Exception) -> str:
    if "locked" in str(error) or "busy" in str(error):
        return (
            f"The library {path} is in use by another program for longer than {BUSY_SECONDS:.0f} seconds. "
            "Close that program and try again; nothing was changed."
        )
    return f"The library {path} cannot be opened: {error}. Check the disk; nothing was changed."


def _stated_version(path: Path) -> int:
    """Return the format in a library's header, read without opening it; 0 where there is none."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return 0
    return int.from_bytes(header[_VERSION_AT], "big") if header.startswith(b"SQLite format 3\0") else 0


def _refuse_newer(path: Path, version: int) -> None:
    # Far more steps than can be: a damaged header, not a newer program.
    if SCHEMA_VERSION < version < 10_000:
        raise LibraryError(
            f"The library {path} was written by a newer Framepick (format {version}, this one knows "
            f"{SCHEMA_VERSION}). It was left untouched: update Framepick."
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what was begun, or roll it back whatever happens."""
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:  # raised on, Ctrl+C too
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _refuse_newer(path, connection.execute("PRAGMA user_version").fetchone()[0])
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        _refuse_newer(path, version)
        _migrate(connection, version)


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a library of an older format up to date, within the caller's transaction."""
    for migration in MIGRATIONS[version:]:
        for statement in migration.split(";"):
            if statement.strip():
                connection.execute(statement)
    if version < SCHEMA_VERSION:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
