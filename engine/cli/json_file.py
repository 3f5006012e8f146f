"""Writes a JSON file whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from engine.errors import UsageError


def refuse_unwritable(path: Path) -> None:
    """Raise UsageError when nothing can be written there: better known before an hour of work than after."""
    trouble = None
    if path.is_dir():
        trouble = "it is a folder"
    elif not path.parent.is_dir():
        trouble = f"there is no folder {path.parent}"
    elif not os.access(path.parent, os.W_OK):
        trouble = f"you are not allowed to write to {path.parent}"
    if trouble is not None:
        raise UsageError(f"{path} cannot be written: {trouble}. Choose another place for --json.")


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write beside, then put in place. Raises UsageError when the place cannot be written."""
    beside = path.with_name(path.name + ".part")
    try:
        text = json.dumps(document, indent=1, allow_nan=False)  # ASCII: any file name can be written
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}. Choose another place for --json."
        ) from error
