"""What an owner's AVA checkpoint says of itself: head, output, transform; validated, with defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.centre_crop import centre_crop
from engine.models.checkpoint_config import (
    Described,
    bad,
    choice,
    first_keys,
    has_rows,
    is_size,
    layer_sizes,
    section,
    triple,
)
from engine.models.imagenet import MEAN, STD
from engine.models.linear_head import ACTIVATIONS
from engine.models.resnet import FEATURES

OUTPUTS = {"regression": 1, "distribution": 10}
SIAMESE_CLASSES = 2


@dataclass(frozen=True, slots=True)
class AvaTransform:
    """Shorter side to `resize_size` (bilinear), centre crop of `crop_size`, normalised by mean and std."""

    resize_size: int = 256
    crop_size: int = 224
    mean: tuple[float, float, float] = MEAN
    std: tuple[float, float, float] = STD

    def cropped(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the centre crop (crop_size, crop_size, 3) of an upright image (height, width, 3)."""
        return centre_crop(image, self.resize_size, self.crop_size)


@dataclass(frozen=True, slots=True)
class AvaConfig:
    """All that is needed to build and feed the network. `head` lists layer sizes, from 2048 to the output."""

    head: tuple[int, ...]
    activation: str  # relu | tanh
    output_mode: str  # regression | distribution
    transform: AvaTransform


def read_ava_config(checkpoint: Described) -> AvaConfig:
    """Return the checkpoint's configuration. Raises ModelError naming the key that cannot be used."""
    model = section(checkpoint, "model")
    _refuse_other_networks(checkpoint, model)
    head = layer_sizes(checkpoint, model, "head", FEATURES)
    if "head.0.weight" not in checkpoint.state:
        head = (*head, OUTPUTS["distribution"])
    return AvaConfig(
        head=head,
        activation=choice(checkpoint, model, "activation", ACTIVATIONS, "relu"),
        output_mode=_output_mode(checkpoint, model, head[-1]),
        transform=_transform(checkpoint),
    )


def _refuse_other_networks(checkpoint: Described, model: dict[str, Any]) -> None:
    state = checkpoint.state
    plain_siamese = "conv1.weight" in state and has_rows(state.get("fc.weight"), SIAMESE_CLASSES)
    if any(key.startswith("mlp.") for key in state) or "cnn_backbone" in model or plain_siamese:
        raise ModelError(
            f"The checkpoint {checkpoint.path} is a Siamese comparator; set it as siamese_checkpoint instead."
        )
    choice(checkpoint, model, "backbone", ("resnet50",), "resnet50")
    if not any(key.startswith(("backbone.", "head.")) for key in state):
        raise ModelError(
            f"The checkpoint {checkpoint.path} is no AVA model: its first keys are {first_keys(checkpoint)}, "
            "not backbone.0.weight and the like."
        )


def _output_mode(checkpoint: Described, model: dict[str, Any], outputs: int) -> str:
    """Return the configured mode; where the file is silent, distribution unless it has one output only."""
    silent = "regression" if outputs == OUTPUTS["regression"] else "distribution"
    mode = choice(checkpoint, model, "output_mode", tuple(OUTPUTS), silent)
    if OUTPUTS[mode] != outputs:
        raise ModelError(
            f"The checkpoint {checkpoint.path} has {outputs} outputs, but a {mode} has {OUTPUTS[mode]}."
        )
    return mode


def _transform(checkpoint: Described) -> AvaTransform:
    found = section(checkpoint, "transform")
    default = AvaTransform()
    resize = found.get("resize_size", default.resize_size)
    crop = found.get("crop_size", default.crop_size)
    if not is_size(resize) or not is_size(crop) or crop > resize:
        raise bad(checkpoint, "transform sizes", (resize, crop), "two sizes, the crop not above the resize")
    mean = triple(checkpoint, "transform.normalize_mean", found.get("normalize_mean", default.mean))
    std = triple(checkpoint, "transform.normalize_std", found.get("normalize_std", default.std))
    if min(std) <= 0:
        raise bad(checkpoint, "transform.normalize_std", std, "above 0")
    return AvaTransform(resize, crop, mean, std)
