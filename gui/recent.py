"""Remembers which albums were opened last."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from engine.paths import DataDir

log = logging.getLogger(__name__)

KEPT = 6


class RecentAlbums:
    """The last albums, the latest first, in a file of the data directory."""

    def __init__(self, data_dir: DataDir) -> None:
        self._file = data_dir.root / "recent.json"

    def albums(self) -> list[Path]:
        """Return those that are still there; none when the file cannot be read."""
        try:
            names = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            log.warning("Recent albums cannot be read from %s: %s", self._file, error)
            return []
        texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        return [path for path in map(Path, texts) if path.is_dir()]

    def add(self, album: Path) -> None:
        """Put an album first. That it cannot be remembered is no reason to disturb anyone."""
        albums = [album, *(path for path in self.albums() if path != album)][:KEPT]
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps([str(path) for path in albums]), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            log.warning("Recent albums cannot be written to %s: %s", self._file, error)
