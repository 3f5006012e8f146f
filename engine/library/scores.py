"""Cached scores, keyed by photo identity, checkpoint hash and preprocessing version."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import LibraryError
from engine.library.database import open_library, transaction
from engine.library.repair import suspect
from engine.types import Face, Role, Score

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What produced a score. Another checkpoint or version is another key."""

    role: Role
    sha256: str | None
    version: str


@dataclass(frozen=True, slots=True)
class CachedScore:
    """A score as stored, with the features that grouping needs (1-d float32), if the model gave any."""

    score: Score
    features: NDArray[np.float32] | None


Sketch = NDArray[np.uint8]  # (h, w) small grey picture of a photo, for telling panoramas from bursts


class ScoreStore:
    """Reads and writes cached scores. Use it only in the thread that made it."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._connection = open_library(library)
        # A score lost with the power is computed again: no wait for the disk after each photo.
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        self._connection.close()

    def read(self, identities: Sequence[str], keys: Iterable[CacheKey]) -> dict[str, dict[Role, CachedScore]]:
        """Return what is cached for each identity under the given keys; rows that make no sense are left out.

        Raises LibraryError when the library cannot be read.
        """
        with self._reading():
            return self._read(identities, keys)

    def _read(
        self, identities: Sequence[str], keys: Iterable[CacheKey]
    ) -> dict[str, dict[Role, CachedScore]]:
        found: dict[str, dict[Role, CachedScore]] = {identity: {} for identity in identities}
        for key in keys:
            for chunk in _chunks(identities):
                query = (
                    "SELECT identity, value, raw, details, faces, features FROM scores "
                    f"WHERE role = ? AND sha256 = ? AND version = ? AND identity IN ({_marks(chunk)})"
                )
                arguments = (key.role.value, key.sha256 or "", key.version, *chunk)
                for row in self._connection.execute(query, arguments):
                    try:
                        found[row[0]][key.role] = _from_row(key, row)
                    except (ValueError, TypeError) as error:
                        log.warning("The cached %s score of %s is no score: %s", key.role, row[0], error)
        return found

    def write(self, entries: Sequence[tuple[str, str, CachedScore]]) -> None:
        """Store (identity, version, score) entries in one transaction."""
        rows = [_to_row(*entry) for entry in entries]
        self._write_all("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def read_sketches(self, identities: Sequence[str]) -> dict[str, Sketch]:
        """Return the sketches there are, by identity. Raises LibraryError when the library cannot be read."""
        with self._reading():
            return self._read_sketches(identities)

    def _read_sketches(self, identities: Sequence[str]) -> dict[str, Sketch]:
        found: dict[str, Sketch] = {}
        for chunk in _chunks(identities):
            query = (
                f"SELECT identity, width, height, pixels FROM sketches WHERE identity IN ({_marks(chunk)})"
            )
            for identity, width, height, pixels in self._connection.execute(query, chunk):
                if len(pixels) != width * height:
                    log.warning("The cached sketch of %s is none", identity)
                    continue
                found[identity] = np.frombuffer(pixels, np.uint8).reshape(height, width)
        return found

    def write_sketches(self, sketches: dict[str, Sketch]) -> None:
        rows = [(identity, s.shape[1], s.shape[0], s.tobytes()) for identity, s in sketches.items()]
        self._write_all("INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            hint = suspect(self._library, error)
            raise LibraryError(f"Cached scores could not be read: {error}.{hint}") from error

    def _write_all(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with transaction(self._connection):
                self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise LibraryError(f"Scores could not be cached: {error}.") from error


def _chunks(identities: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    return [identities[start : start + size] for start in range(0, len(identities), size)]


def _marks(chunk: Sequence[str]) -> str:
    return ",".join("?" * len(chunk))


def _to_row(identity: str, version: str, cached: CachedScore) -> tuple[object, ...]:
    score = cached.score
    features = None if cached.features is None else cached.features.astype(np.float16).tobytes()
    return (
        identity,
        score.role.value,
        score.sha256 or "",
        version,
        score.value,
        score.raw,
        json.dumps(score.details),
        json.dumps([asdict(face) for face in score.faces]),
        features,
    )


def _from_row(key: CacheKey, row: Sequence[Any]) -> CachedScore:
    """Raises ValueError or TypeError for a row that makes no sense."""
    _, value, raw, details, faces, features = row
    score = Score(
        role=key.role,
        value=float(value),
        raw=None if raw is None else float(raw),
        details=json.loads(details),
        sha256=key.sha256,
        cached=True,
        faces=tuple(_face(entry) for entry in json.loads(faces)),
    )
    vector = None if features is None else np.frombuffer(features, np.float16).astype(np.float32)
    return CachedScore(score, vector)


def _face(entry: dict[str, Any]) -> Face:
    face = Face(**entry)
    return replace(face, box=tuple(face.box))  # JSON holds lists
