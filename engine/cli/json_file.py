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
    elif _is_special(path):
        trouble = None if os.access(path, os.W_OK) else "you are not allowed to write to it"
    elif not path.parent.is_dir():
        trouble = f"there is no folder {path.parent}"
    elif not os.access(path.parent, os.W_OK):
        trouble = f"you are not allowed to write to {path.parent}"
    if trouble is not None:
        raise UsageError(f"{path} cannot be written: {trouble}. Choose another place for --json.")


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write beside, then put in place; straight into what is no file, such as a pipe or /dev/stdout.

    A link stays, and the file it leads to is written. Raises UsageError when the place cannot be written.
    """
    text = json.dumps(document, indent=1, allow_nan=False)  # ASCII: any file name can be written
    try:
        if _is_special(path):
            path.write_text(text, encoding="utf-8")
            return
        target = path.resolve()
        beside = target.with_name(target.name + ".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}. Choose another place for --json."
        ) from error


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()
