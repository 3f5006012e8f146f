"""The features behind learned quality: two networks that others trained, read at several depths.

MobileNetV2 sees a square view in full, its last blocks in one or more copies ("tails") that may be tuned on
opinions; NIMA's MobileNet sees the same view at 224 pixels. At each depth the mean and the deviation over the
picture are taken, since sharpness and noise live early and the scene late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError
from engine.models.imagenet import MEAN, STD
from engine.models.mobilenet import load_mobilenet
from engine.models.nima import load_nima, nearest_places
from engine.models.views import VIEW_SIDE

if TYPE_CHECKING:
    import torch
    from torch import nn

TAIL_FROM = 14  # the number of the first block that may be tuned; the stem is 0
MAP_SHAPE = (96, 24, 24)  # what it is shown: channels, rows, columns
MOBILENET_LEVELS = (3, 6, 10, 13)  # block numbers; of the tails the last one
NIMA_LEVELS = (3, 5, 11, 13)  # depthwise-separable blocks, from 1


def build_network(mobilenet: Path, nima: Path, tails: Sequence[Mapping[str, Any]] = ()) -> nn.Module:
    """Return the network in eval mode. Raises ModelError for weights that cannot be used.

    Input: uint8 RGB (n, VIEW_SIDE, VIEW_SIDE, 3). Output: a tuple of one, the features (n, F) in
    the order of opinion_head.py. `tails` are the tensors of tuned ones; without any, there is one as it came.
    """
    import torch
    from torch import nn

    nima_network: Any = load_nima(nima)

    class OpinionFeatures(nn.Module):
        mean: torch.Tensor
        deviation: torch.Tensor
        nearest: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            blocks = load_mobilenet(mobilenet)
            self.trunk = blocks[:TAIL_FROM]
            self.tails = nn.ModuleList(tuned_tail(blocks[TAIL_FROM:], each) for each in tails or ({},))
            self.nima = nima_network.backbone
            mean, deviation = _imagenet_scale()
            self.register_buffer("mean", mean)
            self.register_buffer("deviation", deviation)
            self.register_buffer("nearest", torch.from_numpy(nearest_places(VIEW_SIDE)))

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
            image = pixels.permute(0, 3, 1, 2).float()
            found: list[torch.Tensor] = []
            x = (image - self.mean) / self.deviation
            for number, block in enumerate(self.trunk):
                x = block(x)
                if number in MOBILENET_LEVELS:
                    found += statistics(x)
            for tail in self.tails:
                found += statistics(tail(x))
            x = image[:, :, self.nearest][:, :, :, self.nearest] / 127.5 - 1.0
            for number, layer in enumerate(self.nima, start=1):
                x = layer(x)
                if number in NIMA_ENDS:
                    found += statistics(x)
            return (torch.cat(found, dim=1),)

    return OpinionFeatures().eval()


def build_tail(mobilenet: Path, tensors: Mapping[str, Any]) -> nn.Module:
    """Return MobileNetV2's last blocks with tuned tensors; without any, as they came. Raises ModelError."""
    return tuned_tail(load_mobilenet(mobilenet)[TAIL_FROM:], tensors)


def tuned_tail(plain: nn.Module, tensors: Mapping[str, Any]) -> nn.Module:
    """Return a copy of the last blocks with tuned tensors, if any. Raises ModelError when they do not fit."""
    import torch

    tail = deepcopy(plain)
    if not tensors:
        return tail
    state = {name: torch.from_numpy(np.asarray(value, dtype=np.float32)) for name, value in tensors.items()}
    try:
        tail.load_state_dict(state)
    except RuntimeError as error:
        raise ModelError(f"The tuned blocks do not fit: {error}") from error
    return tail


def build_trunk(mobilenet: Path) -> nn.Module:
    """Return the blocks before the tuned ones. Input as of `build_network`; output: maps (n, *MAP_SHAPE)."""
    from torch import nn

    class Trunk(nn.Module):
        mean: torch.Tensor
        deviation: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.blocks = load_mobilenet(mobilenet)[:TAIL_FROM]
            mean, deviation = _imagenet_scale()
            self.register_buffer("mean", mean)
            self.register_buffer("deviation", deviation)

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return (self.blocks((pixels.permute(0, 3, 1, 2).float() - self.mean) / self.deviation),)

    return Trunk().eval()


def _imagenet_scale() -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and deviation of ImageNet's pixels 0..255, (1, 3, 1, 1) each."""
    import torch

    mean, deviation = torch.tensor(MEAN), torch.tensor(STD)
    return 255 * mean[None, :, None, None], 255 * deviation[None, :, None, None]


# The stem is a convolution and its ReLU6, each block two of both.
NIMA_ENDS = tuple(2 + 4 * level for level in NIMA_LEVELS)


def statistics(x: torch.Tensor) -> list[torch.Tensor]:
    """Return mean and deviation over the places of a layer, (n, channels) each."""
    mean = x.mean(dim=(2, 3))
    variance = (x - mean[:, :, None, None]).square().mean(dim=(2, 3))
    return [mean, (variance + 1e-6).sqrt()]
