"""Reads what a checkpoint holds (names and shapes of its tensors, its configuration) without PyTorch.

So that its status is right before anything is loaded; numbers are not looked at.
"""

from __future__ import annotations

import json
import logging
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from engine.errors import ModelError
from engine.models.checkpoint import content_of, no_state
from engine.models.checkpoint_config import Described
from engine.models.checkpoint_guard import ZIP_START, damaged, refuse_dangers
from engine.models.pickle_outline import BeyondUsError, PickleOutline, Shape

log = logging.getLogger(__name__)

MAX_HEADER = 8 * 1024**2  # of a safetensors file; usual are 40 kB
LEGACY_BEFORE = 3  # pickles before the object itself: magic number, protocol, system


@dataclass(frozen=True, slots=True)
class Outline:
    """A checkpoint without its numbers."""

    path: Path
    state: dict[str, Shape]
    config: dict[str, Any]


def refuse_other_kinds(path: Path, read: Callable[[Described], object]) -> None:
    """Raise ModelError when a checkpoint is not one that `read` takes, as far as its outline tells."""
    outline = read_outline(path)
    if outline is not None:
        read(outline)


def read_outline(path: Path) -> Outline | None:
    """Return what the file holds; None where only PyTorch can tell.

    Raises ModelError when it is no checkpoint, is cut off, or asks for what is not allowed.
    """
    try:
        with path.open("rb") as file:
            if path.suffix.lower() == ".safetensors":
                return _outline(path, _of_safetensors(path, file))
            refuse_dangers(path, file)
            is_zip = file.read(len(ZIP_START)) == ZIP_START
            file.seek(0)
            return _outline(path, _of_zip(path, file) if is_zip else _of_legacy(file))
    except BeyondUsError as error:
        log.debug("The outline of %s is not known: %s", path, error)
        return None
    except OSError as error:
        raise ModelError(f"The checkpoint {path} cannot be read: {error.strerror or error}.") from error


def _outline(path: Path, loaded: Any) -> Outline:
    state, config, _ = content_of(path, loaded)
    named = isinstance(state, dict) and all(
        isinstance(name, str) and isinstance(value, Shape) for name, value in state.items()
    )
    if not named or not state:
        raise no_state(path)
    return Outline(path, state, config)


def _of_zip(path: Path, file: IO[bytes]) -> Any:
    with zipfile.ZipFile(file) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        pickles = [name for name in sizes if name.endswith("data.pkl")]
        if len(pickles) != 1:
            raise BeyondUsError(f"it holds {len(pickles)} pickles")
        found = PickleOutline(BytesIO(archive.read(pickles[0])))
    folder = PurePosixPath(pickles[0]).parent
    for storage in found.storages:
        if sizes.get(str(folder / "data" / storage.key), 0) < storage.bytes:
            raise damaged(path)
    return found.value


def _of_legacy(file: IO[bytes]) -> Any:
    """Read a file as PyTorch wrote them before 1.6: the fourth pickle is what counts."""
    for _ in range(LEGACY_BEFORE):
        PickleOutline(file)
    return PickleOutline(file).value


def _of_safetensors(path: Path, file: IO[bytes]) -> dict[str, Any]:
    trouble = ModelError(f"The checkpoint {path} is damaged or not a safetensors file.")
    size = path.stat().st_size
    head = file.read(8)
    length = struct.unpack("<Q", head)[0] if len(head) == 8 else size
    if length > min(MAX_HEADER, size - 8):
        raise trouble
    try:
        header = json.loads(file.read(length))
        config = json.loads(header.pop("__metadata__", {}).get("config", "{}"))
        state = {name: Shape(tuple(map(int, entry["shape"]))) for name, entry in header.items()}
        end = max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise trouble from error
    if end != size - 8 - length:
        raise trouble
    return {"model_state_dict": state, "config": config}
