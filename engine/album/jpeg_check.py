"""Finds JPEGs that are better decoded in another process: odd in a way that costs time or memory.

A JPEG of one scan costs as much as its sides say and needs no memory to speak of. One of many scans (ITU-T
T.81, annex G) keeps all coefficients, six bytes a pixel, and is gone through once a scan, which may be a few
bytes long: 1 MB of scans can ask for minutes. Photographs saved as progressive have about ten scans.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_SCANS = 30
MOST_PIXELS_OF_SCANS = 80_000_000  # 480 MB of coefficients
MOST_PIXELS_PER_BYTE = 400  # a grey wall at the lowest quality has some 100
_SMALL = 4_000_000  # pixels; whatever is odd about so few costs next to nothing
# Frames as every photograph has them; others are arithmetic, lossless or hierarchical.
_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = b"\xff\xda"
_MOST_SEGMENTS = 2_000  # before the picture
_READ = 1 << 20  # bytes at a time


@dataclass(frozen=True, slots=True)
class _Header:
    """What a JPEG says of itself before its first scan."""

    frame: int  # the marker's second byte: 0xC0 baseline, 0xC2 progressive
    pixels: int
    parts: int  # colour components of the frame
    parts_in_first_scan: int


def needs_care(file: BinaryIO) -> bool:
    """Tell whether a JPEG should be decoded where it can do no harm. Leaves the file at its start.

    One that makes no sense at all needs none: the decoder refuses it at once. Raises OSError.
    """
    header = _read_header(file)
    try:
        return header is not None and _is_odd(header, file)
    finally:
        file.seek(0)


def _is_odd(header: _Header, file: BinaryIO) -> bool:
    if header.frame not in _HUFFMAN:
        return True
    if header.pixels <= _SMALL and not _has_scans(header):
        return False
    if header.pixels > MOST_PIXELS_PER_BYTE * file.seek(0, os.SEEK_END) and header.pixels > _SMALL:
        return True
    if not _has_scans(header):
        return False
    return header.pixels > MOST_PIXELS_OF_SCANS or _more_scans_than(MOST_SCANS, file)


def _has_scans(header: _Header) -> bool:
    return header.frame == 0xC2 or header.parts_in_first_scan < header.parts


def _more_scans_than(most: int, file: BinaryIO) -> bool:
    """Count the marker: within a scan 0xFF is never followed by 0xDA. Thumbnails count, they are few."""
    file.seek(0)
    found, last = 0, b""
    while found <= most and (block := file.read(_READ)):
        found += (last + block).count(_START_OF_SCAN)
        last = block[-1:] if block.endswith(b"\xff") else b""
    return found > most


def _read_header(file: BinaryIO) -> _Header | None:
    """Return None where the file makes no sense before its first scan."""
    frame, pixels, parts = 0, 0, 0
    for marker, segment in _segments(file):
        if marker in _FRAMES and len(segment) >= 6:
            frame, parts = marker, segment[5]
            pixels = int.from_bytes(segment[1:3], "big") * int.from_bytes(segment[3:5], "big")
        elif marker == 0xDA and frame and segment:
            return _Header(frame, pixels, parts, segment[0])
    return None


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield marker and start of each segment up to the first scan."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        marker = _next_marker(file)
        length = int.from_bytes(file.read(2), "big")
        if marker is None or length < 2:
            return
        segment = file.read(min(length - 2, 16))
        yield marker, segment
        if marker == 0xDA:
            return
        file.seek(length - 2 - len(segment), os.SEEK_CUR)


def _next_marker(file: BinaryIO) -> int | None:
    """Return the second byte of the next marker, past what does not belong there, as decoders do."""
    tail = b""
    while block := tail + file.read(64):
        at = 0
        while (at := block.find(b"\xff", at)) >= 0 and at + 1 < len(block):
            if block[at + 1] not in (0x00, 0xFF):
                file.seek(at + 2 - len(block), os.SEEK_CUR)
                return block[at + 1]
            at += 1
        if len(block) == len(tail):
            return None
        tail = block[-1:] if block.endswith(b"\xff") else b""
    return None
