"""Reads a photographer's own checkpoint without running anything that is in it.

A .pt file is a pickle, and a pickle can run any code. Only tensors, plain values and a short list of
harmless classes are accepted; a file that asks for more is refused with the name of what it asked for.
"""

from __future__ import annotations

import hashlib
import json
import logging
import pathlib
import re
import struct
import warnings
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

MAX_BYTES = 4 * 1024**3  # far above any network here (VGG16: 540 MB); a file beyond it is no checkpoint
STATE_KEYS = ("model_state_dict", "state_dict")
# How torch's messages name what a file asks for.
_ASKED_FOR = re.compile(r"GLOBAL ([\w.]+)|<class '([\w.]+)'>")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint file holds: tensors by name, the training configuration, its other entries."""

    path: Path
    state: dict[str, Tensor]
    config: dict[str, Any] = field(default_factory=dict)  # empty when the file has none
    extras: dict[str, Any] = field(default_factory=dict)  # epoch, val_spearman, ...


def checkpoint_hash(path: Path) -> str:
    """Return the SHA-256 of a checkpoint that can be opened; cheap, nothing of it is interpreted.

    Raises WeightsMissingError or WeightsCorruptError with one sentence.
    """
    _refuse_what_is_no_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsCorruptError(
            f"The checkpoint {path} cannot be read: {error.strerror or error}."
        ) from error


def load_checkpoint(path: Path, sha256: str) -> Checkpoint:
    """Read a checkpoint (.pt, .pth or .safetensors) whose hash is known; tensors are on the CPU.

    Raises ModelError when it is not what it was, is damaged, or asks for anything that is not allowed.
    """
    _refuse_what_is_no_file(path)
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise ModelError(f"The checkpoint {path} was replaced while the program ran; start anew.")
            file.seek(0)
            if path.suffix.lower() == ".safetensors":
                return _from_safetensors(path, file)
            return _from_dict(path, _unpickled(path, file))
    except OSError as error:
        raise ModelError(f"The checkpoint {path} cannot be read: {error.strerror or error}.") from error


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_symlink() and not path.exists():
        raise WeightsMissingError(
            f"The checkpoint {path} is a link to {path.readlink()}, which is not there."
        )
    if not path.exists():
        raise WeightsMissingError(f"The checkpoint {path} does not exist; correct its path in the settings.")
    if path.is_dir():
        raise WeightsCorruptError(f"The checkpoint {path} is a folder; name the file in it.")
    if not path.is_file():
        raise WeightsCorruptError(f"The checkpoint {path} is not a regular file.")
    if path.stat().st_size == 0:
        raise WeightsCorruptError(f"The checkpoint {path} is empty (0 bytes).")


def _unpickled(path: Path, file: IO[bytes]) -> Any:
    import torch

    _refuse_oversize(path, file)
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(_allowed()):
            warnings.simplefilter("ignore")  # torch's advice on odd pickles; the outcome is what counts
            return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged bytes make the unpickler raise anything at all
        asked_for = _ASKED_FOR.search(str(error))
        if asked_for:
            name = asked_for[1] or asked_for[2]
            text = f"The checkpoint {path} is refused: it asks for {name}, which could run code."
        else:
            text = f"The checkpoint {path} is damaged, cut off, or not a PyTorch checkpoint."
        log.debug("torch.load of %s: %s", path, error)
        raise ModelError(text) from error


def _refuse_oversize(path: Path, file: IO[bytes]) -> None:
    """Refuse a file that is, or would unpack to, more than any network here could be."""
    total = path.stat().st_size
    # Even asking whether it is an archive raises on some damaged ones; torch will say what is wrong with it.
    with suppress(zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                total = max(total, sum(info.file_size for info in archive.infolist()))
    file.seek(0)
    if total > MAX_BYTES:
        raise ModelError(f"The checkpoint {path} is refused: it would unpack to {total:,} bytes.")


def _allowed() -> list[Any]:
    """Return the classes that owners' files hold beside tensors, under each name they go by.

    Paths become pure ones: a WindowsPath cannot exist elsewhere, and a pure path cannot touch a disk.
    """
    reconstruct_scalar = np.float64(0).__reduce__()[0]
    pure = {"Windows": pathlib.PureWindowsPath, "Posix": pathlib.PurePosixPath}
    paths = [
        (kind, f"{module}.{prefix}{system}Path")
        for system, kind in pure.items()
        for module in ("pathlib", "pathlib._local")  # the second one: written by Python 3.13
        for prefix in ("", "Pure")
    ]
    return [
        (reconstruct_scalar, "numpy.core.multiarray.scalar"),
        (reconstruct_scalar, "numpy._core.multiarray.scalar"),
        np.dtype,
        type(np.dtype(np.float64)),
        *paths,
    ]


def _from_dict(path: Path, loaded: Any) -> Checkpoint:
    if not isinstance(loaded, dict):
        raise ModelError(f"The checkpoint {path} holds a {type(loaded).__name__}, not named tensors.")
    key = next((key for key in STATE_KEYS if key in loaded), None)
    if key is None:
        return Checkpoint(path, _tensors(path, loaded))
    config = loaded.get("config") or {}
    if not isinstance(config, dict):
        raise ModelError(f"The checkpoint {path} has a config that is a {type(config).__name__}.")
    extras = {name: value for name, value in loaded.items() if name not in (key, "config")}
    return Checkpoint(path, _tensors(path, loaded[key]), config, extras)


def _from_safetensors(path: Path, file: IO[bytes]) -> Checkpoint:
    import safetensors
    import safetensors.torch

    content = file.read()
    try:
        state = safetensors.torch.load(content)
        header_length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + header_length]).get("__metadata__", {})
        config = json.loads(metadata.get("config", "{}"))
    except (safetensors.SafetensorError, ValueError) as error:
        raise ModelError(f"The checkpoint {path} is damaged or not a safetensors file.") from error
    return _from_dict(path, {"model_state_dict": state, "config": config})


def _tensors(path: Path, state: Any) -> dict[str, Tensor]:
    import torch

    named = isinstance(state, dict) and all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in state.items()
    )
    if not named or not state:
        raise ModelError(f"The checkpoint {path} holds no model_state_dict and is none itself.")
    return dict(state)
