"""Remembers which albums were opened last."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from engine.paths import DataDir

log = logging.getLogger(__name__)

KEPT = 6


class RecentAlbums:
    """The last albums, the latest first, in a file of the data directory."""

    def __init__(self, data_dir: DataDir) -> None:
        self._file = data_dir.root / "recent.json"

    def albums(self) -> list[Path]:
        """Return those that are still there; none when the file cannot be read."""
        return list(self._known())

    def is_recursive(self, album: Path) -> bool:
        """Tell whether an album was opened with the folders inside it."""
        return self._known().get(album, False)

    def add(self, album: Path, *, recursive: bool = False) -> None:
        """Put an album first. That it cannot be remembered is no reason to disturb anyone."""
        known = {album: recursive} | {path: was for path, was in self._known().items() if path != album}
        entries = [{"album": str(path), "recursive": was} for path, was in list(known.items())[:KEPT]]
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            log.warning("Recent albums cannot be written to %s: %s", self._file, error)

    def _known(self) -> dict[Path, bool]:
        """Return the albums that are there, and whether the folders inside belong to them."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("Recent albums cannot be read from %s: %s", self._file, error)
            return {}
        entries = map(_read, found if isinstance(found, list) else [])
        return {path: recursive for path, recursive in filter(None, entries) if path.is_dir()}


def has_folders(album: Path | None) -> bool:
    """Tell whether there are folders in an album, hidden ones and those of Framepick's own aside."""
    try:
        inside = [] if album is None else list(album.iterdir())
    except OSError:
        return False
    return any(path.is_dir() and not path.name.startswith((".", "_")) for path in inside)


def _read(entry: Any) -> tuple[Path, bool] | None:
    """Return album and whether it is recursive; a name alone is what former versions wrote."""
    if isinstance(entry, str):
        return Path(entry), False
    if isinstance(entry, dict) and isinstance(entry.get("album"), str):
        return Path(entry["album"]), entry.get("recursive") is True
    return None
