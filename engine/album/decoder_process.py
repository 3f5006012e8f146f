"""The process that decodes what could take a process down: RAW, HEIF, TIFF, WebP and PNG files.

It reads one JSON request a line from stdin and answers each on stdout with a JSON line, the pixels behind it.
It ends when the program that started it does.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from engine.album.decode import Decoded, decode_here
from engine.album.inspect import native_metadata_here
from engine.album.reading import LargeImageError, reason_of, turns
from engine.errors import PhotoError
from engine.types import Metadata

MEMORY_LIMIT = 1_500_000_000  # bytes of its own data
LONGEST_WORK = 120  # seconds of CPU on one file


def serve() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    _limit_memory()
    for line in sys.stdin.buffer:
        _limit_work()
        _answer(json.loads(line), answers)


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_work() -> None:
    """End this process if a file keeps it busy and nobody is left to end it."""
    if sys.platform == "linux":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + LONGEST_WORK
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _answer(request: dict[str, Any], answers: BinaryIO) -> None:
    pixels: bytes | None = None
    path = Path(request["path"])
    try:
        with turns(large=request["large"]):
            if request["do"] == "decode":
                head, pixels = _decoded(decode_here(path, request["long_side"]))
            else:
                head = {"metadata": _dump(native_metadata_here(path))}
    except LargeImageError:
        head = {"large": True}
    except PhotoError as error:
        head = {"error": error.what}
    except Exception as error:  # noqa: BLE001 - whatever it is, the program has to hear of it
        head = {"error": reason_of(error, path)}
    answers.write(json.dumps(head).encode("ascii") + b"\n")
    if pixels is not None:
        answers.write(pixels)
    answers.flush()


def _decoded(decoded: Decoded) -> tuple[dict[str, Any], bytes]:
    head = {"shape": decoded.image.shape, "full": (decoded.full_width, decoded.full_height)}
    return head, decoded.image.tobytes()


def _dump(metadata: Metadata) -> dict[str, Any]:
    found = asdict(metadata)
    taken = metadata.captured_at
    return found | {"captured_at": taken.isoformat() if taken else None}


def load_metadata(found: dict[str, Any]) -> Metadata:
    """Return the metadata that `_dump` made text of."""
    taken = found["captured_at"]
    rest = {name: value for name, value in found.items() if name != "captured_at"}
    return Metadata(captured_at=datetime.fromisoformat(taken) if taken else None, **rest)
