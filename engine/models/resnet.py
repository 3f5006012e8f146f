"""ResNet50 as owners' checkpoints name its parts, and the folding of its batch normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

FEATURES = 2048


def resnet50_backbone() -> nn.Sequential:
    """Return torchvision's ResNet50 without `fc` as one Sequential: `0` is conv1, `4` to `7` the layers.

    Input float (n, 3, h, w), output (n, 2048). Never downloads: its weights are random.
    """
    from torch import nn
    from torchvision.models import resnet50

    return nn.Sequential(*list(resnet50(weights=None).children())[:-1], nn.Flatten())


def fold_batch_norms(backbone: nn.Sequential) -> None:
    """Fold every batch normalisation of an eval-mode backbone into the convolution before it, in place.

    Saves about a sixth of the time on a CPU; the numbers stay the same to rounding.
    """
    from torch import nn
    from torchvision.models.resnet import Bottleneck

    _fold(backbone, "0", "1")
    for block in backbone.modules():
        if isinstance(block, Bottleneck):
            for number in (1, 2, 3):
                _fold(block, f"conv{number}", f"bn{number}")
            if isinstance(block.downsample, nn.Sequential):
                _fold(block.downsample, "0", "1")


def _fold(parent: nn.Module, convolution: str, norm: str) -> None:
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    fused = fuse_conv_bn_eval(parent.get_submodule(convolution), parent.get_submodule(norm))  # pyright: ignore[reportArgumentType]
    setattr(parent, convolution, fused)
    setattr(parent, norm, nn.Identity())
