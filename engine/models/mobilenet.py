"""MobileNetV2 (Sandler et al. 2018, width 1) from torchvision's checkpoint, for features only.

Batch normalisation is folded into the convolutions, which halves the time on a CPU.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelError

if TYPE_CHECKING:
    import torch
    from torch import nn

STEM_CHANNELS = 32
# Expansion, output channels, repeats, stride of the first repeat (MobileNetV2, table 2).
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
LAST_CHANNELS = 1280


def load_mobilenet(weights: Path) -> nn.Sequential:
    """Return the 19 blocks: the stem, 17 inverted residuals, the last convolution. Raises ModelError."""
    import torch
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval
    from torchvision.models import mobilenet_v2

    original = mobilenet_v2(weights=None)
    try:
        original.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError) as error:
        raise ModelError(f"The MobileNetV2 weights {weights} cannot be read: {error}") from error
    layers = [m for m in original.eval().features.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    fused = [fuse_conv_bn_eval(c, b) for c, b in zip(layers[::2], layers[1::2], strict=True)]  # type: ignore[arg-type]
    blocks = build_blocks()
    places = [m for m in blocks.modules() if isinstance(m, nn.Conv2d)]
    for place, conv in zip(places, fused, strict=True):
        place.load_state_dict(conv.state_dict())
    return blocks.eval()


def build_blocks() -> nn.Sequential:
    """Return the 19 blocks, untrained."""
    from torch import nn

    blocks: list[nn.Module] = [_step(3, STEM_CHANNELS, 3, 2)]
    block = _block_class()
    channels = STEM_CHANNELS
    for expansion, out, repeats, stride in STAGES:
        for repeat in range(repeats):
            blocks.append(block(channels, out, expansion, stride if repeat == 0 else 1))
            channels = out
    blocks.append(_step(channels, LAST_CHANNELS, 1))
    return nn.Sequential(*blocks)


def _step(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    from torch import nn

    conv = nn.Conv2d(channels, out, kernel, stride, padding=kernel // 2, groups=groups)
    return nn.Sequential(conv, nn.ReLU6(inplace=True))


def _block_class() -> type[nn.Module]:
    from torch import nn

    class InvertedResidual(nn.Module):
        def __init__(self, channels: int, out: int, expansion: int, stride: int) -> None:
            super().__init__()
            wide = channels * expansion
            steps: list[nn.Module] = [] if expansion == 1 else [_step(channels, wide, 1)]
            steps += [_step(wide, wide, 3, stride, groups=wide), nn.Conv2d(wide, out, 1)]
            self.steps = nn.Sequential(*steps)
            self.residual = stride == 1 and channels == out

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.steps(x) if self.residual else self.steps(x)

    return InvertedResidual
