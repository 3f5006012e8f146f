"""The owner's Siamese comparator: logits = mlp(f(a) - f(b)), f a ResNet50 or VGG16 shared by both photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.models.checkpoint import Checkpoint, load_checkpoint
from engine.models.imagenet import MEAN, STD
from engine.models.linear_head import linear_head
from engine.models.network import Built
from engine.models.resnet import fold_batch_norms, resnet50_backbone
from engine.models.siamese_config import SIDE, SiameseConfig, SiameseTransform, read_siamese_config
from engine.models.state_fit import fill
from engine.models.vgg import vgg16_backbone

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True, slots=True)
class SiameseHead:
    """The layers that judge a difference of features: (weight (out, in), bias (out,)) each, float32."""

    layers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
    activation: str  # relu | tanh

    def class_one(self, difference: NDArray[np.float32]) -> float:
        """Return the probability 0..1 of class 1, given f(a) - f(b) (1-d); NaN where the numbers overflow."""
        values = difference
        with np.errstate(over="ignore", invalid="ignore"):
            for number, (weight, bias) in enumerate(self.layers):
                if number > 0:
                    values = np.maximum(values, 0) if self.activation == "relu" else np.tanh(values)
                values = weight @ values + bias
            # A trailing LogSoftmax, as in older files, would change nothing.
            return float(1.0 / (1.0 + np.exp(np.clip(np.float64(values[0]) - values[1], -500, 500))))


@dataclass(frozen=True, slots=True)
class SiameseUse:
    """How a loaded comparator is fed and read.

    Its network takes uint8 squares (n, 224, 224, channels of the transform), which it normalises itself,
    and gives one output: the features (n, 2048 or 4096). `head` compares two of them. `description` names
    the architecture; `note` says what had to be assumed because the file does not tell.
    """

    head: SiameseHead
    transform: SiameseTransform
    description: str
    note: str | None

    @classmethod
    def of(cls, facts: dict[str, Any], arrays: dict[str, NDArray[np.float32]]) -> SiameseUse:
        """Read back the facts and arrays of `build_siamese`."""
        layers = [(arrays[f"weight{i}"], arrays[f"bias{i}"]) for i in range(len(arrays) // 2)]
        transform = SiameseTransform(facts["kind"], tuple(facts["padding"]))
        head = SiameseHead(layers, facts["activation"])
        return cls(head, transform, facts["description"], facts["note"])


def build_siamese(path: Path, sha256: str) -> Built:
    """Build an owner's Siamese network. Raises ModelError with one sentence; never downloads anything."""
    checkpoint = load_checkpoint(path, sha256)
    config = read_siamese_config(checkpoint)
    backbone, mlp = _filled(config, checkpoint)
    backbone.eval()
    if config.backbone == "resnet50":
        fold_batch_norms(backbone)
    facts = {
        "kind": config.transform.kind,
        "padding": list(config.transform.padding),
        "activation": config.activation,
        "description": describe(config),
        "note": "; ".join(config.notes) or None,
    }
    shape = (SIDE, SIDE, config.transform.channels)
    return Built(_feature_network(backbone, config.transform), shape, facts, _head_arrays(mlp))


def describe(config: SiameseConfig) -> str:
    """Return the architecture in words."""
    name = {"resnet50": "ResNet50", "vgg16": "VGG16"}[config.backbone]
    return f"a Siamese {name} with head {' - '.join(map(str, config.head))}"


def _filled(config: SiameseConfig, checkpoint: Checkpoint) -> tuple[nn.Sequential, nn.Sequential]:
    """Return backbone and head with the file's weights, under the names that the file has for them."""
    from torch import nn

    if config.plain:
        from torchvision.models import resnet50

        network = resnet50(weights=None, num_classes=config.head[-1])
        fill(network, checkpoint, describe(config))
        parts = list(network.children())
        return nn.Sequential(*parts[:-1], nn.Flatten()), nn.Sequential(parts[-1])
    backbone = resnet50_backbone() if config.backbone == "resnet50" else vgg16_backbone()
    mlp = linear_head(config.head, config.activation)
    fill(nn.ModuleDict({"backbone": backbone, "mlp": mlp}), checkpoint, describe(config))
    return backbone, mlp


def _head_arrays(mlp: nn.Sequential) -> dict[str, NDArray[np.float32]]:
    """Return weight0, bias0, weight1, ... of the head's linear layers."""
    from torch import nn

    arrays: dict[str, NDArray[np.float32]] = {}
    for number, layer in enumerate(layer for layer in mlp if isinstance(layer, nn.Linear)):
        arrays[f"weight{number}"] = layer.weight.detach().float().numpy()
        arrays[f"bias{number}"] = layer.bias.detach().float().numpy()
    return arrays


def _feature_network(backbone: nn.Sequential, transform: SiameseTransform) -> nn.Module:
    import torch
    from torch import nn

    # Pixels are 0..255 here, mean and std are of 0..1.
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) * 255 for values in (MEAN, STD))
    padding = (torch.tensor(transform.padding).view(1, 3, 1, 1) * 255 - mean) / std

    class SiameseNetwork(nn.Module):
        mean: torch.Tensor
        scale: torch.Tensor
        padding: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone
            for name, values in (("mean", mean), ("scale", 1 / std), ("padding", padding)):
                self.register_buffer(name, values, persistent=False)

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor]:
            channels = pixels.permute(0, 3, 1, 2)
            scaled = (channels[:, :3].float() - self.mean) * self.scale
            if transform.channels == 4:
                scaled = torch.where(channels[:, 3:] > 0, scaled, self.padding)
            return (self.backbone(scaled),)

    return SiameseNetwork().eval()
