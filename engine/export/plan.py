"""Plans an export: which file goes where, before anything is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.errors import ExportError
from engine.export.companions import CompanionFinder
from engine.export.items import ExportItem
from engine.export.layout import Layout
from engine.export.places import Places
from engine.types import Photo


class How(StrEnum):
    """What is done with each file."""

    COPY = "copy"
    MOVE = "move"
    HARD_LINK = "hard-link"
    SYMBOLIC_LINK = "symbolic-link"
    ZIP = "zip"
    WRITE = "write"  # a list or picture that is made, not copied; source and target are the same
    INSIDE = "inside"  # no export: marks are written into the source, and the target keeps the original


CHANGE_ALBUM = (How.MOVE, How.INSIDE)  # files of the album come, go or get other bytes


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Where to, how, and into which folders. With `how` ZIP, `target` ends with .zip or is a folder."""

    target: Path
    how: How = How.COPY
    layout: str = "flat"
    sidecars: bool = True
    archive_name: str = "photos"  # of the zip, when `target` is a folder


@dataclass(frozen=True, slots=True)
class FileAction:
    """What is done with one file. The target does not exist; `renamed` tells that it got a suffix."""

    source: Path
    target: Path
    bytes: int
    renamed: bool = False
    how: How = How.COPY
    shot: int = 0  # files of one shot are moved together or not at all


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All actions of an export, and what was found before it."""

    target: Path
    actions: tuple[FileAction, ...]
    photos: int
    already_there: tuple[Path, ...]  # files whose identical copy lies in the target
    unreadable: tuple[tuple[Path, str], ...]  # files that are left out, and why
    free_bytes: int
    how: How = How.COPY
    archive: Path | None = None  # the zip; then the targets of the actions are names inside it

    @property
    def total_bytes(self) -> int:
        return sum(action.bytes for action in self.actions)

    @property
    def needed_bytes(self) -> int:
        """What the target's drive has to have free; links and moves within a drive need nothing."""
        if self.how in (How.HARD_LINK, How.SYMBOLIC_LINK):
            return 0
        if self.how is How.MOVE and self.actions and _same_drive(self.actions[0].source, self.target):
            return 0
        return self.total_bytes

    @property
    def renamed(self) -> int:
        return sum(action.renamed for action in self.actions)


def plan_export(items: Sequence[ExportItem], options: ExportOptions) -> ExportPlan:
    """Plan what happens to all files of `items`, sidecars included; nothing is written.

    A name that is taken by another file gets a suffix, the same for all files of a shot. A file whose
    identical copy is there already is left out. Raises ExportError when the target cannot be used.
    """
    planner = _Planner(options, Layout(options.layout), [item.photo for item in items])
    for number, item in enumerate(items):
        planner.add(number, item)
    return planner.plan(len(items))


def plan_of_lists(folder: Path, photos: int) -> ExportPlan:
    """Return the plan of an export that copies nothing: lists and pictures alone go into `folder`.

    Raises ExportError when it cannot be used.
    """
    return ExportPlan(folder, (), photos, (), (), free_bytes(folder), How.WRITE)


def require_room(plan: ExportPlan) -> None:
    """Raise ExportError when the target's drive has not enough room."""
    if plan.needed_bytes > plan.free_bytes:
        raise ExportError(
            f"{plan.target} has {megabytes(plan.free_bytes)} free; {megabytes(plan.needed_bytes)} are "
            "needed. Nothing was written: choose another folder or make room."
        )


