"""A damaged library is kept beside and rebuilt with every mark that can be read from it; and that is said."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from engine.library.salvage import Row, salvage

log = logging.getLogger(__name__)

_SQLITE_CORRUPT, _SQLITE_NOTADB = 11, 26  # https://www.sqlite.org/rescode.html
_COLUMNS = "identity, name, album, captured_at, decision, decided_at, stars, label, own_group, own_pick"
LARGE = 200_000_000  # bytes; looking through 100 MB took 0.14 s
_notes: deque[str] = deque()  # of any thread, until `take_notes`


def take_notes() -> list[str]:
    """Return what has to be said of repairs and was not yet."""
    notes: list[str] = []
    while _notes:
        notes.append(_notes.popleft())
    return notes


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error means that the file itself is damaged, or no library at all."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF in (_SQLITE_CORRUPT, _SQLITE_NOTADB)


def suspect(path: Path, error: sqlite3.Error) -> str:
    """Have the whole library looked through at the next start, when `error` says that it is damaged.

    Returns what to tell the photographer of that, or nothing.
    """
    if not is_damage(error):
        return ""
    with suppress(OSError):
        _mark_of(path).touch()
    return " The library is damaged: close Framepick and start it again, then it is repaired."


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Look for damaged pages: all of them, in a very large library those that hold marks and history.

    Raises sqlite3.DatabaseError when one is damaged.
    """
    whole = _mark_of(path).exists() or not path.exists() or path.stat().st_size < LARGE
    for what in ("1",) if whole else ("'decisions'", "'history'"):
        found = connection.execute(f"PRAGMA quick_check({what})").fetchone()[0]
        if found != "ok":
            error = sqlite3.DatabaseError(str(found))
            error.sqlite_errorcode = _SQLITE_CORRUPT
            raise error
    _mark_of(path).unlink(missing_ok=True)


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + ".suspect")


def rebuild(path: Path, make: Callable[[Path], sqlite3.Connection]) -> None:
    """Copy a damaged library beside, then put one in its place that holds the marks that could be read.

    `make` makes an empty library. At every moment either the old or the new one is in place, and nobody
    writes to the old one meanwhile. Only for the first connection of a process: reading the file as a file
    lets go of the locks that SQLite holds on it. Raises OSError or sqlite3.Error; the damaged file is
    untouched then.
    """
    with FileLock(path.with_name(path.name + ".repair")), _no_writers(path):
        if _is_sound(path):
            return  # another window was faster
        beside = path.with_name(path.name + ".rebuilt")
        rows = salvage(path) + (salvage(beside) if beside.exists() else [])
        backup = _back_up(path)
        _fill(beside, rows, make)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        beside.replace(path)
    note = (
        f"The library {path} was damaged. It was kept as {backup.name}, and a new one made in its place: "
        f"{len(rows)} entries of decisions, stars and labels could be read and are in it. Photos are scored "
        "anew; the undo history is gone."
    )
    log.warning("%s", note)
    _notes.append(note)


@contextmanager
def _no_writers(path: Path) -> Iterator[None]:
    """Keep other windows from writing; where the damage is such that SQLite cannot lock, they cannot."""
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None)
    try:
        with suppress(sqlite3.DatabaseError):
            connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


def _is_sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        check(connection, path)
        return True
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def _back_up(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    backup = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while backup.exists():
        number += 1
        backup = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    for ending in ("", "-wal"):
        source = path.with_name(path.name + ending)
        if source.exists():
            _copy_flushed(source, backup.with_name(backup.name + ending))
    return backup


def _copy_flushed(source: Path, target: Path) -> None:
    shutil.copy2(source, target)
    with target.open("rb+") as copy:
        os.fsync(copy.fileno())


def _fill(beside: Path, rows: list[Row], make: Callable[[Path], sqlite3.Connection]) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            beside.with_name(beside.name + ending).unlink()
    connection = make(beside)
    try:
        places = ", ".join("?" * 10)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO decisions ({_COLUMNS}) VALUES ({places}) ON CONFLICT DO UPDATE SET "
            "decision = excluded.decision, stars = excluded.stars, label = excluded.label, "
            "own_group = excluded.own_group, own_pick = excluded.own_pick, "
            "decided_at = excluded.decided_at WHERE excluded.decided_at >= decided_at",
            rows,
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
