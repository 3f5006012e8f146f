"""What an owner's Siamese checkpoint says of itself: backbone, head, how photos were prepared; validated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import resnet, vgg
from engine.models.centre_crop import centre_crop, fit_inside
from engine.models.checkpoint_config import (
    Described,
    bad,
    choice,
    first_keys,
    has_rows,
    layer_sizes,
    section,
    triple,
)
from engine.models.imagenet import MEAN
from engine.models.linear_head import ACTIVATIONS

SIDE = 224  # pixels of the square that every backbone looks at
STANDARD_RESIZE = 256
CLASSES = 2
FEATURES = {"resnet50": resnet.FEATURES, "vgg16": vgg.FEATURES}
REFERENCE = "reference"  # also the model type of files that hold a plain torchvision ResNet50
# "external" is what some training configurations call `reference`.
TRANSFORMS = ("auto", "standard", "paper", "paper_pad", REFERENCE, "external")


@dataclass(frozen=True, slots=True)
class SiameseTransform:
    """How photos were prepared for training. Every kind ends in a square of SIDE pixels.

    standard: shorter side to 256, centre crop; paper and reference: shorter side to 224, centre crop;
    paper_pad: longer side to 224, on a square of `padding` (RGB, 0..1).
    """

    kind: str = "standard"
    padding: tuple[float, float, float] = MEAN

    @property
    def channels(self) -> int:
        """3 (RGB), or 4 where the last one tells photo (255) from padding (0)."""
        return 4 if self.kind == "paper_pad" else 3

    def cropped(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the square (SIDE, SIDE, channels) of an upright image (height, width, 3)."""
        if self.kind == "paper_pad":
            return fit_inside(image, SIDE)
        return centre_crop(image, STANDARD_RESIZE if self.kind == "standard" else SIDE, SIDE)


@dataclass(frozen=True, slots=True)
class SiameseConfig:
    """All that is needed to build and feed the network. `head` lists layer sizes, from features to 2.

    `plain` says that the tensors have torchvision's own names (conv1, layer1, fc). `notes` say what had to
    be assumed because the file does not tell.
    """

    backbone: str  # resnet50 | vgg16
    head: tuple[int, ...]
    activation: str  # relu | tanh
    transform: SiameseTransform
    plain: bool
    notes: tuple[str, ...]


def read_siamese_config(checkpoint: Described) -> SiameseConfig:
    """Return the checkpoint's configuration. Raises ModelError naming what cannot be used."""
    model = section(checkpoint, "model")
    _refuse_other_networks(checkpoint, model)
    plain = "conv1.weight" in checkpoint.state
    backbone = "resnet50" if plain else _backbone(checkpoint, model)
    head = (resnet.FEATURES, CLASSES) if plain else _head(checkpoint, model, FEATURES[backbone])
    activation, assumed = _activation(checkpoint, model, backbone, hidden=len(head) > 2)
    transform, noted = _transform(checkpoint, model)
    return SiameseConfig(backbone, head, activation, transform, plain, (*assumed, *noted))


def _refuse_other_networks(checkpoint: Described, model: dict[str, Any]) -> None:
    has_ava_head = any(key.startswith("head.") for key in checkpoint.state)
    if has_ava_head or ("output_mode" in model and "cnn_backbone" not in model):
        raise ModelError(
            f"The checkpoint {checkpoint.path} is an AVA aesthetic model; set it as ava_checkpoint instead."
        )
    last = checkpoint.state.get("fc.weight")
    if "conv1.weight" in checkpoint.state and not has_rows(last, CLASSES):
        found = "it has no fc.weight" if last is None else f"its fc.weight is {tuple(last.shape)}"
        raise ModelError(
            f"The checkpoint {checkpoint.path} is no comparator: {found}, and a comparator has "
            f"{CLASSES} classes."
        )


def _backbone(checkpoint: Described, model: dict[str, Any]) -> str:
    """Return the configured backbone, or else the one whose tensors are there."""
    if "cnn_backbone" in model:
        return choice(checkpoint, model, "cnn_backbone", tuple(FEATURES), "")
    if "backbone.fc6.weight" in checkpoint.state:
        return "vgg16"
    if "backbone.4.0.conv1.weight" in checkpoint.state:
        return "resnet50"
    raise ModelError(
        f"The checkpoint {checkpoint.path} has neither a ResNet50 nor a VGG16 backbone: its first keys "
        f"are {first_keys(checkpoint)}, and its config names no model.cnn_backbone."
    )


def _head(checkpoint: Described, model: dict[str, Any], features: int) -> tuple[int, ...]:
    sizes = layer_sizes(checkpoint, model, "mlp", features)
    if "mlp.0.weight" not in checkpoint.state:
        return (*sizes, CLASSES)
    if sizes[-1] != CLASSES:
        raise ModelError(f"The checkpoint {checkpoint.path} has {sizes[-1]} classes; a comparator has 2.")
    return sizes


def _activation(
    checkpoint: Described, model: dict[str, Any], backbone: str, *, hidden: bool
) -> tuple[str, tuple[str, ...]]:
    """Return the activation between the head's layers, and a note where no shape could tell it."""
    if not hidden or model:
        return choice(checkpoint, model, "activation", ACTIVATIONS, "relu"), ()
    usual = "tanh" if backbone == "vgg16" else "relu"
    return usual, (f"the file does not name the head's activation: assumed {usual}",)


def _transform(checkpoint: Described, model: dict[str, Any]) -> tuple[SiameseTransform, tuple[str, ...]]:
    """Return how photos were prepared, and notes on what had to be assumed."""
    config = checkpoint.config
    kind = config.get("transform_type") or "auto"
    if kind not in TRANSFORMS:
        raise bad(checkpoint, "transform_type", kind, " or ".join(TRANSFORMS))
    if kind == "auto":
        kind = _automatic(config, model)
    notes = () if config else (f"the file has no config: assumed its photos were prepared as {kind}",)
    color = model.get("padding_mean_color")
    if kind != "paper_pad" or not color:
        return SiameseTransform(kind), notes
    padding = triple(checkpoint, "model.padding_mean_color", color)
    if min(padding) < 0 or max(padding) > 255:
        raise bad(checkpoint, "model.padding_mean_color", color, "a colour of 0..1 or 0..255")
    if max(padding) > 1:
        padding = (padding[0] / 255, padding[1] / 255, padding[2] / 255)
    return SiameseTransform(kind, padding), notes


def _automatic(config: dict[str, Any], model: dict[str, Any]) -> str:
    if config.get("model_type") == REFERENCE or config.get("use_external_dataloader"):
        return REFERENCE
    return "paper" if model.get("use_paper_preprocessing") else "standard"
