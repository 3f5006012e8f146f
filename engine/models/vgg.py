"""VGG16 as owners' checkpoints name its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

FEATURES = 4096


def vgg16_backbone() -> nn.Sequential:
    """Return torchvision's VGG16 up to and with the ReLU after its second fully connected layer.

    Convolutions keep their numbers (`0` to `28`), the connected layers are `fc6` and `fc7`. Input float
    (n, 3, 224, 224), output (n, 4096). Never downloads: its weights are random.
    """
    from torch import nn
    from torchvision.models import vgg16

    network = vgg16(weights=None, init_weights=False)
    backbone = nn.Sequential(*network.features.children(), network.avgpool, nn.Flatten())
    backbone.add_module("fc6", network.classifier[0])
    backbone.add_module("relu6", nn.ReLU(inplace=True))
    backbone.add_module("fc7", network.classifier[3])
    backbone.add_module("relu7", nn.ReLU(inplace=True))
    return backbone
