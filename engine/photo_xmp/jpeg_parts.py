"""The segments of a JPEG (ITU-T T.81, annex B): where its XMP is, and a digest of each other one.

XMP in JPEG: Adobe's XMP specification, part 3, section 1.1.3. Read only; nothing here writes.
"""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from engine.errors import SidecarError

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MULTI_PICTURE = b"MPF\0"  # CIPA DC-007: holds offsets, which move with what stands before the pictures
_APP1, _APP2, _START_OF_SCAN = 0xE1, 0xE2, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_BLOCK = 1 << 20


def read_jpeg(file: BinaryIO, *, whole: bool) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
    """Return the XMP packet, or None, and name and digest of everything else.

    Without `whole` the picture itself is not read. Raises SidecarError on a damaged header.
    """
    file.seek(2)
    packets: list[bytes] = []
    rest: list[tuple[str, str]] = []
    while (marker := _marker(file)) != _START_OF_SCAN:
        payload = b"" if marker in _ALONE else _payload(file)
        if marker == _APP1 and payload.startswith(_XMP):
            packets.append(payload[len(_XMP) :])
        elif marker == _APP2 and payload.startswith(_MULTI_PICTURE):
            rest.append(("segment E2 MPF", ""))
        else:
            rest.append((f"segment {marker:02X}", _digest(payload)))
    if len(packets) > 1:
        raise SidecarError("it holds XMP twice, and it cannot be told which counts")
    if whole:
        rest.append(("picture", _digest_of_rest(file)))
    return (packets[0] if packets else None), tuple(rest)


def _marker(file: BinaryIO) -> int:
    first = file.read(1)
    if first != b"\xff":
        raise SidecarError("its header is damaged")
    while (byte := file.read(1)) == b"\xff":  # fill bytes
        pass
    if byte in (b"", b"\0", b"\xd9"):
        raise SidecarError("its header is damaged")
    return byte[0]


def _payload(file: BinaryIO) -> bytes:
    length = int.from_bytes(file.read(2), "big")
    payload = file.read(length - 2) if length >= 2 else b""
    if len(payload) != length - 2:
        raise SidecarError("its header is damaged")
    return payload


def _digest_of_rest(file: BinaryIO) -> str:
    """Return the digest from the first scan to the end of the file, whatever comes behind the picture."""
    digest = hashlib.blake2b()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
