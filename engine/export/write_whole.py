"""Writes a new file whole or not at all, never over another one."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from engine.export.copying import PART_SUFFIX, put_in_place


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` beside, flush it, and name it. Raises OSError, also where a file has that name."""
    part = path.with_name(f".{uuid.uuid4().hex[:12]}{PART_SUFFIX}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path)
    finally:
        with suppress(OSError):
            part.unlink()
