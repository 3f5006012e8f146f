"""Reads YAML files into validated models; a mistake is named with key, line and the nearest known key."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import SettingsError


class Section(BaseModel):
    """A part of a settings file: no unknown keys, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=BaseModel)


def load_validated(model: type[_Model], defaults_file: Path, user_file: Path | None) -> _Model:
    """Read the documented defaults and lay the user's file over them.

    Raises SettingsError naming key, file and line when the user's file cannot be used.
    """
    merged = _read_mapping(defaults_file)
    source = defaults_file
    if user_file is not None:
        source = user_file
        merged = _merge(merged, _read_mapping(user_file))
    try:
        return model.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_explain(error, source, model)) from error


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"Settings file not found: {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Settings file {path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"Settings file {path} is not valid YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"Settings file {path} must hold keys and values, not a {type(loaded).__name__}.")
    return loaded


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        elif value is None and isinstance(merged.get(key), dict):
            continue  # a section whose every line is commented out changes nothing
        else:
            merged[key] = value
    return merged


def _explain(error: ValidationError, source: Path, model: type[BaseModel]) -> str:
    lines = [_explain_one(dict(detail), source, model) for detail in error.errors()]
    return "\n".join(lines)


def _explain_one(detail: dict[str, Any], source: Path, model: type[BaseModel]) -> str:
    keys = tuple(str(part) for part in detail["loc"])
    where = f"{source}{_line_of(source, keys)}"
    dotted = ".".join(keys)
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(dotted, _known_keys(model), n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where}: unknown setting {dotted}.{hint}"
    if detail["type"] == "path_type" and detail["input"] is None:
        return f"{where}: {dotted}: must be set to a path"
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not dotted:  # of several sections together: what was found is the whole file
        return f"{where}: {message}"
    return f"{where}: {dotted}: {message} (found {detail['input']!r})"


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, info in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            keys += _known_keys(info.annotation, f"{prefix}{name}.")
    return keys


def _line_of(source: Path, keys: tuple[str, ...]) -> str:
    """Return ", line N" of a dotted key in a YAML file, or of its nearest section that is there."""
    node = yaml.compose(source.read_text(encoding="utf-8"))
    line = 0
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((k, v) for k, v in node.value if k.value == key), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return f", line {line}" if line else ""
