"""Reads marks out of a damaged library, page by page, without trusting its tables or indexes.

The layout of pages, cells and records, and of the write-ahead log: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.types import Decision, Label

_LEAF = 0x0D  # a page that holds rows of a table
_USUAL_PAGE = 4096  # bytes; what SQLite gives a new library
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Row = tuple[str, str, str, str | None, str, float, int, str, str, int]
"""identity, name, album, captured_at, decision, decided_at, stars, label, own_group, own_pick"""
_ADDED_LATER = (0, Label.NONE.value, "", 0)  # by formats 2 and 4; what older rows stand for


def salvage(library: Path) -> list[Row]:
    """Return the marks that can be read from a library file and its log, the latest of each photo.

    Rows that are damaged themselves are left out. Raises OSError when the file cannot be read.
    """
    latest: dict[tuple[str, str, str], Row] = {}
    for row in _rows(library):
        known = latest.get(row[:3])
        if known is None or row[5] >= known[5]:
            latest[row[:3]] = row
    return list(latest.values())


def _rows(library: Path) -> Iterator[Row]:
    content = library.read_bytes()
    size = _page_size(content)
    pages = _Pages(content, size)
    for number in range(len(content) // size):
        yield from pages.rows(content[number * size : (number + 1) * size], 100 if number == 0 else 0)
    log = library.with_name(library.name + "-wal")
    if log.exists():
        for page in _logged_pages(log.read_bytes(), size):
            yield from pages.rows(page, 0)


def _page_size(content: bytes) -> int:
    stated = int.from_bytes(content[16:18], "big")
    stated = 65536 if stated == 1 else stated
    return stated if stated >= 512 and stated & (stated - 1) == 0 else _USUAL_PAGE


def _logged_pages(log: bytes, size: int) -> list[bytes]:
    """Return the pages that were committed to the log since it was last begun."""
    found: list[bytes] = []
    committed = 0
    salts = log[16:24]
    for start in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        header = log[start : start + _FRAME_HEADER]
        if header[8:16] != salts:
            break
        found.append(log[start + _FRAME_HEADER : start + _FRAME_HEADER + size])
        if header[4:8] != b"\0\0\0\0":
            committed = len(found)
    return found[:committed]


@dataclass(slots=True)
class _Pages:
    """Takes rows out of pages; `content` is the whole file, where long rows go on."""

    content: bytes
    size: int

    def rows(self, page: bytes, start: int) -> Iterator[Row]:
        """Yield what looks like marks in a page whose own header is at `start`."""
        if len(page) < self.size or page[start] != _LEAF:
            return
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        for number in range(min(count, self.size // 4)):
            at = start + 8 + 2 * number
            try:
                row = _marks(_values(self._payload(page, int.from_bytes(page[at : at + 2], "big"))))
            except (IndexError, ValueError, struct.error):
                continue  # this cell is damaged; others may not be
            if row is not None:
                yield row

    def _payload(self, page: bytes, at: int) -> bytes:
        length, at = _varint(page, at)
        _, at = _varint(page, at)
        room = self.size - self.content[20]
        most, least = room - 35, (room - 12) * 32 // 255 - 23
        if length <= most:
            return page[at : at + length]
        if length > len(self.content):
            raise ValueError("a row longer than the file")
        local = least + (length - least) % (room - 4)
        local = local if local <= most else least
        payload = page[at : at + local]
        following = int.from_bytes(page[at + local : at + local + 4], "big")
        while len(payload) < length and following:
            start = (following - 1) * self.size
            more = self.content[start + 4 : start + room]
            if not more:
                raise ValueError("a row that goes on nowhere")
            payload += more
            following = int.from_bytes(self.content[start : start + 4], "big")
        return payload[:length]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[at + count]
        if count == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + count + 1
    raise ValueError("no varint")


def _values(payload: bytes) -> list[object]:
    """Decode one record. Raises ValueError or IndexError when it makes no sense."""
    end, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[object] = []
    at = end
    for kind in kinds:
        value, at = _value(payload, kind, at)
        values.append(value)
    return values


def _value(payload: bytes, kind: int, at: int) -> tuple[object, int]:
    if kind in _INTEGER_BYTES:
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind >= 12:
        end = at + (kind - 12) // 2
        data = payload[at:end]
        if len(data) != end - at:
            raise ValueError("a value that ends too early")
        return (data.decode("utf-8") if kind % 2 else data), end
    return {0: None, 8: 0, 9: 1}[kind] if kind in (0, 8, 9) else _no_such(kind), at


def _no_such(kind: int) -> object:
    raise ValueError(f"no type {kind}")


def _marks(values: list[object]) -> Row | None:
    """Return a row of the table `decisions`, of any format, or None when the values are something else."""
    if len(values) not in (6, 8, 10):
        return None
    identity, name, album, captured_at, decision, decided_at = values[:6]
    stars, label, own_group, own_pick = (*values[6:], *_ADDED_LATER[len(values) - 6 :])
    texts = all(isinstance(each, str) and each for each in (identity, name, album))
    if not texts or not (captured_at is None or isinstance(captured_at, str)):
        return None
    if decision not in set(Decision) or label not in set(Label) or stars not in range(6):
        return None
    if not isinstance(own_group, str) or own_pick not in (0, 1):
        return None
    if not isinstance(decided_at, int | float) or not 0 <= decided_at < 1e11:
        return None
    return (
        identity,
        name,
        album,
        captured_at,
        decision,
        float(decided_at),
        *(stars, label, own_group, own_pick),
    )  # type: ignore[return-value]
