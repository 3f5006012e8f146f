"""Looks for a weights file in a folder: lying bare, or inside wheels, zip and tar archives.

Nothing is unpacked to look at it: members are told by their stated size, and what is read from one is
bounded by that size, so that a crafted archive can neither fill the disk nor leave its folder.
"""

from __future__ import annotations

import logging
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import IO

from engine.models.manifest import Weights

log = logging.getLogger(__name__)

MAX_DEPTH = 6
MAX_FILES = 20_000
MAX_MEMBERS = 50_000
MAX_TAR_BYTES = 4 * 1024**3  # unpacked; a compressed tar can only be searched by unpacking it
MAX_LICENCE_BYTES = 200_000
# What reading a broken, encrypted or oddly compressed archive raises (RuntimeError: encrypted).
UNREADABLE = (
    OSError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may hold a weights file: it has the right size, its hash is not yet known."""

    where: str  # for messages
    name: str  # of the file, or of the member with its path inside the archive
    open: Callable[[], AbstractContextManager[IO[bytes]]]
    licence: str = ""  # licence text of the package around it


def candidates_in(source: Path, weights: Weights) -> Iterator[Candidate]:
    """Yield what may be the wanted file in a folder (or in one archive): bare files, then members.

    What cannot be read is logged and passed over.
    """
    files = [source] if source.is_file() else list(_files_below(source))
    for path in files:
        if _size(path) == weights.bytes:
            yield _bare(path)
    for path in files:
        if is_archive(path):
            yield from candidates_in_archive(path, weights)


def named_in(source: Path, weights: Weights) -> list[Path]:
    """Return files that bear the wanted name but have another size: worth naming in an error."""
    return [
        path
        for path in _files_below(source)
        if path.name == weights.file and _size(path) not in (None, weights.bytes)
    ]


def is_archive(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith((".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"))


def candidates_in_archive(path: Path, weights: Weights) -> Iterator[Candidate]:
    """Yield the members of a wheel, zip or tar that have the wanted size."""
    is_zip = path.name.lower().endswith((".whl", ".zip"))
    try:
        yield from _zip_members(path, weights) if is_zip else _tar_members(path, weights)
    except UNREADABLE as error:
        log.warning("%s is passed over, it cannot be read: %s", path, error)


def _files_below(folder: Path) -> Iterator[Path]:
    seen = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        if len(Path(root).relative_to(folder).parts) >= MAX_DEPTH:
            folders.clear()
        for name in sorted(names):
            seen += 1
            if seen > MAX_FILES:
                return
            yield Path(root, name)


def _size(path: Path) -> int | None:
    """Return the size of a file; None for anything else and for what cannot be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size if S_ISREG(stat.st_mode) else None


def _bare(path: Path) -> Candidate:
    beside = path.with_name(f"{path.name}.licence.txt")
    licence = ""
    if (_size(beside) or MAX_LICENCE_BYTES + 1) <= MAX_LICENCE_BYTES:
        licence = beside.read_text(encoding="utf-8", errors="replace")
    return Candidate(str(path), path.name, lambda: path.open("rb"), licence)


def _zip_members(path: Path, weights: Weights) -> Iterator[Candidate]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()[:MAX_MEMBERS]
        licence = _licence_of(archive, members)
        for info in members:
            if info.file_size == weights.bytes and not info.is_dir():
                opener = _zip_opener(path, info.filename)
                yield Candidate(f"{path} ({info.filename})", info.filename, opener, licence)


def _zip_opener(path: Path, member: str) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream

    return opened


def _licence_of(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    """Return the licence file that a wheel carries in its .dist-info folder."""
    for info in members:
        parts = PurePosixPath(info.filename).parts
        if len(parts) < 2 or not parts[0].endswith(".dist-info") or info.file_size > MAX_LICENCE_BYTES:
            continue
        if parts[len(parts) - 1].upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            return archive.read(info).decode("utf-8", errors="replace")
    return ""


def _tar_members(path: Path, weights: Weights) -> Iterator[Candidate]:
    with tarfile.open(path) as archive:
        for _ in range(MAX_MEMBERS):
            info = archive.next()
            if info is None or info.offset_data + info.size > MAX_TAR_BYTES:
                return
            if info.isreg() and info.size == weights.bytes:
                yield Candidate(f"{path} ({info.name})", info.name, _tar_opener(path, info))


def _tar_opener(path: Path, info: tarfile.TarInfo) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with tarfile.open(path) as archive:
            stream = archive.extractfile(info)
            if stream is None:
                raise tarfile.TarError(f"{info.name} is no file")
            with stream:
                yield stream

    return opened
