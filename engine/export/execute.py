"""Copies what was planned: written beside, verified by hash, put in place without overwriting."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.album.scan import EXPORT_MARKER
from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.plan import CopyAction, ExportPlan

BLOCK = 1 << 20
PART_SUFFIX = ".framepick-part"


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is."""

    done: int
    total: int
    bytes_done: int
    current: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did and did not do."""

    target: Path
    copied: tuple[Path, ...]
    already_there: tuple[Path, ...]
    failed: tuple[tuple[Path, str], ...]
    renamed: int
    cancelled: bool

    def summary(self) -> str:
        """Return in words what was done."""
        parts = [f"Copied and verified {_files(len(self.copied))} to {self.target}."]
        if self.renamed:
            parts.append(f"{_files(self.renamed)} got a new name because theirs was taken.")
        if self.already_there:
            parts.append(f"{_files(len(self.already_there))} had an identical copy there already.")
        if self.cancelled:
            parts.append("Cancelled: the rest was not copied.")
        parts += [f"Not copied: {path} ({reason})." for path, reason in self.failed]
        return " ".join(parts)


class _CancelledError(Exception):
    """The export was cancelled in the middle of a file."""


def execute(
    plan: ExportPlan, cancel: CancelToken, report: Callable[[ExportProgress], None] = lambda _: None
) -> ExportReport:
    """Carry out a plan. One file that fails does not stop the others; no file is ever overwritten.

    Raises ExportError when the target folder cannot be made.
    """
    _make_target(plan.target)
    copied: list[Path] = []
    failed: list[tuple[Path, str]] = list(plan.unreadable)
    renamed = bytes_done = 0
    for number, action in enumerate(plan.actions):
        if cancel.cancelled:
            break
        report(ExportProgress(number, len(plan.actions), bytes_done, action.source.name))
        try:
            copy_verified(action, cancel)
        except _CancelledError:
            break
        except OSError as error:
            failed.append((action.source, error.strerror or str(error)))
            continue
        copied.append(action.target)
        renamed += action.renamed
        bytes_done += action.bytes
    else:
        report(ExportProgress(len(plan.actions), len(plan.actions), bytes_done, ""))
    return ExportReport(
        plan.target, tuple(copied), plan.already_there, tuple(failed), renamed, cancel.cancelled
    )


def copy_verified(action: CopyAction, cancel: CancelToken) -> None:
    """Copy one file with its time stamps. Raises OSError; then no part of it is left behind."""
    part = action.target.with_name(f".{uuid.uuid4().hex}{PART_SUFFIX}")  # short: names may be 255 bytes
    try:
        digest = _write_part(action.source, part, cancel)
        if _digest(part) != digest:
            raise OSError(f"the copy of {action.source.name} differs from the original after writing")
        shutil.copystat(action.source, part)
        _put_in_place(part, action.target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _make_target(target: Path) -> None:
    """Create the folder, marked as an export so that an album around it does not show its copies."""
    if target.is_dir():
        return
    try:
        target.mkdir(parents=True)
        (target / EXPORT_MARKER).touch()
    except OSError as error:
        raise ExportError(
            f"The folder {target} cannot be made: {error.strerror}. Nothing was copied."
        ) from error


def _write_part(source: Path, part: Path, cancel: CancelToken) -> bytes:
    digest = hashlib.blake2b()
    with source.open("rb") as reader, part.open("wb") as writer:
        while block := reader.read(BLOCK):
            if cancel.cancelled:
                raise _CancelledError
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.digest()


def _digest(path: Path) -> bytes:
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "blake2b").digest()


def _put_in_place(part: Path, target: Path) -> None:
    """Give the finished copy its name; fail if that name was taken meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: reserve the name, then replace our own empty file
        with target.open("xb"):
            pass
        part.replace(target)


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"
