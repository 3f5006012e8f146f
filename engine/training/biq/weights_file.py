"""Writes weights as this program ships them: NAME.safetensors, and NAME.json that pins its hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.models.hashing import sha256_of


def write_weights(
    folder: Path, name: str, tensors: dict[str, NDArray[np.floating]], facts: dict[str, Any]
) -> str:
    """Write both files, the tensors as given, and return the SHA-256. Raises OSError."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, path)
    path.chmod(0o644)  # safetensors makes it readable by its owner alone
    sha256 = sha256_of(path)
    stated = {"file": path.name, "sha256": sha256, **facts}
    (folder / f"{name}.json").write_text(json.dumps(stated, indent=2) + "\n", encoding="utf-8")
    return sha256
