"""The directories of a TIFF or DNG (TIFF 6.0; DNG 1.4): where its XMP is, and a digest of each other entry.

What an entry points at is followed: pictures, other directories. Read only; nothing here writes.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

from engine.errors import SidecarError

DNG_VERSION = 50706
_XMP = 700
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_PICTURES = {273: 279, 324: 325, 513: 514}  # offsets of data, and which entry holds its lengths
_DIRECTORIES = frozenset({330, 34665, 34853, 40965})
# Offsets that are not followed: a file with one of them might lose what they point at. Old-style JPEG
# tables (TIFF 6.0, section 22) and ExtraCameraProfiles.
_NOT_FOLLOWED = frozenset({519, 520, 521, 0xC6F5})
_PHOTOMETRIC, _COLOUR_FILTER = 262, 32803
_MOST_DIRECTORIES = 200
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    type: int
    count: int
    at: int  # where the value is in the file

    @property
    def size(self) -> int:
        return _SIZES.get(self.type, 0) * self.count


def read_tiff(file: BinaryIO, *, whole: bool) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
    """Return the XMP packet of the first directory, or None, and name and digest of everything else.

    Without `whole` the pictures are not read. Raises SidecarError on a damaged file, on a RAW file that only
    looks like a TIFF, and where something could get lost.
    """
    order = "<" if file.read(2) == b"II" else ">"
    reader = _Reader(file, order, file.seek(0, 2), whole)
    reader.chain("main", reader.number(4, 4))
    tags = {name.rpartition(" tag ")[2] for name, _ in reader.rest}
    if reader.has_colour_filter and str(DNG_VERSION) not in tags:
        raise SidecarError("it is a camera's RAW file, whatever its name says")
    return reader.packet, tuple(reader.rest)


@dataclass(slots=True)
class _Reader:
    """Walks the directories of one file."""

    file: BinaryIO
    order: str  # of bytes, as struct calls it
    length: int
    whole: bool
    packet: bytes | None = None
    has_colour_filter: bool = False
    rest: list[tuple[str, str]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def chain(self, name: str, at: int) -> None:
        """Read a directory and those that follow it."""
        number = 0
        while at:
            at = self._directory(f"{name} {number}", at)
            number += 1

    def _directory(self, name: str, at: int) -> int:
        """Read one directory; return where the next one is, or 0."""
        if at in self._seen or len(self._seen) >= _MOST_DIRECTORIES:
            raise SidecarError("its directories are damaged")
        self._seen.add(at)
        count = self.number(at, 2)
        entries = [self._entry(at + 2 + 12 * index) for index in range(count)]
        by_tag = {entry.tag: entry for entry in entries}
        if len(by_tag) < len(entries):
            raise SidecarError("a tag is in it twice")
        for tag in sorted(by_tag):
            self._take(name, by_tag[tag], by_tag)
        return self.number(at + 2 + 12 * count, 4)

    def _entry(self, at: int) -> _Entry:
        tag, kind, count = struct.unpack(f"{self.order}HHI", self._read(at, 8))
        if kind not in _SIZES:
            raise SidecarError(f"tag {tag} has a type that is not known")
        entry = _Entry(tag, kind, count, at + 8)
        return entry if entry.size <= 4 else _Entry(tag, kind, count, self.number(at + 8, 4))

    def _take(self, name: str, entry: _Entry, others: dict[int, _Entry]) -> None:
        tag = entry.tag
        if tag in _NOT_FOLLOWED:
            raise SidecarError(f"what its tag {tag} points at could get lost")
        if tag == _XMP and name == "main 0":
            self.packet = self._read(entry.at, entry.size)
        elif tag in _DIRECTORIES:
            for number, at in enumerate(self._numbers(entry)):
                self.chain(f"{name} {tag}.{number}", at)
        elif tag in _PICTURES:
            self.rest.append((f"{name} picture {tag}", self._picture(entry, others.get(_PICTURES[tag]))))
        elif tag not in _PICTURES.values():  # lengths are proven with the data
            self.rest.append((f"{name} tag {tag}", f"{entry.type}*{entry.count} {self._digest_of(entry)}"))
        if tag == _PHOTOMETRIC and self._numbers(entry) == (_COLOUR_FILTER,):
            self.has_colour_filter = True

    def _picture(self, offsets: _Entry, lengths: _Entry | None) -> str:
        if lengths is None or lengths.count != offsets.count:
            raise SidecarError(f"its tag {offsets.tag} is damaged")
        if not self.whole:
            return ""
        digest = hashlib.blake2b(digest_size=16)
        for at, length in zip(self._numbers(offsets), self._numbers(lengths), strict=True):
            digest.update(length.to_bytes(8, "little"))
            for start in range(at, at + length, _BLOCK):
                digest.update(self._read(start, min(_BLOCK, at + length - start)))
        return digest.hexdigest()

    def _digest_of(self, entry: _Entry) -> str:
        return hashlib.blake2b(self._read(entry.at, entry.size), digest_size=16).hexdigest()

    def _numbers(self, entry: _Entry) -> tuple[int, ...]:
        letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.type)
        if letter is None:
            raise SidecarError(f"its tag {entry.tag} is damaged")
        return struct.unpack(f"{self.order}{entry.count}{letter}", self._read(entry.at, entry.size))

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self._read(at, size), "little" if self.order == "<" else "big")

    def _read(self, at: int, size: int) -> bytes:
        if at + size > self.length:
            raise SidecarError("it ends too early")
        self.file.seek(at)
        return self.file.read(size)
