"""Finds free names in the target: a shot's files keep one stem, nothing is overwritten, nothing escapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.errors import ExportError
from engine.export.names import folded, with_suffix_number


@dataclass(frozen=True, slots=True)
class Found:
    """Targets of a shot's files; files whose identical copy is there already are in `identical` instead."""

    targets: dict[Path, Path]
    identical: list[Path]
    renamed: bool


@dataclass(slots=True)
class Places:
    """The names of a target folder, those on disk and those that the plan has given away."""

    root: Path
    originals: set[Path]  # resolved folders that hold originals
    on_disk: bool = True  # False for the inside of a zip
    _folders: dict[str, dict[str, Path]] = field(default_factory=dict)
    _troubles: dict[PurePosixPath, str | None] = field(default_factory=dict)
    _numbers: dict[tuple[str, frozenset[str]], int] = field(default_factory=dict)  # tried in vain before

    def trouble(self, folder: PurePosixPath) -> str | None:
        """Return why nothing can be put into a folder of the target, or None."""
        if not self.on_disk:
            return None
        if folder not in self._troubles:
            self._troubles[folder] = self._find_trouble(folder)
        return self._troubles[folder]

    def _find_trouble(self, folder: PurePosixPath) -> str | None:
        place = self.root / folder
        parts = [place, *place.parents][: len(folder.parts)]
        if any(part.exists() and not part.is_dir() for part in parts):
            return f"{place} cannot be made: a file has that name"
        resolved = place.resolve()
        if not resolved.is_relative_to(self.root.resolve()):
            return f"{place} is a link that leads out of {self.root}"
        return f"{place} holds originals" if resolved in self.originals else None

    def find(self, place: PurePosixPath, endings: Mapping[Path, str]) -> Found:
        """Find the first suffix under which no file of a shot meets another file, and take those names.

        `place` is folder and stem, `endings` what follows the stem, by source, no two alike.
        Files that cannot be compared count as other files. Raises ExportError when the target cannot be read.
        """
        names = self._names(self.root / place.parent)
        alike = (folded(place), frozenset(endings.values()))
        number = self._numbers.get(alike, 1)
        while (found := self._try(place, endings, names, number)) is None:
            number += 1
        names.update({folded(path.name): source for source, path in found.targets.items()})
        self._numbers[alike] = number + 1
        return found

    def _try(
        self, place: PurePosixPath, endings: Mapping[Path, str], names: Mapping[str, Path], number: int
    ) -> Found | None:
        targets: dict[Path, Path] = {}
        identical: list[Path] = []
        for source, ending in endings.items():
            name = with_suffix_number(place.name, number, ending)
            there = names.get(folded(name))
            if there is None:
                targets[source] = self.root / place.parent / name
            elif there == source:
                continue  # a sidecar of two photos, on its way already
            elif self.on_disk and there.parent == self.root / place.parent and _same_or_false(source, there):
                identical.append(source)
            else:
                return None
        return Found(targets, identical, number > 1)

    def _names(self, folder: Path) -> dict[str, Path]:
        """Return what has which folded name: on many disks IMG.JPG and img.jpg are one file."""
        key = folded(folder)
        if key not in self._folders:
            try:
                there = list(folder.iterdir()) if self.on_disk and folder.is_dir() else []
            except OSError as error:
                raise ExportError(
                    f"{folder} cannot be read: {error.strerror}. Nothing was written."
                ) from error
            self._folders[key] = {folded(entry.name): entry for entry in there}
        return self._folders[key]


def _same_or_false(a: Path, b: Path) -> bool:
    try:
        return same_content(a, b)
    except OSError:
        return False


def same_content(a: Path, b: Path) -> bool:
    """Tell whether two files hold the same bytes. Raises OSError."""
    if not b.is_file() or a.stat().st_size != b.stat().st_size:
        return False
    if a.samefile(b):
        return True
    with a.open("rb") as left, b.open("rb") as right:
        while block := left.read(1 << 20):
            if block != right.read(1 << 20):
                return False
    return True
