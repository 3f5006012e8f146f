"""Knows a photo by its content, so that decisions survive a rename, a move and a read-only card."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

END_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and last bytes of a file (up to END_BYTES each, never overlapping) and its size in bytes."""

    size: int
    head: bytes
    tail: bytes


def read_ends(path: Path) -> Ends:
    """Read a file's ends once. Raises OSError when it cannot be read."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(END_BYTES)
        file.seek(max(len(head), size - END_BYTES))
        return Ends(size, head, file.read(END_BYTES))


def identity_of(ends: Ends) -> str:
    """Return 32 hex digits: BLAKE2b, 16 bytes, over size, head and tail."""
    digest = hashlib.blake2b(ends.size.to_bytes(8, "little"), digest_size=16)
    digest.update(ends.head)
    digest.update(ends.tail)
    return digest.hexdigest()
