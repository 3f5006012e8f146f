"""Reads the training configuration in a checkpoint: each value is checked, each complaint names its key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from engine.errors import ModelError
from engine.models.plain_values import short

MAX_SIZE = 4096  # of a layer or an image side; a config beyond it is a mistake
MAX_HIDDEN = 8
SHOWN_KEYS = 3
HEAD_STEP = 3  # Linear, activation, Dropout: linears stand at 0, 3, 6, ...


class HasShape(Protocol):
    """A tensor, or what was read of one."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def ndim(self) -> int: ...


class Described(Protocol):
    """What a checkpoint says of itself: a whole one, or the outline of one."""

    @property
    def path(self) -> Path: ...

    @property
    def state(self) -> Mapping[str, HasShape]: ...

    @property
    def config(self) -> dict[str, Any]: ...


def section(checkpoint: Described, name: str) -> dict[str, Any]:
    """Return a section of the config, empty when it is not there. Raises ModelError when it is none."""
    found = checkpoint.config.get(name) or {}
    if not isinstance(found, dict):
        raise bad(checkpoint, name, found, "a section of keys and values")
    return found


def choice(
    checkpoint: Described, values: dict[str, Any], key: str, known: tuple[str, ...], default: str
) -> str:
    """Return the value of `model.key`, or `default` where it is silent. Raises ModelError when unknown."""
    value = values.get(key, default)
    if value not in known:
        raise bad(checkpoint, f"model.{key}", value, " or ".join(known))
    return str(value)


def layer_sizes(checkpoint: Described, values: dict[str, Any], head: str, features: int) -> tuple[int, ...]:
    """Return the sizes of a head's layers, input first and output last: as `model.mlp_hidden_dims` says,
    or else as the file's tensors have them. `head` is the name that their keys begin with.

    A file that holds no such tensors gives the input and hidden sizes alone. Raises ModelError.
    """
    found = [features]
    position = 0
    while (weight := checkpoint.state.get(f"{head}.{position}.weight")) is not None and weight.ndim == 2:
        found.append(weight.shape[0])
        position += HEAD_STEP
    if len(found) > MAX_HIDDEN + 2 or not all(map(is_size, found)):
        raise ModelError(f"The checkpoint {checkpoint.path} has a head of {found}, which cannot be right.")
    hidden = values.get("mlp_hidden_dims")
    if hidden is None:
        return tuple(found)
    is_list = isinstance(hidden, list | tuple) and len(hidden) <= MAX_HIDDEN
    if not is_list or not all(map(is_size, hidden)):
        raise bad(checkpoint, "model.mlp_hidden_dims", hidden, f"a list of at most {MAX_HIDDEN} sizes")
    return (features, *hidden, *found[1:][-1:])


def triple(checkpoint: Described, name: str, value: Any) -> tuple[float, float, float]:
    """Return three finite numbers. Raises ModelError naming the key."""
    numbers = isinstance(value, list | tuple) and all(isinstance(x, int | float) for x in value)
    if not numbers or len(value) != 3 or not all(math.isfinite(x) for x in value):
        raise bad(checkpoint, name, value, "three numbers")
    return float(value[0]), float(value[1]), float(value[2])


def first_keys(checkpoint: Described) -> str:
    """Return the names of a few tensors, for a sentence."""
    return ", ".join(list(checkpoint.state)[:SHOWN_KEYS])


def has_rows(tensor: HasShape | None, rows: int) -> bool:
    return tensor is not None and tensor.ndim > 0 and tensor.shape[0] == rows


def is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SIZE


def bad(checkpoint: Described, key: str, value: object, wanted: str) -> ModelError:
    return ModelError(f"The checkpoint {checkpoint.path}: its config has {key} {short(value)}, not {wanted}.")
