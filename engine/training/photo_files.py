"""Finds photos in a folder by their names, whatever the case of their suffix."""

from __future__ import annotations

from pathlib import Path

from engine.album.formats import PHOTO_SUFFIXES
from engine.errors import TrainingError


class PhotoFiles:
    """The photos of a folder and of the folders inside, by stem. Names are read once."""

    def __init__(self, folder: Path) -> None:
        """Raises TrainingError when the folder cannot be read or holds no photo."""
        self._by_stem: dict[str, Path] = {}
        folder = folder.expanduser()
        if not folder.is_dir():
            raise TrainingError(f"data.images: {folder} is no folder.")
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in PHOTO_SUFFIXES:
                self._by_stem.setdefault(path.stem, path)
        if not self._by_stem:
            raise TrainingError(f"data.images: there are no photos in {folder}.")

    def find(self, name: str) -> Path | None:
        """Return the file of a name, given with or without a suffix."""
        found = self._by_stem.get(name)
        return found if found is not None else self._by_stem.get(Path(name.replace("\\", "/")).stem)
