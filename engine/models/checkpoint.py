"""Reads a photographer's own checkpoint without running anything that is in it.

A .pt file is a pickle, and a pickle can run any code. Only tensors, plain values and a short list of
harmless classes are accepted; a file that asks for more is refused with the name of what it asked for.
"""

from __future__ import annotations

import hashlib
import json
import logging
import pathlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError, first_line
from engine.models.checkpoint_guard import damaged, refuse_dangers, refuse_oversize
from engine.models.plain_values import plain, short

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

STATE_KEYS = ("model_state_dict", "state_dict")
SCALARS = {f"{kind}{size}" for kind in "fiu" for size in (2, 4, 8)} | {"i1", "u1", "b1"}
MAX_NAME = 200  # characters of a tensor's name
MAX_EXTRAS = 100
# Paths become pure ones: a WindowsPath cannot exist elsewhere, and a pure path cannot touch a disk.
PATH_KINDS = [
    (kind, f"{module}.{prefix}{system}Path")
    for system, kind in (("Windows", pathlib.PureWindowsPath), ("Posix", pathlib.PurePosixPath))
    for module in ("pathlib", "pathlib._local")  # the second one: written by Python 3.13
    for prefix in ("", "Pure")
]


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
        raise WeightsMissingError(f"The checkpoint {path} does not exist; correct its path.")
    if path.is_dir():
        raise WeightsCorruptError(f"The checkpoint {path} is a folder; name the file in it.")
    if not path.is_file():
        raise WeightsCorruptError(f"The checkpoint {path} is not a regular file.")
    if path.stat().st_size == 0:
        raise WeightsCorruptError(f"The checkpoint {path} is empty (0 bytes).")
    refuse_oversize(path, path.stat().st_size)  # before hashing it, which would take hours


def _unpickled(path: Path, file: IO[bytes]) -> Any:
    import torch

    refuse_dangers(path, file)
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(_allowed()):
            warnings.simplefilter("ignore")  # torch's advice on odd pickles; the outcome is what counts
            return torch.load(file, map_location="cpu", weights_only=True)
    except OSError:
        raise  # the disk's fault, not the file's
    except MemoryError as error:
        raise ModelError(f"The checkpoint {path} needs more memory than is free.") from error
    except Exception as error:  # damaged bytes make the unpickler raise anything at all
        log.info("torch.load of %s: %s", path, first_line(error))
        raise damaged(path) from error


def _allowed() -> list[Any]:
    """Return the classes that owners' files hold beside tensors, under each name they go by."""
    return [
        (scalar, "numpy.core.multiarray.scalar"),
        (scalar, "numpy._core.multiarray.scalar"),
        (ScalarType, "numpy.dtype"),
        *PATH_KINDS,
    ]


class ScalarType:
    """Stands in for numpy.dtype, which would make room for items of any size."""

    def __init__(self, name: str, align: object = False, copy: object = True) -> None:
        if name not in SCALARS:
            raise ValueError(f"no scalar type: {name!r:.20}")
        self.name, self.order = name, "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = ">" if state[1] == ">" else "<"


def scalar(kind: ScalarType, raw: bytes) -> float | int | bool:
    """Return a numpy scalar as a plain number."""
    return np.frombuffer(raw, np.dtype(kind.order + kind.name), count=1)[0].item()


def content_of(path: Path, loaded: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Return state (not looked at yet), configuration and other entries. Raises ModelError."""
    if not isinstance(loaded, dict):
        raise ModelError(f"The checkpoint {path} holds a {type(loaded).__name__}, not named tensors.")
    content = dict(dict.items(loaded))
    key = next((key for key in STATE_KEYS if key in content), None)
    if key is None:
        return content, {}, {}
    config = plain(path, content.get("config") or {})
    if not isinstance(config, dict):
        raise ModelError(f"The checkpoint {path} has a config that is a {type(config).__name__}.")
    others = [name for name in content if name not in (key, "config")][:MAX_EXTRAS]
    extras = {name: content[name] for name in others if isinstance(content[name], str | int | float)}
    return content[key], config, extras


def no_state(path: Path) -> ModelError:
    return ModelError(f"The checkpoint {path} holds no model_state_dict and is none itself.")


def _from_dict(path: Path, loaded: Any) -> Checkpoint:
    state, config, extras = content_of(path, loaded)
    return Checkpoint(path, _tensors(path, state), config, extras)


def _from_safetensors(path: Path, file: IO[bytes]) -> Checkpoint:
    import safetensors
    import safetensors.torch

    content = file.read()
    try:
        state = safetensors.torch.load(content)
        header_length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + header_length]).get("__metadata__", {})
        config = json.loads(metadata.get("config", "{}"))
    except (safetensors.SafetensorError, ValueError, RecursionError) as error:
        raise ModelError(f"The checkpoint {path} is damaged or not a safetensors file.") from error
    return _from_dict(path, {"model_state_dict": state, "config": config})


def _tensors(path: Path, state: Any) -> dict[str, Tensor]:
    import torch

    named = isinstance(state, dict) and all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in dict.items(state)
    )
    if not named or not state:
        raise no_state(path)
    tensors = dict(dict.items(state))
    for name, tensor in tensors.items():
        if len(name) > MAX_NAME or not name.isprintable():
            raise ModelError(f"The checkpoint {path} has a tensor of the name {short(name)}.")
        _refuse_odd_tensor(path, name, tensor)
    return tensors


def _refuse_odd_tensor(path: Path, name: str, tensor: Tensor) -> None:
    """Refuse what holds no plain numbers, and what is vast when written out (strides may be 0)."""
    import torch

    plain_kind = type(tensor) in (torch.Tensor, torch.nn.Parameter) and tensor.layout is torch.strided
    usable = plain_kind and tensor.device.type == "cpu" and not tensor.is_quantized
    if not usable or tensor.is_complex():
        raise ModelError(f"The checkpoint {path}: {name} is no tensor of plain numbers.")
    refuse_oversize(path, tensor.numel() * tensor.element_size())
