"""The lists and pictures that an export writes beside the photos: which, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.export.asked import Asked, small_paths
from engine.export.items import ExportItem
from engine.export.names import clean, with_suffix_number

PICTURES = " small"  # what a folder of small JPEGs is called after the album's name


@dataclass(frozen=True, slots=True)
class Lists:
    """What is wanted: endings of `engine.export.lists.SUFFIXES`, and the long side of small JPEGs or 0."""

    endings: tuple[str, ...] = ()
    small_side: int = 0

    def __bool__(self) -> bool:
        return bool(self.endings or self.small_side)

    def paths(self, folder: Path, name: str) -> list[Path]:
        """Return where each would be now: free names in `folder`, the folder of pictures last."""
        endings = (*self.endings, PICTURES) if self.small_side else self.endings
        return [_free(folder, clean(name), ending) for ending in endings]

    def asked(self, items: Sequence[ExportItem], folder: Path, name: str, thumbnails: Path) -> Asked:
        """Return what an export of `items` to `folder` has to make."""
        paths = self.paths(folder, name)
        lists = tuple(paths[: len(self.endings)])
        small = small_paths(items, paths[-1]) if self.small_side else ()
        return Asked(name, tuple(items), thumbnails, lists, small, self.small_side)


def _free(folder: Path, stem: str, ending: str) -> Path:
    number = 1
    while (path := folder / with_suffix_number(stem, number, ending)).exists():
        number += 1
    return path
