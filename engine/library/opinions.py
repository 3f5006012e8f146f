"""A comparator's opinions, cached by pair of photo identities, checkpoint hash and version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.comparing.base import Opinion
from engine.errors import LibraryError
from engine.library.database import open_library, transaction

Identities = tuple[str, str]
CHUNK = 250  # pairs per query


class OpinionStore:
    """Reads and writes opinions of one comparator. Use it only in the thread that made it."""

    def __init__(self, library: Path) -> None:
        self._connection = open_library(library)

    def close(self) -> None:
        self._connection.close()

    def read(self, pairs: Sequence[Identities], sha256: str, version: str) -> dict[Identities, Opinion]:
        """Return the opinions there are on these pairs, in the order that each pair was given in.

        Raises LibraryError when the library cannot be read.
        """
        stored = sorted({tuple(sorted(pair)) for pair in pairs})
        found: dict[Identities, Opinion] = {}
        try:
            for start in range(0, len(stored), CHUNK):
                found |= self._read(stored[start : start + CHUNK], sha256, version)
        except sqlite3.Error as error:
            raise LibraryError(f"Cached verdicts could not be read: {error}.") from error
        return {pair: _ordered(found, pair) for pair in pairs if _key(pair) in found}

    def _read(self, pairs: Sequence[tuple[str, ...]], sha256: str, version: str) -> dict[Identities, Opinion]:
        query = (
            "SELECT first, second, first_over_second, flipped FROM verdicts WHERE sha256 = ? AND version = ? "
            f"AND (first, second) IN (VALUES {', '.join(['(?, ?)'] * len(pairs))})"
        )
        arguments = (sha256, version, *(identity for pair in pairs for identity in pair))
        rows = self._connection.execute(query, arguments)
        return {(first, second): Opinion(value, bool(flipped)) for first, second, value, flipped in rows}

    def write(self, opinions: Mapping[Identities, Opinion], sha256: str, version: str) -> None:
        """Store opinions in one transaction. Raises LibraryError when they could not be stored."""
        rows = [
            (*_key(pair), sha256, version, stored.first_over_second, int(stored.flipped))
            for pair, opinion in opinions.items()
            for stored in (opinion if pair == _key(pair) else opinion.of_second,)
        ]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?)", rows
                )
        except sqlite3.Error as error:
            raise LibraryError(f"Verdicts could not be cached: {error}.") from error


def _key(pair: Identities) -> Identities:
    """Return how a pair is stored: the lesser identity first."""
    return (pair[0], pair[1]) if pair[0] <= pair[1] else (pair[1], pair[0])


def _ordered(found: Mapping[Identities, Opinion], pair: Identities) -> Opinion:
    opinion = found[_key(pair)]
    return opinion if pair == _key(pair) else opinion.of_second
