"""Which sidecar belongs to a photo.

IMG_1.xmp is the name of Lightroom, Bridge and Capture One, IMG_1.CR2.xmp that of darktable and digiKam. Where
both are there, the one of the chosen naming wins: it is read and written, the other is left alone and named.
Where only one is there, that one is used, so that a photo does not get two truths.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.album.formats import RAW_SUFFIXES
from engine.types import Photo

SIDECAR_SUFFIX = ".xmp"


class Naming(StrEnum):
    """How a new sidecar is named."""

    BASENAME = "basename"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo's sidecar is or will be."""

    path: Path
    others: tuple[Path, ...] = ()  # sidecars of this photo that are left alone
    short: bool = True  # named without the photo's extension
    extension: str | None = None  # of the RAW, where the sidecar's name does not tell it


class SidecarNames:
    """Finds the sidecars of an album's photos. Lists each folder once."""

    def __init__(self, photos: Iterable[Photo], naming: Naming) -> None:
        self._naming = naming
        self._folders: dict[Path, dict[str, Path]] = {}
        self._by_stem: dict[tuple[Path, str], list[Photo]] = {}
        self._files: set[Path] = set()
        for photo in photos:
            self._by_stem.setdefault(_stem_of(photo.path), []).append(photo)
            self._files.update(photo.files)

    def place(self, photo: Photo) -> Place:
        """Return where the sidecar of a photo is, or where it is to be made."""
        owner = owner_of(photo)
        by_base, by_full = owner.with_suffix(SIDECAR_SUFFIX), owner.with_name(owner.name + SIDECAR_SUFFIX)
        shared = self._is_shared(photo)
        wanted = [by_base, by_full] if self._naming is Naming.BASENAME else [by_full, by_base]
        if shared:  # the short name would not say whose sidecar it is
            wanted = [by_full]
        there = [found for path in wanted if (found := self._find(path))]
        path = there[0] if there else wanted[0]
        more = [found for file in photo.files if (found := self._find(file.with_name(f"{file.name}.xmp")))]
        unclear = self._find(by_base) if shared else None
        others = tuple(dict.fromkeys(each for each in [unclear, *there[1:], *more] if each and each != path))
        short = path.stem == owner.stem
        extension = owner.suffix[1:] if short and owner.suffix.lower() in RAW_SUFFIXES else None
        return Place(path, others, short, extension)

    def _is_shared(self, photo: Photo) -> bool:
        """Tell whether the short name could mean another photo; a lone RAW has it to itself."""
        if photo.path.with_suffix("") in self._files:  # a.jpg, for the short name of a.jpg.png
            return True
        same = self._by_stem.get(_stem_of(photo.path), [photo])
        raws = [each for each in same if owner_of(each).suffix.lower() in RAW_SUFFIXES]
        return len(same) > 1 and raws != [photo]

    def _find(self, path: Path) -> Path | None:
        """Return the file of that name, its ending in any letter case."""
        names = self._folders.get(path.parent)
        if names is None:
            names = self._folders[path.parent] = _sidecars_in(path.parent)
        return names.get(path.stem + SIDECAR_SUFFIX)


def owner_of(photo: Photo) -> Path:
    """Return the file that the sidecar speaks of: the RAW of a pair."""
    raws = [file for file in photo.files if file.suffix.lower() in RAW_SUFFIXES]
    return raws[0] if raws else photo.path


def long_place(photo: Photo, place: Place) -> Place:
    """Return the place of the full name, for a photo whose short name is another file's."""
    owner = owner_of(photo)
    others = (place.path, *(other for other in place.others if other.stem != owner.name))
    return Place(owner.with_name(owner.name + SIDECAR_SUFFIX), others, short=False)


def speaks_of(extension: str | None, photo: Photo) -> bool:
    """Tell whether a sidecar whose photoshop:SidecarForExtension is this speaks of the photo."""
    return extension is None or extension.casefold() in {file.suffix[1:].casefold() for file in photo.files}


def _stem_of(file: Path) -> tuple[Path, str]:
    return file.parent, file.stem.casefold()


def _sidecars_in(folder: Path) -> dict[str, Path]:
    """Return sidecars by name, their ending in lower case. A folder that cannot be listed has none."""
    found: dict[str, Path] = {}
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names only, as they are on disk
    except OSError:
        return found
    for name in names:
        stem, suffix = os.path.splitext(name)  # noqa: PTH122
        if suffix.lower() == SIDECAR_SUFFIX:
            found.setdefault(stem + SIDECAR_SUFFIX, folder / name)
    return found
