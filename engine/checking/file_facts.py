"""What a weights file says of itself, before it is run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ModelError
from engine.models.ava_config import read_ava_config
from engine.models.checkpoint import Checkpoint, load_checkpoint
from engine.models.manifest import Weights, load_manifest
from engine.models.own_weights import find_own_weights, read_tensors
from engine.models.owner_siamese import describe
from engine.models.siamese_config import SIDE, STANDARD_RESIZE, read_siamese_config
from engine.models.views import DETAIL_LONG_SIDE, VIEW_SIDE
from engine.types import Role

# Of batch normalisation, as torch and Keras name them: counted while training, not learnt.
STATISTICS = ("running_mean", "running_var", "num_batches_tracked", "moving_mean:0", "moving_variance:0")
MAX_EPOCH = 10**9  # what is beyond it is no epoch, but an attempt to fill the screen
MAX_NAME = 40
OWN = {  # weights that this program brings, by name
    "quality": (
        Role.QUALITY,
        "MobileNetV2's last blocks, tuned, and kernel ridge regression on features of both networks",
    ),
    "comparator": (Role.COMPARATOR, "antisymmetric head on what learned quality sees"),
}
_SQUARE = f"{VIEW_SIDE} x {VIEW_SIDE}"
OWN_PREPROCESSING = f"the whole as {_SQUARE}, and the most detailed {_SQUARE} at {DETAIL_LONG_SIDE:,} pixels"
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = b"PK"
FORMATS = {".safetensors": "safetensors", ".onnx": "ONNX", ".task": "MediaPipe task"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Read from the file: nothing of it was run. `validation` holds the training's own figures by name."""

    role: Role
    format: str
    architecture: str
    preprocessing: str
    parameters: int | None  # None where the format does not tell
    epoch: int | None = None
    validation: dict[str, float] = field(default_factory=dict)


def read_facts(path: Path, sha256: str) -> FileFacts:
    """Return the facts of a checkpoint or of an embedded default. Raises ModelError in one sentence."""
    embedded = next((weights for weights in load_manifest() if weights.sha256 == sha256), None)
    if embedded is not None:
        return _embedded_facts(path, embedded)
    if format_of(path) == "HDF5":
        raise ModelError(f"The file {path} is HDF5, but not the embedded default: it cannot be run.")
    own = own_weights(sha256)
    if own is not None:
        return _own_facts(path, own)
    checkpoint = load_checkpoint(path, sha256)
    return FileFacts(
        format=format_of(path),
        parameters=sum(
            tensor.numel() for name, tensor in checkpoint.state.items() if not name.endswith(STATISTICS)
        ),
        epoch=_epoch(checkpoint.extras),
        validation=_validation(checkpoint.extras),
        **_network(checkpoint),
    )


def format_of(path: Path) -> str:
    """Return the format of a file that is there, by its first bytes and its suffix."""
    with path.open("rb") as file:
        head = file.read(8)
    if head == HDF5_MAGIC:
        return "HDF5"
    if path.suffix.lower() in FORMATS:
        return FORMATS[path.suffix.lower()]
    return "PyTorch zip" if head.startswith(ZIP_MAGIC) else "PyTorch legacy"


def _network(checkpoint: Checkpoint) -> dict[str, Any]:
    return _siamese(checkpoint) if _compares(checkpoint) else _ava(checkpoint)


def _compares(checkpoint: Checkpoint) -> bool:
    """Whether the file is a Siamese comparator: by its tensors' names, else by its configuration."""
    if any(name.startswith("mlp.") for name in checkpoint.state) or "conv1.weight" in checkpoint.state:
        return True
    model = checkpoint.config.get("model")
    return isinstance(model, dict) and "cnn_backbone" in model


def _siamese(checkpoint: Checkpoint) -> dict[str, Any]:
    config = read_siamese_config(checkpoint)
    kind = config.transform.kind
    resize = STANDARD_RESIZE if kind == "standard" else SIDE
    words = f"shorter side to {resize}, centre crop of {SIDE}"
    if kind == "paper_pad":
        words = f"longer side to {SIDE}, padded to a square"
    return {
        "role": Role.COMPARATOR,
        "architecture": describe(config).removeprefix("a "),
        "preprocessing": f"{kind}: {words}, ImageNet mean and std",
    }


def _ava(checkpoint: Checkpoint) -> dict[str, Any]:
    config = read_ava_config(checkpoint)
    head = " - ".join(map(str, config.head))
    transform = config.transform
    return {
        "role": Role.AESTHETIC,
        "architecture": f"AVA ResNet50, head {head} ({config.activation}), {config.output_mode}",
        "preprocessing": f"shorter side to {transform.resize_size}, centre crop of {transform.crop_size}, "
        f"mean {_numbers(transform.mean)}, std {_numbers(transform.std)}",
    }


def _numbers(values: tuple[float, ...]) -> str:
    return "/".join(f"{value:g}" for value in values)


def _embedded_facts(path: Path, weights: Weights) -> FileFacts:
    return FileFacts(
        role=weights.role,
        format=format_of(path),
        architecture=weights.title,
        preprocessing=weights.preprocessing,
        parameters=_hdf5_numbers(path) if format_of(path) == "HDF5" else None,
    )


def own_weights(sha256: str) -> str | None:
    """Return the name of the weights of that hash that this program brings, if they are such."""
    return next((name for name in OWN if _is_own(name, sha256)), None)


def _is_own(name: str, sha256: str) -> bool:
    try:
        return find_own_weights(name).sha256 == sha256
    except ModelError:  # not there or damaged: then no file is
        return False


def _own_facts(path: Path, name: str) -> FileFacts:
    weights = find_own_weights(name)
    role, architecture = OWN[name]
    return FileFacts(
        role=role,
        format=format_of(path),
        architecture=architecture,
        preprocessing=OWN_PREPROCESSING,
        parameters=sum(tensor.size for tensor in read_tensors(weights).values()),
        validation={k: float(v) for k, v in weights.facts.get("figures", {}).items() if _is_figure(v)},
    )


def _hdf5_numbers(path: Path) -> int:
    import h5py

    count = 0

    def add(name: str, item: object) -> None:
        nonlocal count
        if isinstance(item, h5py.Dataset) and not name.endswith(STATISTICS):
            count += int(item.size or 0)

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return count


def _epoch(extras: dict[str, Any]) -> int | None:
    epoch = extras.get("epoch")
    usable = isinstance(epoch, int) and not isinstance(epoch, bool) and 0 <= epoch <= MAX_EPOCH
    return epoch if usable else None


def _validation(extras: dict[str, Any]) -> dict[str, float]:
    """Return figures such as val_spearman and val_acc (numpy scalars are floats)."""
    named = {name: value for name, value in extras.items() if isinstance(name, str)}
    return {
        name: float(value)
        for name, value in named.items()
        if name.startswith("val") and name.isidentifier() and len(name) <= MAX_NAME and _is_figure(value)
    }


def _is_figure(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
