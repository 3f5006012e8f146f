"""Weights that this project trained and ships: found beside their cards, and pinned by their hashes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError
from engine.models.hashing import sha256_of
from engine.paths import RESOURCES_DIR

OWN_MODELS_DIR = RESOURCES_DIR / "models"


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """A weights file and what is stated of it. `facts` is the JSON file beside it."""

    path: Path
    sha256: str
    facts: dict[str, Any]


def find_own_weights(name: str, folder: Path = OWN_MODELS_DIR) -> OwnWeights:
    """Return NAME.safetensors, checked against the hash that NAME.json states.

    Raises WeightsMissingError or WeightsCorruptError, which say what to do.
    """
    path, stated = folder / f"{name}.safetensors", folder / f"{name}.json"
    try:
        facts = json.loads(stated.read_text(encoding="utf-8"))
        expected = str(facts["sha256"])
        found = sha256_of(path)
    except FileNotFoundError as error:
        missing = Path(error.filename or path).name
        raise WeightsMissingError(
            f"{missing} is not in {folder}; it comes with the program: install the program again"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsCorruptError(
            f"{path} or {stated.name} cannot be read ({error}); install the program again"
        ) from error
    if found != expected:
        raise WeightsCorruptError(
            f"{path} is not the file it should be (SHA-256 {found[:12]}…, expected {expected[:12]}…) "
            "and is not used; install the program again"
        )
    return OwnWeights(path, found, facts)


def read_tensors(weights: OwnWeights) -> dict[str, NDArray[np.floating]]:
    """Return the tensors by name, as they are stored. Raises ModelError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(weights.path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{weights.path} cannot be read: {error}") from error
