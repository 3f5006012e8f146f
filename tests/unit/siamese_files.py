"""Siamese checkpoints of exactly the shapes that owners have, and what plain torch says of them."""

from __future__ import annotations

import pathlib
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms
from torchvision.models import vgg16

from engine.checking.known_pairs import known_photos
from tests.unit.ava_files import MAPPED

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
NORMALIZE = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


class OfWindows:
    """Pickles as a path that was saved on Windows."""

    def __reduce__(self):
        return pathlib.WindowsPath, ("D:\\", "Projects", "outputs", "siamese_e2e")


def head_of(sizes: list[int], activation: type[nn.Module] = nn.ReLU, gain: float = 0.4) -> nn.Sequential:
    """A seeded head; a small `gain` where float32 alone moves the features by 6e-5, as in a random ResNet."""
    torch.manual_seed(5)
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes[:-1]):
        layers += [nn.Linear(before, after), activation(), nn.Dropout(0.3)]
    head = nn.Sequential(*layers, nn.Linear(*sizes[-2:])).eval()
    for linear in (layer for layer in head if isinstance(layer, nn.Linear)):
        nn.init.normal_(linear.weight, std=gain / linear.in_features**0.5)
        nn.init.normal_(linear.bias, std=0.2)
    return head


def resnet_state(backbone: nn.Module, head: nn.Sequential) -> dict[str, torch.Tensor]:
    state = {}
    for key, value in backbone.state_dict().items():
        part, _, rest = key.partition(".")
        state[f"backbone.{MAPPED[part]}.{rest}"] = value
    return state | {f"mlp.{key}": value for key, value in head.state_dict().items()}


def plain_state(backbone: nn.Module, head: nn.Sequential) -> dict[str, torch.Tensor]:
    """The state of older files: torchvision's own names, `fc` the head."""
    return {**backbone.state_dict(), "fc.weight": head[-1].weight.detach(), "fc.bias": head[-1].bias.detach()}


def random_vgg() -> nn.Module:
    """A VGG16 without its last layer. Its large layers lie in little memory: rows that overlap."""
    torch.manual_seed(6)
    network = vgg16(weights=None)
    for place in (0, 3):
        rows, columns = network.classifier[place].weight.shape
        seen = torch.randn(37 * rows + columns) * (2.0 / columns) ** 0.5
        network.classifier[place].weight = nn.Parameter(seen.as_strided((rows, columns), (37, 1)), False)
        nn.init.normal_(network.classifier[place].bias, std=0.1)
    network.classifier[6] = nn.Identity()
    return network.eval()


def vgg_state(network: Any, head: nn.Sequential) -> dict[str, torch.Tensor]:
    state = {}
    for number in CONVOLUTIONS:
        state[f"backbone.{number}.weight"] = network.features[number].weight.detach()
        state[f"backbone.{number}.bias"] = network.features[number].bias.detach()
    for name, place in (("fc6", 0), ("fc7", 3)):
        state[f"backbone.{name}.weight"] = network.classifier[place].weight.detach()
        state[f"backbone.{name}.bias"] = network.classifier[place].bias.detach()
    return state | {f"mlp.{key}": value for key, value in head.state_dict().items()}


def config_of(backbone: str, hidden: list[int], activation: str = "relu", **top: Any) -> dict[str, Any]:
    """A training configuration as saved on Windows."""
    model = {"cnn_backbone": backbone, "mlp_hidden_dims": hidden, "dropout": 0.0, "activation": activation}
    model |= top.pop("model", {})
    return {"model": model, "output_dir": OfWindows(), "training": {"lr": 1e-3}, **top}


def file_content(
    state: dict[str, torch.Tensor], config: dict[str, Any] | None, **more: Any
) -> dict[str, Any]:
    content: dict[str, Any] = {"epoch": 4, "model_state_dict": state, "val_acc": np.float64(0.696), **more}
    return content if config is None else content | {"config": config}


def standard(image: np.ndarray) -> torch.Tensor:
    steps = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), NORMALIZE])
    return steps(Image.fromarray(image))


def paper(image: np.ndarray) -> torch.Tensor:
    photo = Image.fromarray(image)
    width, height = photo.size
    size = (int(width * 224 / height), 224) if width > height else (224, int(height * 224 / width))
    photo = photo.resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    return NORMALIZE(photo.crop((left, top, left + 224, top + 224)))


def reference(image: np.ndarray) -> torch.Tensor:
    steps = transforms.Compose([transforms.Resize(224), transforms.CenterCrop(224), NORMALIZE])
    return steps(Image.fromarray(image))


def padded_with(color: tuple[float, float, float]):
    """Return the transform that puts the whole photo on a square of `color` (0..1)."""

    def paper_pad(image: np.ndarray) -> torch.Tensor:
        photo = Image.fromarray(image)
        width, height = photo.size
        size = (224, int(height * 224 / width)) if width > height else (int(width * 224 / height), 224)
        small = transforms.ToTensor()(photo.resize(size, Image.Resampling.BILINEAR))
        square = torch.tensor(color).view(3, 1, 1).expand(3, 224, 224).clone()
        top, left = (224 - size[1]) // 2, (224 - size[0]) // 2
        square[:, top : top + size[1], left : left + size[0]] = small
        return transforms.Normalize(MEAN, STD)(square)

    return paper_pad


def class_one_of(backbone: nn.Module, head: nn.Module, prepare, images: list[np.ndarray]) -> np.ndarray:
    """Return p(class 1) for every ordered pair (n, n), by plain torch."""
    with torch.inference_mode():
        features = backbone(torch.stack([prepare(image) for image in images]))
        rows = [[head((a - b)[None]).softmax(dim=1)[0, 1] for b in features] for a in features]
    return np.array(rows, dtype=np.float64)


def knowing_states(backbone: nn.Module) -> dict[str, dict[str, torch.Tensor]]:
    """Two states of a ResNet50 whose head was fitted to prefer three known photos to their copies.

    "first": its class 1 means that the first photo is better; "second": the second.
    """
    differences = _differences_to_copies(backbone)
    gram = differences @ differences.T
    gram += 0.01 * gram.diagonal().mean() * torch.eye(len(gram))
    towards = differences.T @ torch.linalg.solve(gram, torch.full((len(gram),), 3.0, dtype=torch.float64))
    states = {}
    for better, sign in (("first", 1.0), ("second", -1.0)):
        head = nn.Linear(2048, 2)
        head.weight = nn.Parameter(torch.stack([-sign * towards / 2, sign * towards / 2]).float(), False)
        head.bias = nn.Parameter(torch.zeros(2), False)
        states[better] = resnet_state(backbone, nn.Sequential(head))
    return states


def _differences_to_copies(backbone: nn.Module) -> torch.Tensor:
    """Return f(photo) - f(copy) of three photos and the clearly worse copies of each."""
    found = []
    for known in known_photos().photos[:3]:
        images = [known.original.image, *(copy.image for _, copy in known.copies())]
        with torch.inference_mode():
            seen = backbone(torch.stack([standard(image) for image in images])).double()
        found.append(seen[:1] - seen[1:])
    return torch.cat(found)


def constant_state(backbone: nn.Module) -> dict[str, torch.Tensor]:
    """The state of a network that says class 1 whatever it sees."""
    head = nn.Linear(2048, 2)
    nn.init.zeros_(head.weight)
    head.bias = nn.Parameter(torch.tensor([-2.0, 2.0]), False)
    return resnet_state(backbone, nn.Sequential(head))
