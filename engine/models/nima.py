"""NIMA MobileNet in torch, from the Keras hdf5 file: no Keras needed.

Network: Howard et al. 2017 (MobileNetV1, alpha 1, ReLU6) with NIMA's ten-bin head (Talebi and Milanfar
2018), as idealo's image-quality-assessment trained it on AVA with Keras 2.1.6. That Keras pads
symmetrically by (1, 1) before the stride-2 convolutions and its BatchNorm has epsilon 1e-3. Batch
normalisation is folded into the convolutions, which halves the time on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError, WeightsNotFiniteError

if TYPE_CHECKING:
    import h5py
    from torch import nn

BINS = 10
FEATURES = 1024
INPUT_SIZE = 224
BATCH_NORM_EPSILON = 1e-3
STEM_CHANNELS = 32
# Output channels and stride of the 13 depthwise-separable blocks (MobileNetV1, table 1).
BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolution with its batch normalisation folded in, in torch's layout (out, in/groups, kh, kw)."""

    weight: Array
    bias: Array
    stride: int = 1
    groups: int = 1


def load_nima(path: Path) -> nn.Module:
    """Return the network with the weights of `path`, in eval mode on the CPU.

    Its input is uint8 RGB of shape (n, 224, 224, 3); its output a pair: the score distribution
    (n, 10), whose rows sum to 1, and the pooled features (n, 1024). Raises ModelError when a tensor
    is missing, has another shape or is not finite.
    """
    convolutions, dense, bias = _read(path)
    return _build(convolutions, dense, bias)


def nearest_places(length: int) -> NDArray[np.int64]:
    """Return which of `length` rows or columns of a picture NIMA sees, (INPUT_SIZE,): the nearest pixels.

    The same as Pillow's NEAREST, which that Keras used: it sums the steps up, and so are they rounded here.
    """
    step = length / INPUT_SIZE
    return np.cumsum(np.r_[step * 0.5, np.full(INPUT_SIZE - 1, step)]).astype(np.int64)


def _read(path: Path) -> tuple[list[_Convolution], Array, Array]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            convolutions = _read_convolutions(file)
            dense = _tensor(file, "dense_1", "kernel", (FEATURES, BINS))
            bias = _tensor(file, "dense_1", "bias", (BINS,))
    except OSError as error:
        raise ModelError(f"NIMA weights {path} cannot be read: {error}") from error
    except ModelError as error:
        raise type(error)(f"NIMA weights {path}: {error}") from error
    return convolutions, dense.T.copy(), bias


def _read_convolutions(file: h5py.File) -> list[_Convolution]:
    found = [_folded(file, "conv1", (3, 3, 3, STEM_CHANNELS), stride=2)]
    channels = STEM_CHANNELS
    for number, (out, stride) in enumerate(BLOCKS, start=1):
        found.append(_folded(file, f"conv_dw_{number}", (3, 3, channels, 1), stride, depthwise=True))
        found.append(_folded(file, f"conv_pw_{number}", (1, 1, channels, out)))
        channels = out
    return found


def _folded(
    file: h5py.File, layer: str, shape: tuple[int, int, int, int], stride: int = 1, depthwise: bool = False
) -> _Convolution:
    """Read one convolution (Keras layout kh, kw, in, out) and fold its batch normalisation into it."""
    kernel = _tensor(file, layer, "depthwise_kernel" if depthwise else "kernel", shape)
    weight = kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(3, 2, 0, 1)
    channels = (len(weight),)
    gamma, beta, mean, variance = (
        _tensor(file, f"{layer}_bn", part, channels).astype(np.float64)
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    if (variance < 0).any():
        raise ModelError(f"{layer}_bn/moving_variance is negative")
    scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
    return _Convolution(
        weight=(weight * scale[:, None, None, None]).astype(np.float32),
        bias=(beta - mean * scale).astype(np.float32),
        stride=stride,
        groups=len(weight) if depthwise else 1,
    )


def _tensor(file: h5py.File, layer: str, part: str, shape: tuple[int, ...]) -> Array:
    import h5py

    name = f"{layer}/{layer}/{part}:0"
    dataset = file.get(name)
    if not isinstance(dataset, h5py.Dataset):
        raise ModelError(f"the tensor {name} is missing")
    if dataset.shape != shape:
        raise ModelError(f"the tensor {name} has shape {dataset.shape}, expected {shape}")
    values = np.asarray(dataset, dtype=np.float32)
    if not np.isfinite(values).all():
        raise WeightsNotFiniteError(f"the tensor {name} holds values that are not finite")
    return values


def _build(convolutions: list[_Convolution], dense: Array, bias: Array) -> nn.Module:
    import torch
    from torch import nn

    class Nima(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            for each in convolutions:
                layers += [_torch_convolution(each), nn.ReLU6(inplace=True)]
            self.backbone = nn.Sequential(*layers)
            self.dense = nn.Linear(FEATURES, BINS)
            self.dense.load_state_dict({"weight": torch.from_numpy(dense), "bias": torch.from_numpy(bias)})

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            # NHWC seen as NCHW is already in channels_last order: no copy but the one to float.
            scaled = pixels.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)
            features = self.backbone(scaled).mean(dim=(2, 3))
            return self.dense(features).softmax(dim=1), features

    return Nima().eval()


def _torch_convolution(convolution: _Convolution) -> nn.Module:
    import torch
    from torch import nn

    out, per_group, kernel, _ = convolution.weight.shape
    layer = nn.Conv2d(
        per_group * convolution.groups,
        out,
        kernel,
        convolution.stride,
        padding=kernel // 2,
        groups=convolution.groups,
    )
    weight, bias = torch.from_numpy(convolution.weight), torch.from_numpy(convolution.bias)
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer
