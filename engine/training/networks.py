"""The networks that are trained. Their tensors have the names that owners' checkpoints have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import TrainingError
from engine.models import resnet, vgg
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.models.linear_head import linear_head
from engine.models.resnet import resnet50_backbone
from engine.models.vgg import vgg16_backbone
from engine.training.preparation import Preparation
from engine.training.settings import AestheticModel, ComparatorModel

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

OUTPUTS = {"distribution": 10, "regression": 1}
MIDDLE = 5.5  # of the opinions 1..10: where a regression starts
# torchvision's names of ResNet50's parts, and ours.
RESNET_PARTS = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}


def aesthetic_network(model: AestheticModel, preparation: Preparation) -> nn.Module:
    """Return the scorer: squares (n, side, side, 3) uint8 to outputs (n, 10) or (n, 1).

    Its first weights are random, or those of `model.pretrained`. Raises TrainingError when those do not fit.
    """
    from torch import nn

    outputs = OUTPUTS[model.output_mode]
    network = _assemble(
        "head", resnet50_backbone(), (resnet.FEATURES, *model.mlp_hidden_dims, outputs), model
    )
    if model.output_mode == "regression":
        last = network.get_submodule("head")[-1]  # pyright: ignore[reportIndexIssue]
        nn.init.constant_(last.bias, MIDDLE)
    return _prepared(network, model.pretrained, preparation)


def comparator_network(model: ComparatorModel, preparation: Preparation) -> nn.Module:
    """Return the comparator: pairs of squares (n, 2, side, side, channels) uint8 to logits (n, 2) in both
    orders, stacked: (2, n, 2). Class 1 means that the second photo is better.

    Raises TrainingError when the pretrained weights do not fit.
    """
    is_resnet = model.cnn_backbone == "resnet50"
    features = resnet.FEATURES if is_resnet else vgg.FEATURES
    backbone = resnet50_backbone() if is_resnet else vgg16_backbone()
    network = _assemble("mlp", backbone, (features, *model.mlp_hidden_dims, 2), model)
    return _prepared(network, model.pretrained, preparation)


def _assemble(
    head_name: str, backbone: nn.Sequential, sizes: tuple[int, ...], model: AestheticModel | ComparatorModel
) -> nn.Module:
    """Return a network of two parts, named as in owners' files; pairs are compared by their difference."""
    import torch
    from torch import nn

    class Network(nn.Module):
        mean: Tensor
        scale: Tensor
        padding: Tensor | None

        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone
            self.add_module(head_name, _with_dropout(linear_head(sizes, model.activation), model.dropout))

        def normalised(self, pixels: Tensor) -> Tensor:
            channels = pixels.permute(0, 3, 1, 2)
            scaled = (channels[:, :3].float() - self.mean) * self.scale
            if self.padding is None:
                return scaled
            return torch.where(channels[:, 3:] > 0, scaled, self.padding)

        def forward(self, pixels: Tensor) -> Tensor:
            head = self.get_submodule(head_name)
            if pixels.ndim == 4:
                return head(self.backbone(self.normalised(pixels)))
            features = self.backbone(self.normalised(pixels.flatten(0, 1))).unflatten(0, pixels.shape[:2])
            difference = features[:, 0] - features[:, 1]
            return torch.stack([head(difference), head(-difference)])

    return Network()


def _with_dropout(head: nn.Sequential, share: float) -> nn.Sequential:
    from torch import nn

    for layer in head:
        if isinstance(layer, nn.Dropout):
            layer.p = share
    return head


def _prepared(network: nn.Module, pretrained: Path | None, preparation: Preparation) -> nn.Module:
    """Load weights to start from; buffers for normalising are no part of what is saved."""
    import torch

    mean, std = (
        torch.tensor(values).view(1, 3, 1, 1) * 255 for values in (preparation.mean, preparation.std)
    )
    network.register_buffer("mean", mean, persistent=False)
    network.register_buffer("scale", 1 / std, persistent=False)
    padding = None
    if preparation.padding is not None:
        padding = (torch.tensor(preparation.padding).view(1, 3, 1, 1) * 255 - mean) / std
    network.register_buffer("padding", padding, persistent=False)
    if pretrained is not None:
        _start_from(network, pretrained.expanduser())
    return network


def _start_from(network: nn.Module, path: Path) -> None:
    """Take the backbone from a file of torchvision's or of an owner's, and the head where it fits."""
    state = load_checkpoint(path, checkpoint_hash(path)).state
    expected = network.state_dict()
    named = {_own_name(key, expected): value for key, value in state.items()}
    fitting = {k: v for k, v in named.items() if k in expected and v.shape == expected[k].shape}
    absent = [key for key in expected if key.startswith("backbone.") and key not in fitting]
    absent = [key for key in absent if not key.endswith("num_batches_tracked")]
    if absent:
        raise TrainingError(
            f"model.pretrained: {path} does not fit the backbone: {len(absent)} tensors are missing or of "
            f"another shape, the first is {absent[0]}."
        )
    network.load_state_dict(expected | fitting)


def _own_name(key: str, expected: dict[str, Any]) -> str:
    """Return a tensor's name here, given its name in a file of torchvision's or of an owner's."""
    if key in expected:
        return key
    part, _, rest = key.partition(".")
    if part in RESNET_PARTS:
        return f"backbone.{RESNET_PARTS[part]}.{rest}"
    if part == "features":
        return f"backbone.{rest}"
    return {"classifier.0": "backbone.fc6", "classifier.3": "backbone.fc7"}.get(
        key.rpartition(".")[0], ""
    ) + f".{key.rpartition('.')[2]}"


def parameter_groups(network: nn.Module, *, frozen: bool) -> list[list[torch.nn.Parameter]]:
    """Return the parameters of the head and, unless it is frozen, of the backbone; freezes it."""
    backbone = list(network.get_submodule("backbone").parameters())
    known = {id(parameter) for parameter in backbone}
    head = [parameter for parameter in network.parameters() if id(parameter) not in known]
    for parameter in backbone:
        parameter.requires_grad_(not frozen)
    return [head] if frozen else [head, backbone]
