"""Puts a checkpoint's tensors into a network, and says exactly what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.errors import ModelError, WeightsNotFiniteError
from engine.models.checkpoint import Checkpoint

if TYPE_CHECKING:
    from torch import nn

SHOWN = 4  # names per kind of mismatch; the rest is counted
COUNTER = "num_batches_tracked"  # a training counter of batch normalisation that inference never reads


def fill(network: nn.Module, checkpoint: Checkpoint, what: str) -> None:
    """Load all tensors into `network`, which is named `what` in messages.

    Raises ModelError listing keys that are missing, unknown or of another shape, WeightsNotFiniteError
    naming the first tensor that is not finite.
    """
    expected = network.state_dict()
    state = checkpoint.state
    missing = [key for key in expected if key not in state and not key.endswith(COUNTER)]
    unknown = [key for key in state if key not in expected]
    differing = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(expected[key].shape)}"
        for key in expected
        if key in state and state[key].shape != expected[key].shape
    ]
    problems = [
        f"{label}: {_shortened(names)}"
        for label, names in (("missing", missing), ("unknown", unknown), ("other shape", differing))
        if names
    ]
    if problems:
        raise ModelError(f"The checkpoint {checkpoint.path} does not fit {what}. {'; '.join(problems)}.")
    _refuse_non_finite(checkpoint, expected)
    network.load_state_dict(state, strict=False)  # compared above; only counters may be absent


def _refuse_non_finite(checkpoint: Checkpoint, names: Iterable[str]) -> None:
    for name in names:
        tensor = checkpoint.state.get(name)
        if tensor is not None and not bool(tensor.isfinite().all()):
            raise WeightsNotFiniteError(
                f"The checkpoint {checkpoint.path}: {name} holds values that are not finite."
            )


def _shortened(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"
