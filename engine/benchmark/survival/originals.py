"""Proves that originals did not change: bytes, modification time, permissions, owner."""

from __future__ import annotations

import hashlib
from pathlib import Path

State = dict[str, tuple[str, int, int, int]]


def state_of(folder: Path) -> State:
    """Return content hash, mtime (ns), mode and owner of each file below a folder."""
    found: State = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            about = file.stat()
            digest = hashlib.blake2b(file.read_bytes()).hexdigest()
            found[file.relative_to(folder).as_posix()] = (
                digest,
                about.st_mtime_ns,
                about.st_mode,
                about.st_uid,
            )
    return found


def count_changed(before: State, after: State) -> int:
    """Return how many files differ, are gone, or are new."""
    return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
