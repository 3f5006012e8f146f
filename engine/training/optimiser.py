"""Steps downhill: optimiser, learning rates by epoch, gradient norms, mixed precision."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

from engine.training.networks import parameter_groups
from engine.training.settings import Optimisation

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

MOMENTUM = 0.9  # of sgd
# Halves that networks learn by, by kind of device. Brain floats reach as far as whole ones do; the
# gradients of others have to be scaled.
HALVES = {"cuda": "float16", "cpu": "bfloat16"}


def half_of(settings: Optimisation, device: str) -> str | None:
    """Return the half precision to train in, as torch names it; None for full precision."""
    kind = device.partition(":")[0]
    wanted = kind == "cuda" if settings.mixed_precision == "auto" else settings.mixed_precision
    return HALVES.get(kind) if wanted else None


class Optimiser:
    """One torch optimiser for the head and, unless it is frozen, the backbone."""

    def __init__(self, network: nn.Module, settings: Optimisation, device: str) -> None:
        import torch

        self._settings = settings
        self._device = device
        groups = parameter_groups(network, frozen=settings.freeze_backbone)
        self._parameters = [parameter for group in groups for parameter in group]
        self._rates = [settings.learning_rate, settings.backbone_learning_rate][: len(groups)]
        described = [{"params": group, "lr": rate} for group, rate in zip(groups, self._rates, strict=True)]
        if settings.optimizer == "sgd":
            self._optimiser: torch.optim.Optimizer = torch.optim.SGD(
                described, momentum=MOMENTUM, weight_decay=settings.weight_decay
            )
        else:
            self._optimiser = torch.optim.AdamW(described, weight_decay=settings.weight_decay)
        self._half = half_of(settings, device)
        self._scaler = torch.amp.GradScaler("cuda", enabled=self._half == "float16")

    def begin_epoch(self, epoch: int) -> dict[str, float]:
        """Set and return the learning rates of an epoch, counted from 1."""
        share = 1.0
        if self._settings.schedule == "cosine":
            share = 0.5 * (1.0 + math.cos(math.pi * (epoch - 1) / self._settings.epochs))
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        names = ("lr_head", "lr_backbone")
        return {name: rate * share for name, rate in zip(names, self._rates, strict=False)}

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context to run the network in: half precision where asked for."""
        import torch

        if self._half is None:
            return contextlib.nullcontext()
        return torch.autocast(self._device.partition(":")[0], getattr(torch, self._half))

    def step(self, loss: Tensor) -> float:
        """Take one step and return the norm of the gradient before it was clipped."""
        import torch

        self._optimiser.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimiser)
        most = self._settings.max_grad_norm or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, most)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        return float(norm)

    def state(self) -> dict[str, Any]:
        return {"optimiser": self._optimiser.state_dict(), "scaler": self._scaler.state_dict()}

    def load_state(self, state: dict[str, Any]) -> None:
        self._optimiser.load_state_dict(state["optimiser"])
        if state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])
