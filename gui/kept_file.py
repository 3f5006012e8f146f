"""A small file of the data directory in which the window keeps something from one start to the next."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class KeptFile:
    """Trouble with it is logged: that something cannot be remembered is no reason to disturb anyone.

    `what` begins a sentence of the log: "The theme".
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what

    def read(self) -> str | None:
        """Return what was written; None where there is nothing that can be read."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.note_unreadable(error)
            return None

    def read_json(self) -> Any:
        """Return what was written as JSON; None where there is nothing that can be read."""
        text = self.read()
        try:
            return None if text is None else json.loads(text)
        except (ValueError, RecursionError) as error:
            self.note_unreadable(error)
            return None

    def write(self, text: str) -> None:
        """Put this in the place of what was written: all of it, or nothing."""
        part = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written to %s: %s", self._what, self._path, error)

    def note_unreadable(self, error: Exception) -> None:
        """Log that what was written makes no sense."""
        log.warning("%s cannot be read from %s: %s", self._what, self._path, error)
