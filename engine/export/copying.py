"""Copies one file so that it arrives whole or not at all: beside, flushed, verified, then named."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.events import CancelToken

BLOCK = 1 << 20
PART_SUFFIX = ".framepick-part"


class CancelledError(Exception):
    """Cancelled in the middle of a file."""


class NameTakenError(FileExistsError):
    """Another file got the name after planning."""

    def __init__(self, target: Path) -> None:
        super().__init__(errno.EEXIST, "another file has that name now", str(target))


def write_part(
    source: Path, part: Path, cancel: CancelToken, moved: Callable[[int], None] = lambda _: None
) -> str:
    """Copy `source` to `part`, flushed to disk and read back. Returns its digest.

    Raises OSError or CancelledError; then no part is left behind. `moved` is told how many bytes were copied
    since it was last called.
    """
    try:
        digest = _copy(source, part, cancel, moved)
        if digest_of(part) != digest:
            raise OSError(errno.EIO, f"the copy of {source.name} differs from the original after writing")
        keep_metadata(source, part)
    except BaseException:  # raised on, Ctrl+C too
        with suppress(OSError):
            part.unlink()
        raise
    return digest


def _copy(source: Path, part: Path, cancel: CancelToken, moved: Callable[[int], None]) -> str:
    digest = hashlib.blake2b()
    with source.open("rb") as reader, part.open("wb") as writer:
        before = os.fstat(reader.fileno())
        while block := reader.read(BLOCK):
            if cancel.cancelled:
                raise CancelledError
            digest.update(block)
            writer.write(block)
            moved(len(block))
        writer.flush()
        os.fsync(writer.fileno())
        after = os.fstat(reader.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(errno.EBUSY, "was changed while it was copied")
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """Return the BLAKE2b hash of a file, read from the disk where the system lets us ask for that."""
    with path.open("rb") as reader:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(reader.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(reader, "blake2b").hexdigest()


def keep_metadata(source: Path, copy: Path) -> None:
    """Give a copy permissions, times and extended attributes of its source, as far as the disk holds them."""
    try:
        shutil.copystat(source, copy)
    except OSError:  # FAT refuses permissions; other disks have no room for large attributes
        found = source.stat()
        with suppress(OSError):
            shutil.copymode(source, copy)
        with suppress(OSError):
            os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))


def put_in_place(part: Path, target: Path, reserve: Callable[[], None] = lambda: None) -> None:
    """Give a finished part its name. Raises NameTakenError when a file has it.

    `reserve` is called before an empty file is made to hold the name, where the disk has no hard links.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise NameTakenError(target) from None
    except OSError:
        reserve()
        _reserve_and_replace(part, target)
    else:
        part.unlink()
    flush_folder(target.parent)


def _reserve_and_replace(part: Path, target: Path) -> None:
    try:
        with target.open("xb"):
            pass
    except FileExistsError:
        raise NameTakenError(target) from None
    part.replace(target)


def flush_folder(folder: Path) -> None:
    """Write a folder's entries to disk, where the system can."""
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        with suppress(OSError):  # some network file systems cannot flush folders
            os.fsync(handle)
    finally:
        os.close(handle)
