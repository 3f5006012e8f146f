"""Writes a JSON file whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.errors import UsageError


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
