"""The files that belong to a photo beside its frames: XMP sidecars of either naming."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.album.formats import PHOTO_SUFFIXES
from engine.types import Photo

SIDECAR = ".xmp"


@dataclass(frozen=True, slots=True)
class Companion:
    """A sidecar. `shared` when photos outside this shot have it too, such as IMG.JPG and IMG.PNG."""

    path: Path
    shared: bool


@dataclass(slots=True)
class _Folder:
    """The sidecars and the photo files of one folder, by folded name."""

    sidecars: dict[str, list[Path]] = field(default_factory=dict)
    photos_by_stem: dict[str, list[Path]] = field(default_factory=dict)


@dataclass(slots=True)
class CompanionFinder:
    """Finds sidecars; reads each folder once. Make a new one for each plan."""

    _folders: dict[Path, _Folder] = field(default_factory=dict)

    def of(self, photo: Photo) -> list[Companion]:
        """Return `IMG.xmp` and `IMG.CR2.xmp` of a photo, letter case aside. Unreadable folders have none."""
        found: dict[Path, Companion] = {}
        for file in photo.files:
            folder = self._folder(file.parent)
            for path in folder.sidecars.get((file.name + SIDECAR).casefold(), ()):
                found[path] = Companion(path, shared=False)
            same_stem = folder.photos_by_stem.get(file.stem.casefold(), ())
            shared = any(other not in photo.files for other in same_stem)
            for path in folder.sidecars.get((file.stem + SIDECAR).casefold(), ()):
                found.setdefault(path, Companion(path, shared))
        return list(found.values())

    def _folder(self, path: Path) -> _Folder:
        if path not in self._folders:
            self._folders[path] = _read(path)
        return self._folders[path]


def _read(path: Path) -> _Folder:
    found = _Folder()
    try:
        for file in path.iterdir():
            suffix = file.suffix.lower()
            if suffix == SIDECAR:
                found.sidecars.setdefault(file.name.casefold(), []).append(file)
            elif suffix in PHOTO_SUFFIXES:
                found.photos_by_stem.setdefault(file.stem.casefold(), []).append(file)
    except OSError:
        return _Folder()  # the photos themselves will say what is wrong with their folder
    return found
