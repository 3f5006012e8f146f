"""A photo file taken apart: its XMP, and what everything else in it is.

Two files with equal `rest` hold the same picture and the same foreign metadata, byte for byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from engine.errors import SidecarError
from engine.photo_xmp.jpeg_parts import read_jpeg
from engine.photo_xmp.tiff_parts import DNG_VERSION, read_tiff

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".dng"})


class FileKind(StrEnum):
    """What XMP is written into; no other file is."""

    JPEG = "JPEG"
    TIFF = "TIFF"
    DNG = "DNG"


@dataclass(frozen=True, slots=True)
class Parts:
    """One file. `rest` names each other part with its digest, in the order that counts."""

    kind: FileKind
    packet: bytes | None  # as it stands in the file; None where there is none
    rest: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """Of the packet; "" where there is none."""
        return hashlib.sha256(self.packet).hexdigest() if self.packet is not None else ""


def parts_of(path: Path, *, proof: bool = True) -> Parts:
    """Take a file apart. Without `proof` only the packet is looked for, and `rest` is not whole.

    Raises SidecarError when it is no JPEG, TIFF or DNG, or one that cannot be proven to stay as it is.
    """
    try:
        with path.open("rb") as file:
            return _parts(file, path.suffix.lower(), proof=proof)
    except OSError as error:
        raise SidecarError(f"it cannot be read ({error.strerror or error})") from error


def _parts(file: BinaryIO, suffix: str, *, proof: bool) -> Parts:
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        packet, rest = read_jpeg(file, whole=proof)
        return Parts(FileKind.JPEG, packet, rest)
    if head not in (b"II*\0", b"MM\0*"):
        raise SidecarError("it is no JPEG, TIFF or DNG, whatever its name says")
    packet, rest = read_tiff(file, whole=proof)
    is_dng = any(name.endswith(f" tag {DNG_VERSION}") for name, _ in rest)
    if not is_dng and suffix == ".dng":
        raise SidecarError("it is no DNG, whatever its name says")
    return Parts(FileKind.DNG if is_dng else FileKind.TIFF, packet, rest)
