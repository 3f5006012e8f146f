"""The history that undo and redo walk: one row per step, kept with the album it was made in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.library.marks import MarkChange, PhotoKey
from engine.paths import as_text

Changes = Mapping[PhotoKey, MarkChange]
UNKNOWN = -1  # photo id of a stored key: ids are those of one run


@dataclass(frozen=True, slots=True)
class Step:
    """Something the photographer did. Keys are as they were then, their photo id is UNKNOWN."""

    id: int
    text: str
    before: Changes
    after: Changes


def record(connection: sqlite3.Connection, album: Path, step: Step, now: float) -> None:
    """Append a step and forget those that were undone, within the caller's transaction."""
    connection.execute("DELETE FROM history WHERE album = ? AND undone = 1", (as_text(album),))
    connection.execute(
        "INSERT INTO history (album, text, before, after, made_at) VALUES (?, ?, ?, ?, ?)",
        (as_text(album), step.text, _encode(step.before), _encode(step.after), now),
    )


def step_to_undo(connection: sqlite3.Connection, album: Path) -> Step | None:
    """Return the last step that was not undone."""
    return _step(connection, album, "undone = 0 ORDER BY id DESC")


def step_to_redo(connection: sqlite3.Connection, album: Path) -> Step | None:
    """Return the step that was undone last."""
    return _step(connection, album, "undone = 1 ORDER BY id")


def note(connection: sqlite3.Connection, step: Step, *, undone: bool) -> None:
    """Remember that a step was undone or redone, within the caller's transaction."""
    connection.execute("UPDATE history SET undone = ? WHERE id = ?", (int(undone), step.id))


def _step(connection: sqlite3.Connection, album: Path, which: str) -> Step | None:
    query = f"SELECT id, text, before, after FROM history WHERE album = ? AND {which} LIMIT 1"
    with closing(connection.execute(query, (as_text(album),))) as cursor:
        row = cursor.fetchone()
    return Step(row[0], row[1], _decode(row[2]), _decode(row[3])) if row else None


def _encode(changes: Changes) -> str:
    return json.dumps([[k.identity, k.name, k.captured_at, c.as_json()] for k, c in changes.items()])


def _decode(text: str) -> dict[PhotoKey, MarkChange]:
    stored: list[list[Any]] = json.loads(text)
    return {
        PhotoKey(UNKNOWN, name, identity, captured_at): MarkChange.from_json(change)
        for identity, name, captured_at, change in stored
    }
