"""SHA-256 of weights files: the identity of every model that gives a score."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import WeightsCorruptError, WeightsMissingError
from engine.models.manifest import Weights

# Hashes of files that did not change since, within this process only: (path, size, mtime_ns, inode).
_known: dict[tuple[str, int, int, int], str] = {}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in lower-case hex, read in a stream. Raises OSError."""
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
    if key not in _known:
        with path.open("rb") as file:
            _known[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _known[key]


def checked_hash(path: Path, weights: Weights) -> str:
    """Return the hash of a weights file that is what the manifest states.

    Raises WeightsMissingError or WeightsCorruptError, which say what to do.
    """
    try:
        found = sha256_of(path)
    except FileNotFoundError as error:
        raise WeightsMissingError(
            f"{weights.title}: {path.name} is not installed in {path.parent}; run: main.py models install"
        ) from error
    except OSError as error:
        raise WeightsCorruptError(
            f"{weights.title}: {path} cannot be read ({error.strerror or error}); run: main.py models install"
        ) from error
    if found != weights.sha256:
        raise WeightsCorruptError(
            f"{weights.title}: {path} is not the file it should be (SHA-256 {found[:12]}…, expected "
            f"{weights.sha256[:12]}…) and is not used; run: main.py models install"
        )
    return found
