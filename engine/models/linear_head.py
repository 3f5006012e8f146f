"""The small head of an owner's network: linear layers with an activation between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

ACTIVATIONS = ("relu", "tanh")


def linear_head(sizes: tuple[int, ...], activation: str) -> nn.Sequential:
    """Linear layers of these sizes, an activation and a (now inactive) dropout after each but the last."""
    from torch import nn

    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU() if activation == "relu" else nn.Tanh(), nn.Dropout()]
    return nn.Sequential(*layers[:-2])
