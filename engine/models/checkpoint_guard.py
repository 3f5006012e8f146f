"""Looks a checkpoint over before PyTorch reads it: what it would unpack to, and what it asks for by name.

PyTorch's safe unpickler lets through more than owners' files need; some of it takes any amount of memory or
time (`bytearray`, odd codecs). Here only what those files need passes, and the rest is refused by name.
"""

from __future__ import annotations

import pickletools
import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from engine.errors import ModelError

MAX_BYTES = 1024**3  # no network here comes near it (VGG16: 540 MB)
MAX_PICKLE = 2 * 1024**2  # names, shapes and configuration; usual are 60 kB
MAX_DIRECTORY = 4 * 1024**2  # of a zip file; usual are 40 kB
ZIP_START = b"PK\x03\x04"
LEGACY_PICKLES = 5  # magic number, protocol, system, the object itself, keys of its storages

_PATHS = [
    f"{module} {prefix}{system}Path"
    for module in ("pathlib", "pathlib._local")
    for prefix in ("", "Pure")
    for system in ("Windows", "Posix")
]
_ALLOWED = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    "torch.storage UntypedStorage",
    "torch Size",
    "numpy dtype",
    "numpy.core.multiarray scalar",
    "numpy._core.multiarray scalar",
    "_codecs encode",  # how protocol 2 writes bytes
    *_PATHS,
}
_STORAGE = re.compile(r"torch \w{1,20}Storage")
_SLOW_CODEC = re.compile(r"puny|idna", re.IGNORECASE)  # their time grows with the square of the text
# End of central directory: disks, entries, size and place of the directory, length of the comment.
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_END_64_BYTES = 56 + 20  # record and locator, when they stand before it


def refuse_dangers(path: Path, file: IO[bytes]) -> None:
    """Raise ModelError when a .pt file would take too much or asks for anything beyond the allow-list.

    `file` is back at its start afterwards.
    """
    for pickled in _pickles(path, file):
        _refuse_what_it_asks_for(path, pickled)
    file.seek(0)


def refuse_oversize(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise ModelError(f"The checkpoint {path} is refused: it would unpack to {size:,} bytes.")


def damaged(path: Path) -> ModelError:
    return ModelError(f"The checkpoint {path} is damaged, cut off, or not a PyTorch checkpoint.")


def _pickles(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    is_zip = file.read(len(ZIP_START)) == ZIP_START
    file.seek(0)
    if is_zip:
        yield from _zipped_pickles(path, file)
    else:
        limited = BytesIO(file.read(MAX_PICKLE * LEGACY_PICKLES))
        for _ in range(LEGACY_PICKLES):
            yield limited


def _zipped_pickles(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    _refuse_odd_directory(path, file)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            refuse_oversize(path, sum(info.file_size for info in infos))
            # Every entry of that name: two of one name must not hide one from us.
            for info in infos:
                if info.filename.endswith("data.pkl"):
                    yield _read(path, archive, info)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        struct.error,
        EOFError,
        RuntimeError,
    ) as error:
        raise damaged(path) from error


def _read(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.file_size > MAX_PICKLE:
        raise ModelError(
            f"The checkpoint {path} is refused: beside its tensors it holds {info.file_size:,} bytes."
        )
    return BytesIO(archive.read(info))


def _refuse_odd_directory(path: Path, file: IO[bytes]) -> None:
    """Refuse a zip file with a vast directory, and one that two readers could read differently."""
    size = file.seek(0, 2)
    start = max(0, size - (_END.size + 0xFFFF))
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size or tail.count(_END_MARK) > 1:
        raise damaged(path)
    _, _, _, _, entries, length, offset, _ = _END.unpack_from(tail, at)
    if length > MAX_DIRECTORY:
        raise ModelError(f"The checkpoint {path} is refused: it holds {entries:,} or more entries.")
    if start + at - length - offset not in (0, _END_64_BYTES):
        raise damaged(path)


def _refuse_what_it_asks_for(path: Path, pickled: IO[bytes]) -> None:
    """Walk through one pickle without executing it."""
    strings = ["", ""]
    begun = pickled.tell()
    try:
        for code, value, position in pickletools.genops(pickled):
            if position is not None and position - begun > MAX_PICKLE:
                raise damaged(path)
            if code.name in ("GLOBAL", "INST"):
                _refuse_unless_allowed(path, str(value))
            elif code.name == "STACK_GLOBAL":
                _refuse_unless_allowed(path, " ".join(strings))
            elif isinstance(value, str):
                strings = [strings[1], value]
                _refuse_slow_codec(path, value)
    except (ModelError, OSError):
        raise
    except Exception as error:  # damaged bytes make it raise anything at all
        raise damaged(path) from error


def _refuse_unless_allowed(path: Path, name: str) -> None:
    if name in _ALLOWED or _STORAGE.fullmatch(name):
        return
    shown = re.sub(r"[^\w.]", "?", name.replace(" ", ".").replace("__builtin__", "builtins"))[:100]
    raise ModelError(f"The checkpoint {path} is refused: it asks for {shown}, which could run code.")


def _refuse_slow_codec(path: Path, text: str) -> None:
    if len(text) <= 40 and _SLOW_CODEC.search(text):
        raise ModelError(f"The checkpoint {path} is refused: it asks for the codec {text[:40]!r}.")
