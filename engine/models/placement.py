"""Puts a torch network on a device."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.models.network import Outputs, Pixels

if TYPE_CHECKING:
    from torch import nn

Forward = Callable[[Pixels], Outputs]


@dataclass(frozen=True, slots=True)
class Placed:
    """A network on its device. `run` takes one batch; `half`, if there, does the same in half precision."""

    run: Forward
    precision: str = "fp32"
    half: Forward | None = None


Place = Callable[["nn.Module", str, int], Placed]


def place_network(network: nn.Module, device: str, cpu_threads: int) -> Placed:
    """Put a network on a device.

    The network itself stays on the CPU (a device gets a copy), so that it can still be used when the
    device is lost. `cpu_threads` is set before each batch: torch keeps one number for the whole process.
    """
    import torch

    if device == "cpu":
        placed = network
    else:
        torch.backends.cudnn.allow_tf32 = False  # TF32 would give other numbers than the CPU does
        placed = copy.deepcopy(network).to(device)
    placed = placed.to(memory_format=torch.channels_last)

    def run(pixels: Pixels) -> Outputs:
        if device == "cpu" and torch.get_num_threads() != cpu_threads:
            torch.set_num_threads(cpu_threads)
        with torch.inference_mode():
            outputs = placed(torch.from_numpy(pixels).to(device))
            return tuple(output.float().cpu().numpy() for output in outputs)

    def half(pixels: Pixels) -> Outputs:
        with torch.autocast("cuda", torch.float16):
            return run(pixels)

    return Placed(run, half=half if device.startswith("cuda") else None)
