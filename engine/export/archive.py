"""Packs an export into one zip that is whole or not there."""

from __future__ import annotations

import hashlib
import os
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from engine.album.scan import display_name
from engine.events import CancelToken
from engine.export.copying import BLOCK, PART_SUFFIX, CancelledError, digest_of, put_in_place
from engine.export.journal import FileState, Journal, Step
from engine.export.report import ExportClock

if TYPE_CHECKING:
    from io import BufferedReader

_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # that a zip can state


class _SourceError(Exception):
    """One file cannot be read."""

    def __init__(self, file: FileState, reason: str) -> None:
        super().__init__(reason)
        self.file, self.reason = file, reason


def part_of_archive(journal: Journal) -> Path:
    """Return the name under which the zip is written before it is whole."""
    assert journal.archive is not None
    return journal.archive.with_name(f".{journal.id[-8:]}-zip{PART_SUFFIX}")


def pack(journal: Journal, archive: Path, cancel: CancelToken, clock: ExportClock) -> None:
    """Write all files that can be read into a zip, read it back, and give it its name.

    A file that cannot be read is noted and the zip begun anew without it. Raises OSError when the zip itself
    cannot be written, CancelledError; then nothing is left.
    """
    part = part_of_archive(journal)
    if _arrived(journal, archive, part):
        return
    try:
        while files := [file for file in journal.members if file.step is not Step.FAILED]:
            clock.done = clock.bytes_done = 0
            try:
                digests = _write(part, archive, files, cancel, clock)
            except _SourceError as error:
                journal.note(error.file, Step.FAILED, reason=error.reason)
                continue
            _verify(part, digests)
            journal.note_packed(files, digest_of(part))
            put_in_place(part, archive)
            return
    finally:
        with suppress(OSError):
            part.unlink()


def _arrived(journal: Journal, archive: Path, part: Path) -> bool:
    """Tell whether the zip got its name before a crash; frees a name that an empty file of ours holds."""
    if journal.archive_digest is None or not archive.exists():
        return False
    if part.exists() and archive.stat().st_size == 0:
        archive.unlink()
    return archive.exists() and digest_of(archive) == journal.archive_digest


def _write(
    part: Path, archive: Path, files: Sequence[FileState], cancel: CancelToken, clock: ExportClock
) -> dict[str, str]:
    """Return the digest of each member by name. Stored, not packed: photos are packed already."""
    digests: dict[str, str] = {}
    with part.open("wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
            for file in files:
                name = display_name(file.action.target.relative_to(archive))
                clock.begin(file.action.source.name)
                digests[name] = _add(packed, name, file, cancel, clock)
                clock.done += 1
        raw.flush()
        os.fsync(raw.fileno())
    return digests


def _add(packed: zipfile.ZipFile, name: str, file: FileState, cancel: CancelToken, clock: ExportClock) -> str:
    digest = hashlib.blake2b()
    try:
        reader = file.action.source.open("rb")
        found = os.fstat(reader.fileno())
    except OSError as error:
        raise _SourceError(file, error.strerror or str(error)) from error
    info = zipfile.ZipInfo(name, _zip_time(found.st_mtime))
    info.external_attr = (found.st_mode & 0xFFFF) << 16
    info.file_size = found.st_size
    with reader, packed.open(info, "w", force_zip64=found.st_size >= 1 << 31) as writer:
        while block := _read(reader, file):
            if cancel.cancelled:
                raise CancelledError
            digest.update(block)
            writer.write(block)
            clock.moved(len(block))
    return digest.hexdigest()


def _read(reader: BinaryIO, file: FileState) -> bytes:
    try:
        return reader.read(BLOCK)
    except OSError as error:
        raise _SourceError(file, error.strerror or str(error)) from error


def _zip_time(seconds: float) -> tuple[int, int, int, int, int, int]:
    taken = time.localtime(seconds)
    year = min(max(taken.tm_year, _FIRST_YEAR), _LAST_YEAR)
    return (year, taken.tm_mon, taken.tm_mday, taken.tm_hour, taken.tm_min, taken.tm_sec)


def _verify(part: Path, digests: dict[str, str]) -> None:
    """Read every member back. Raises OSError when one differs."""
    with zipfile.ZipFile(part) as packed:
        for name, digest in digests.items():
            try:
                with packed.open(name) as member:
                    found = hashlib.file_digest(cast("BufferedReader", member), "blake2b").hexdigest()
            except zipfile.BadZipFile:  # its own checksum tells already
                found = None
            if found != digest:
                raise OSError(f"{name} differs from the original after packing")
