"""Remembers which albums were opened last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.paths import DataDir
from gui.kept_file import KeptFile

KEPT = 6


class RecentAlbums:
    """The last albums, the latest first, in a file of the data directory."""

    def __init__(self, data_dir: DataDir) -> None:
        self._file = KeptFile(data_dir.root / "recent.json", "Recent albums")

    def albums(self) -> list[Path]:
        """Return those that are still there; none when the file cannot be read."""
        return list(self._known())

    def is_recursive(self, album: Path) -> bool:
        """Tell whether an album was opened with the folders inside it."""
        return self._known().get(album, False)

    def add(self, album: Path, *, recursive: bool = False) -> None:
        """Put an album first."""
        known = {album: recursive} | {path: was for path, was in self._known().items() if path != album}
        entries = [{"album": str(path), "recursive": was} for path, was in list(known.items())[:KEPT]]
        self._file.write(json.dumps(entries))

    def _known(self) -> dict[Path, bool]:
        """Return the albums that are there, and whether the folders inside belong to them."""
        found = self._file.read_json()
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