@dataclass(slots=True)
class _Planner:
    """Collects the actions of one plan."""

    options: ExportOptions
    layout: Layout
    photos: list[Photo]
    target: Path = field(init=False)
    archive: Path | None = field(init=False)
    places: Places = field(init=False)
    companions: CompanionFinder = field(default_factory=CompanionFinder)
    actions: list[FileAction] = field(default_factory=list)
    already: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        target = self.options.target.expanduser().absolute()
        self.archive = _archive(target, self.options) if self.options.how is How.ZIP else None
        self.target = self.archive.parent if self.archive else target
        _check_target(self.photos, self.target)
        originals = {file.parent.resolve() for photo in self.photos for file in photo.files}
        self.places = Places(self.archive or self.target, originals, on_disk=self.archive is None)

    def add(self, shot: int, item: ExportItem) -> None:
        files = self._files_of(item)
        place = self.layout.place(item)
        trouble = self.places.trouble(place.parent)
        if trouble:
            self.left_out += [(file, trouble) for file, _, _ in files]
            return
        endings = _endings([file for file, _, _ in files], item.photo.path.stem)
        self.left_out += [(f, "another sidecar has its name") for f, _, _ in files if f not in endings]
        found = self.places.find(place, endings)
        self.already += found.identical
        for file, size, how in files:
            target = found.targets.get(file)
            if target is not None:
                self.actions.append(FileAction(file, target, size, found.renamed, how, shot))

    def _files_of(self, item: ExportItem) -> list[tuple[Path, int, How]]:
        """Return the files of a shot that can be taken, with size and what to do; the others are noted."""
        wanted = [(file, self.options.how) for file in item.photo.files]
        if self.options.sidecars:
            for companion in self.companions.of(item.photo):
                stays = companion.shared and self.options.how is How.MOVE
                wanted.append((companion.path, How.COPY if stays else self.options.how))
        found: list[tuple[Path, int, How]] = []
        for file, how in wanted:
            try:
                size = file.stat().st_size
                trouble = _trouble(file, how, self.target)
            except OSError as error:
                trouble, size = error.strerror or str(error), 0
            if trouble:
                self.left_out.append((file, trouble))
            else:
                found.append((file, size, how))
        if self.options.how is How.MOVE and len(found) < len(wanted):
            self.left_out += [(file, "a file that belongs to it cannot be moved") for file, _, _ in found]
            return []
        return found

    def plan(self, photos: int) -> ExportPlan:
        return ExportPlan(
            self.target,
            tuple(self.actions),
            photos,
            tuple(self.already),
            tuple(self.left_out),
            free_bytes(self.target),
            self.options.how,
            self.archive,
        )


def _endings(files: Sequence[Path], stem: str) -> dict[Path, str]:
    """Return what follows the stem in each name; of endings alike but for letter case only the first."""
    endings: dict[Path, str] = {}
    for file in files:
        same = file.name[: len(stem)].casefold() == stem.casefold()
        ending = file.name[len(stem) :] if same else file.suffix
        if ending.casefold() not in {other.casefold() for other in endings.values()}:
            endings[file] = ending
    return endings


def _archive(target: Path, options: ExportOptions) -> Path:
    if target.suffix.lower() == ".zip" and not target.is_dir():
        if target.exists():
            raise ExportError(f"{target} is there already and is not overwritten. Choose another name.")
        return target
    number, archive = 1, target / f"{options.archive_name}.zip"
    while archive.exists():
        number += 1
        archive = target / f"{options.archive_name}_{number}.zip"
    return archive


def _check_target(photos: Sequence[Photo], target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} is a file. Choose a folder to export to.")
    resolved = target.resolve()
    for photo in photos:
        if any(file.parent.resolve() == resolved for file in photo.files):
            raise ExportError(f"{target} holds the originals. Choose another folder to export to.")


def _trouble(file: Path, how: How, target: Path) -> str | None:
    """Return why a file cannot be moved or linked. Raises OSError."""
    if how is How.MOVE and file.is_symlink():
        return "is a link to a file elsewhere: it can be copied, not moved"
    if how is How.HARD_LINK and not _same_drive(file.resolve(), target):
        return "lies on another drive than the target: hard links cannot lead there"
    return None


def _same_drive(file: Path, target: Path) -> bool:
    try:
        return file.stat().st_dev == _existing(target).stat().st_dev
    except OSError:
        return False


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def free_bytes(target: Path) -> int:
    """Return the room on the target's drive. Raises ExportError where no folder can be made."""
    existing = _existing(target)
    usage = shutil.disk_usage(existing)
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK) or usage.total == 0:
        raise ExportError(
            f"The folder {target} cannot be used: nothing can be written to {existing}. "
            "Nothing was written: choose another folder."
        )
    return usage.free


def megabytes(count: int) -> str:
    """Return a number of bytes in MB, as text."""
    return f"{count / 1e6:,.1f} MB"


def as_json(plan: ExportPlan) -> dict[str, Any]:
    """Return the JSON document of a plan."""
    return {
        "schema": 1,
        "how": plan.how.value,
        "target": str(plan.target),
        "archive": str(plan.archive) if plan.archive else None,
        "photos": plan.photos,
        "files": len(plan.actions),
        "bytes": plan.total_bytes,
        "needed_bytes": plan.needed_bytes,
        "free_bytes": plan.free_bytes,
        "renamed": plan.renamed,
        "actions": [_action_json(action) for action in plan.actions],
        "already_there": [str(path) for path in plan.already_there],
        "left_out": [{"file": str(path), "reason": reason} for path, reason in plan.unreadable],
    }


def _action_json(action: FileAction) -> dict[str, Any]:
    return {
        "do": action.how.value,
        "source": str(action.source),
        "target": str(action.target),
        "bytes": action.bytes,
        "renamed": action.renamed,
    }
