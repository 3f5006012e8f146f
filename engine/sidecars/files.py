"""Reads sidecars, and replaces them whole: written beside, on disk, then renamed."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
import uuid
from contextlib import suppress
from pathlib import Path

from engine.errors import SidecarError
from engine.sidecars.document import MOST_BYTES

PART_PREFIX, PART_SUFFIX = ".framepick-", ".xmp-part"
STALE = 600.0  # seconds after which a part must be that of a process that was killed


class ChangedMeanwhileError(SidecarError):
    """Another program changed the sidecar after it was read."""


def read_bytes(path: Path) -> bytes:
    """Return a sidecar's bytes. Raises SidecarError when it is no file, too large, or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SidecarError("it is not a file")
            data = file.read(MOST_BYTES + 1) if status.st_size <= MOST_BYTES else b""
    except OSError as error:
        raise SidecarError(f"it cannot be read ({error.strerror})") from error
    if status.st_size > MOST_BYTES or len(data) > MOST_BYTES:
        raise SidecarError(f"it is larger than {MOST_BYTES >> 20} MiB, which no sidecar is")
    return data


def replace(path: Path, data: bytes, sha256: str) -> None:
    """Make `data` the content of a sidecar whose content had this hash, or that was not there ("").

    A link is written through: its target is replaced and the link stays. Permissions, extended attributes
    and, where the system lets us, the owner are kept. When this returns, the new content is on disk.
    Raises ChangedMeanwhileError when the content is another by now, SidecarError when it cannot be written;
    then the old content is untouched and nothing is left beside it.
    """
    try:
        real = path.resolve(strict=True) if path.is_symlink() else path
    except (OSError, RuntimeError) as error:
        raise SidecarError("it is a link that leads nowhere") from error
    part = real.with_name(f"{PART_PREFIX}{uuid.uuid4().hex}{PART_SUFFIX}")
    try:
        _write_part(part, data)
        _check_unchanged(real, sha256)
        if sha256:
            keep_status(real, part)
        _put_in_place(part, real, new=not sha256)
        _sync_folder(real.parent)
    except OSError as error:
        raise SidecarError(f"it cannot be written ({error.strerror or error})") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove parts that a killed process left in a folder; return how many. Touches nothing foreign."""
    removed = 0
    with suppress(OSError):
        for part in folder.glob(f"{PART_PREFIX}*{PART_SUFFIX}"):
            with suppress(OSError):
                if time.time() - part.lstat().st_mtime > STALE:
                    part.unlink()
                    removed += 1
    return removed


def _write_part(part: Path, data: bytes) -> None:
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def keep_status(old: Path, part: Path) -> None:
    """Give the part permissions, owner and attributes of the old file; its times are new, for backups to see.

    Raises SidecarError on a write-protected file.
    """
    status = old.stat()
    if not status.st_mode & 0o222:
        raise SidecarError("it is write-protected")
    shutil.copystat(old, part)
    os.utime(part)
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.getuid(), os.getgid()):
        with suppress(PermissionError):  # a shared folder: the group and mode let us write, the owner changes
            os.chown(part, status.st_uid, status.st_gid)


def _check_unchanged(path: Path, sha256: str) -> None:
    if not os.path.lexists(path):
        if sha256:
            raise ChangedMeanwhileError("it was removed after it was read")
    elif hashlib.sha256(read_bytes(path)).hexdigest() != sha256:
        what = "changed" if sha256 else "made"
        raise ChangedMeanwhileError(f"it was {what} by another program after it was read")


def _put_in_place(part: Path, path: Path, *, new: bool) -> None:
    if not new:
        part.replace(path)
        return
    try:
        os.link(part, path)  # unlike a rename, this never replaces what appeared just now
    except FileExistsError:
        raise ChangedMeanwhileError("it was made by another program after it was read") from None
    except OSError:  # a file system without hard links
        part.replace(path)


def _sync_folder(folder: Path) -> None:
    """Make the new name last. Where that fails, the old or the new content is there after a power cut."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
