"""What an owner's AVA checkpoint says of itself: head, output, transform; validated, with defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import ModelError
from engine.models.checkpoint import Checkpoint
from engine.models.resnet import FEATURES

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
OUTPUTS = {"regression": 1, "distribution": 10}
MAX_SIZE = 4096  # of a layer or an image side; a config beyond it is a mistake
MAX_HIDDEN = 8
HEAD_STEP = 3  # Linear, activation, Dropout: linears stand at head.0, head.3, head.6, ...


@dataclass(frozen=True, slots=True)
class AvaTransform:
    """Shorter side to `resize_size` (bilinear), centre crop of `crop_size`, normalised by mean and std."""

    resize_size: int = 256
    crop_size: int = 224
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def cropped(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the centre crop (crop_size, crop_size, 3) of an upright image (height, width, 3)."""
        photo = _without_far_ends(Image.fromarray(image))
        short = min(photo.size)
        # As torchvision's Resize and CenterCrop: the longer side is truncated, the offset rounded.
        width, height = (int(self.resize_size * side / short) for side in photo.size)
        resized = photo.resize((width, height), Image.Resampling.BILINEAR)
        left, top = (round((side - self.crop_size) / 2) for side in (width, height))
        return np.asarray(resized.crop((left, top, left + self.crop_size, top + self.crop_size)))


@dataclass(frozen=True, slots=True)
class AvaConfig:
    """All that is needed to build and feed the network. `head` lists layer sizes, from 2048 to the output."""

    head: tuple[int, ...]
    activation: str  # relu | tanh
    output_mode: str  # regression | distribution
    transform: AvaTransform


def read_ava_config(checkpoint: Checkpoint) -> AvaConfig:
    """Return the checkpoint's configuration. Raises ModelError naming the key that cannot be used."""
    model = _section(checkpoint, "model")
    _refuse_other_networks(checkpoint, model)
    head = _head_sizes(checkpoint, model)
    return AvaConfig(
        head=head,
        activation=_choice(checkpoint, model, "activation", ("relu", "tanh"), "relu"),
        output_mode=_output_mode(checkpoint, model, head[-1]),
        transform=_transform(checkpoint),
    )


def _without_far_ends(photo: Image.Image) -> Image.Image:
    """Return the middle of a very long strip: no crop sees more, and resizing all may take gigabytes."""
    width, height = photo.size
    reach = 16 * min(width, height)
    left, top = max(0, (width - reach) // 2), max(0, (height - reach) // 2)
    return photo.crop((left, top, width - left, height - top)) if left or top else photo


def _refuse_other_networks(checkpoint: Checkpoint, model: dict[str, Any]) -> None:
    if any(key.startswith("mlp.") for key in checkpoint.state) or "cnn_backbone" in model:
        raise ModelError(
            f"The checkpoint {checkpoint.path} is a Siamese comparator; set it as siamese_checkpoint instead."
        )
    _choice(checkpoint, model, "backbone", ("resnet50",), "resnet50")


def _head_sizes(checkpoint: Checkpoint, model: dict[str, Any]) -> tuple[int, ...]:
    """Return the sizes of all layers, input first: as configured, or else as the file's tensors have them."""
    found = [FEATURES]
    position = 0
    while (weight := checkpoint.state.get(f"head.{position}.weight")) is not None and weight.ndim == 2:
        found.append(weight.shape[0])
        position += HEAD_STEP
    if len(found) > MAX_HIDDEN + 2 or not all(_is_size(size) for size in found):
        raise ModelError(f"The checkpoint {checkpoint.path} has a head of {found}, which is no AVA head.")
    hidden = model.get("mlp_hidden_dims")
    if hidden is None:
        return tuple(found) if len(found) > 1 else (FEATURES, OUTPUTS["distribution"])
    is_list = isinstance(hidden, list | tuple) and len(hidden) <= MAX_HIDDEN
    if not is_list or not all(_is_size(size) for size in hidden):
        raise _bad(checkpoint, "model.mlp_hidden_dims", hidden, f"a list of at most {MAX_HIDDEN} sizes")
    return (FEATURES, *hidden, found[-1] if len(found) > 1 else OUTPUTS["distribution"])


def _output_mode(checkpoint: Checkpoint, model: dict[str, Any], outputs: int) -> str:
    """Return the configured mode; where the file is silent, distribution unless it has one output only."""
    silent = "regression" if outputs == OUTPUTS["regression"] else "distribution"
    mode = _choice(checkpoint, model, "output_mode", tuple(OUTPUTS), silent)
    if OUTPUTS[mode] != outputs:
        raise ModelError(
            f"The checkpoint {checkpoint.path} has {outputs} outputs, but a {mode} has {OUTPUTS[mode]}."
        )
    return mode


def _transform(checkpoint: Checkpoint) -> AvaTransform:
    found = _section(checkpoint, "transform")
    default = AvaTransform()
    resize = found.get("resize_size", default.resize_size)
    crop = found.get("crop_size", default.crop_size)
    if not _is_size(resize) or not _is_size(crop) or crop > resize:
        raise _bad(checkpoint, "transform sizes", (resize, crop), "two sizes, the crop not above the resize")
    mean = _triple(checkpoint, found, "normalize_mean", default.mean)
    std = _triple(checkpoint, found, "normalize_std", default.std)
    if min(std) <= 0:
        raise _bad(checkpoint, "transform.normalize_std", std, "above 0")
    return AvaTransform(resize, crop, mean, std)


def _triple(
    checkpoint: Checkpoint, section: dict[str, Any], key: str, default: tuple[float, float, float]
) -> tuple[float, float, float]:
    value = section.get(key, default)
    numbers = isinstance(value, list | tuple) and all(isinstance(x, int | float) for x in value)
    if not numbers or len(value) != 3 or not all(math.isfinite(x) for x in value):
        raise _bad(checkpoint, f"transform.{key}", value, "three numbers")
    return float(value[0]), float(value[1]), float(value[2])


def _section(checkpoint: Checkpoint, name: str) -> dict[str, Any]:
    section = checkpoint.config.get(name) or {}
    if not isinstance(section, dict):
        raise _bad(checkpoint, name, section, "a section of keys and values")
    return section


def _choice(
    checkpoint: Checkpoint, section: dict[str, Any], key: str, known: tuple[str, ...], default: str
) -> str:
    value = section.get(key, default)
    if value not in known:
        raise _bad(checkpoint, f"model.{key}", value, " or ".join(known))
    return str(value)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SIZE


def _bad(checkpoint: Checkpoint, key: str, value: object, wanted: str) -> ModelError:
    return ModelError(f"The checkpoint {checkpoint.path}: its config has {key} {value!r}, not {wanted}.")
