"""The manifest of the embedded default weights: what configs/models.yaml states, validated."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import ModelError
from engine.paths import CONFIGS_DIR
from engine.types import Role

MANIFEST_FILE = CONFIGS_DIR / "models.yaml"


class Weights(BaseModel):
    """One weights file: where it comes from, what it must hash to, how it is fed.

    `package` is a pinned requirement of the Python index, `member` the file's path inside its wheel,
    `file` its name in the models directory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role
    title: str
    package: str = Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+$")
    member: str
    file: str
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str
    origin: str
    preprocessing: str

    @field_validator("file")
    @classmethod
    def _file_is_a_bare_name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", value):
            raise ValueError("must be a bare file name")
        return value


@cache
def load_manifest(file: Path = MANIFEST_FILE) -> tuple[Weights, ...]:
    """Return all embedded default weights. Raises ModelError when the manifest cannot be used."""
    entries = _read_entries(file)
    try:
        weights = tuple(Weights.model_validate(entry) for entry in entries)
    except ValidationError as error:
        raise ModelError(f"Weights manifest {file}: {_first_problem(error)}") from error
    for key in ("name", "file"):
        values = [getattr(each, key) for each in weights]
        if len(set(values)) != len(values):
            raise ModelError(f"Weights manifest {file}: a {key} stands there twice.")
    return weights


def find_weights(name: str) -> Weights:
    """Return the manifest's entry of that name. Raises ModelError when there is none."""
    for weights in load_manifest():
        if weights.name == name:
            return weights
    known = ", ".join(each.name for each in load_manifest())
    raise ModelError(f"The weights manifest has no entry {name!r}. Known: {known}.")


def _read_entries(file: Path) -> list[Any]:
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"Weights manifest {file} cannot be read: {error}") from error
    if not isinstance(loaded, dict) or set(loaded) != {"weights"} or not isinstance(loaded["weights"], list):
        raise ModelError(f"Weights manifest {file} must hold one list named weights, and nothing else.")
    return loaded["weights"]


def _first_problem(error: ValidationError) -> str:
    detail = error.errors()[0]
    key = ".".join(str(part) for part in detail["loc"])
    return f"{key}: {detail['msg']} (found {detail['input']!r})"
