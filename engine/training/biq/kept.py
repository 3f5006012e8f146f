"""What takes long to measure is kept beside the weights in the making, so that it is measured once."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
KEY = "key"


def key_of(*parts: object) -> str:
    """Return a short text that differs when any part does."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def kept(file: Path, key: str, measure: Callable[[], Arrays]) -> Arrays:
    """Return the arrays that `file` holds under `key`; else measure them and write it. Raises OSError."""
    found = _read(file, key)
    if found is None:
        found = measure()
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with part.open("wb") as handle:
            np.savez(handle, allow_pickle=False, **{KEY: np.array(key)}, **found)
        part.replace(file)
    return found


def half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return values as they are kept: half as large, and what is kept is what is used."""
    return values.astype(np.float16)


def _read(file: Path, key: str) -> Arrays | None:
    """Return None where nothing is kept, or something else, or a part of it: then it is measured anew."""
    try:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as found:
            if str(found[KEY]) != key:
                return None
            return {name: found[name] for name in found.files if name != KEY}
    except (FileNotFoundError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
