"""The owner's AVA aesthetic model: a ResNet50 with a small head, trained on AVA's opinions 1..10."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.models.ava_config import AvaConfig, AvaTransform, read_ava_config
from engine.models.checkpoint import load_checkpoint
from engine.models.linear_head import linear_head
from engine.models.network import Built
from engine.models.resnet import fold_batch_norms, resnet50_backbone
from engine.models.state_fit import fill

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class AvaUse:
    """How a loaded AVA model is fed and read.

    Its network takes uint8 RGB crops and gives a pair: for `regression` mean opinions (n, 1) in 1..10, for
    `distribution` probabilities (n, 10); and the features (n, 2048). `note` says what had to be assumed
    because the file does not tell.
    """

    transform: AvaTransform
    output_mode: str
    note: str | None

    @classmethod
    def of(cls, facts: dict[str, Any]) -> AvaUse:
        """Read back the facts of `build_ava`."""
        return cls(AvaTransform(**facts["transform"]), facts["output_mode"], facts["note"])


def build_ava(path: Path, sha256: str) -> Built:
    """Build an owner's AVA network. Raises ModelError with one sentence; never downloads anything."""
    checkpoint = load_checkpoint(path, sha256)
    config = read_ava_config(checkpoint)
    network = _network(config)
    fill(network, checkpoint, f"an AVA ResNet50 with head {' - '.join(map(str, config.head))}")
    network.eval()
    fold_batch_norms(network.get_submodule("backbone"))  # pyright: ignore[reportArgumentType]
    note = None
    if not checkpoint.config:
        note = f"the file has no config: assumed {config.activation}, {config.output_mode}, usual transform"
    crop = config.transform.crop_size
    return Built(network, (crop, crop, 3), asdict(AvaUse(config.transform, config.output_mode, note)))


def _network(config: AvaConfig) -> nn.Module:
    import torch
    from torch import nn

    # Pixels are 0..255 here, mean and std are of 0..1.
    mean, std = (
        torch.tensor(values).view(1, 3, 1, 1) * 255
        for values in (config.transform.mean, config.transform.std)
    )

    class AvaNetwork(nn.Module):
        mean: torch.Tensor
        scale: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.backbone = resnet50_backbone()
            self.head = linear_head(config.head, config.activation)
            self.register_buffer("mean", mean, persistent=False)
            self.register_buffer("scale", 1 / std, persistent=False)

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            scaled = (pixels.permute(0, 3, 1, 2).float() - self.mean) * self.scale
            features = self.backbone(scaled)
            outputs = self.head(features)
            if config.output_mode == "regression":
                return outputs.clamp(1.0, 10.0), features
            return outputs.softmax(dim=1), features

    return AvaNetwork()
