"""AVA checkpoints of exactly the shapes that owners have, with seeded random weights."""

from __future__ import annotations

import copy
import functools
from typing import Any

import numpy as np
import torch
from skimage import data
from torch import nn
from torchvision import transforms
from torchvision.models import ResNet, resnet50

MAPPED = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}
TRANSFORM = {
    "resize_size": 256,
    "crop_size": 224,
    "normalize_mean": [0.485, 0.456, 0.406],
    "normalize_std": [0.229, 0.224, 0.225],
}
SMALL_TRANSFORM = TRANSFORM | {"resize_size": 72, "crop_size": 64}  # where the numbers are not the point


def prepared(transform: dict[str, Any] = TRANSFORM) -> transforms.Compose:
    """The training transform as torchvision has it."""
    return transforms.Compose(
        [
            transforms.ToPILImage(),
            transforms.Resize(transform["resize_size"]),
            transforms.CenterCrop(transform["crop_size"]),
            transforms.ToTensor(),
            transforms.Normalize(transform["normalize_mean"], transform["normalize_std"]),
        ]
    )


def random_backbone() -> ResNet:
    """A ResNet50 whose batch normalisation has the statistics of real photos, as a trained one has."""
    return copy.deepcopy(_backbone())


@functools.cache
def _backbone() -> ResNet:
    torch.manual_seed(3)
    network = resnet50(weights=None)
    network.fc = nn.Identity()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    photos = torch.stack([prepared()(getattr(data, name)()) for name in ("astronaut", "coffee", "rocket")])
    with torch.no_grad():
        network.train()(photos)
    return network.eval()


def random_head(hidden: list[int], outputs: int, activation: type[nn.Module]) -> nn.Sequential:
    torch.manual_seed(4)
    layers: list[nn.Module] = []
    size = 2048
    for each in hidden:
        layers += [nn.Linear(size, each), activation(), nn.Dropout(0.2)]
        size = each
    head = nn.Sequential(*layers, nn.Linear(size, outputs)).eval()
    nn.init.normal_(head[-1].weight, std=0.3 / head[-1].in_features ** 0.5)
    nn.init.constant_(head[-1].bias, 5.0)
    return head


def state_of(backbone: ResNet, head: nn.Sequential) -> dict[str, torch.Tensor]:
    state = {}
    for key, value in backbone.state_dict().items():
        part, _, rest = key.partition(".")
        state[f"backbone.{MAPPED[part]}.{rest}"] = value
    return state | {f"head.{key}": value for key, value in head.state_dict().items()}


def shapes_only(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors of the same shapes that take no room in a file: one number each, seen many times."""
    return {key: torch.ones((), dtype=value.dtype).expand(value.shape) for key, value in state.items()}


def config_of(hidden: list[int], output_mode: str | None, activation: str = "relu") -> dict[str, Any]:
    model: dict[str, Any] = {
        "backbone": "resnet50",
        "mlp_hidden_dims": hidden,
        "dropout": 0.2,
        "activation": activation,
        "pretrained": True,
    }
    if output_mode is not None:
        model["output_mode"] = output_mode
    return {"model": model, "transform": dict(TRANSFORM), "training": {"lr": 1e-4, "epochs": 20}}


def file_content(state: dict[str, torch.Tensor], config: dict[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = {"epoch": 7, "model_state_dict": state, "val_spearman": np.float64(0.637)}
    return content if config is None else content | {"config": config}
