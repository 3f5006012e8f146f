"""Plans an export: which file goes where, before anything is written."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ExportError
from engine.types import Photo


@dataclass(frozen=True, slots=True)
class CopyAction:
    """Copy one file. The target does not exist; `renamed` tells that its name is not the source's."""

    source: Path
    target: Path
    bytes: int
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All copies of an export, and what was found before it."""

    target: Path
    actions: tuple[CopyAction, ...]
    photos: int
    already_there: tuple[Path, ...]  # files whose identical copy lies in the target
    unreadable: tuple[tuple[Path, str], ...]
    free_bytes: int

    @property
    def total_bytes(self) -> int:
        return sum(action.bytes for action in self.actions)

    @property
    def renamed(self) -> int:
        return sum(action.renamed for action in self.actions)


def plan_export(photos: Sequence[Photo], target: Path) -> ExportPlan:
    """Plan copies of all files of `photos` into `target`; nothing is written.

    A name that is taken by another file gets a suffix, the same for both files of a RAW+JPEG pair.
    A file whose identical copy is there already is not copied again.
    Raises ExportError when the target cannot be used or has not enough room.
    """
    target = target.expanduser().absolute()
    _check_target(photos, target)
    taken = _names_in(target)
    actions: list[CopyAction] = []
    already: list[Path] = []
    unreadable: list[tuple[Path, str]] = []
    for photo in photos:
        _plan_photo(photo, target, taken, actions, already, unreadable)
    plan = ExportPlan(
        target, tuple(actions), len(photos), tuple(already), tuple(unreadable), _free_bytes(target)
    )
    if plan.total_bytes > plan.free_bytes:
        raise ExportError(
            f"{target} has {_megabytes(plan.free_bytes)} free; {_megabytes(plan.total_bytes)} are needed. "
            "Nothing was copied: choose another folder or make room."
        )
    return plan


def _check_target(photos: Sequence[Photo], target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} is a file. Choose a folder to export to.")
    resolved = target.resolve()
    for photo in photos:
        if any(file.parent.resolve() == resolved for file in photo.files):
            raise ExportError(f"{target} holds the originals. Choose another folder to export to.")


def _names_in(target: Path) -> dict[str, Path]:
    """Return files of the target by folded name: on many disks IMG.JPG and img.jpg are one file."""
    try:
        return {entry.name.casefold(): entry for entry in target.iterdir()} if target.is_dir() else {}
    except OSError as error:
        raise ExportError(f"{target} cannot be read: {error.strerror}. Nothing was copied.") from error


def _plan_photo(
    photo: Photo,
    target: Path,
    taken: dict[str, Path],
    actions: list[CopyAction],
    already: list[Path],
    unreadable: list[tuple[Path, str]],
) -> None:
    wanted: list[tuple[Path, int]] = []
    for file in photo.files:
        try:
            size = file.stat().st_size
            there = taken.get(file.name.casefold())
            if there is not None and there.exists() and same_content(file, there):
                already.append(file)
            else:
                wanted.append((file, size))
        except OSError as error:
            unreadable.append((file, error.strerror or str(error)))
    suffix = _free_suffix([file for file, _ in wanted], taken)
    for file, size in wanted:
        name = f"{file.stem}{suffix}{file.suffix}"
        taken[name.casefold()] = target / name
        actions.append(CopyAction(file, target / name, size, renamed=bool(suffix)))


def _free_suffix(files: Sequence[Path], taken: dict[str, Path]) -> str:
    suffix, number = "", 1
    while any(f"{file.stem}{suffix}{file.suffix}".casefold() in taken for file in files):
        number += 1
        suffix = f"_{number}"
    return suffix


def same_content(a: Path, b: Path) -> bool:
    """Tell whether two files hold the same bytes."""
    if a.stat().st_size != b.stat().st_size:
        return False
    with a.open("rb") as left, b.open("rb") as right:
        while block := left.read(1 << 20):
            if block != right.read(1 << 20):
                return False
    return True


def _free_bytes(target: Path) -> int:
    folder = target
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
