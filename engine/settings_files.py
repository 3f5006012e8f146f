"""Reads YAML files into validated models; a mistake is named with key, line and the nearest known key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, ValidationInfo, field_validator

from engine.errors import SettingsError
from engine.settings_words import unknown_setting, wrong_value
from engine.settings_yaml import SettingsText


@dataclass(frozen=True, slots=True)
class Origin:
    """The lines of a user's settings file, by key. Settings are the same wherever they were read."""

    lines: Mapping[str, str] = field(default_factory=dict, compare=False)
    commented: Mapping[str, str] = field(default_factory=dict, compare=False)  # by the last word of the key

    def commented_out(self, dotted: str) -> str | None:
        """Return "FILE, line N" where a path stands in a comment, unless another line gives the key."""
        return None if dotted in self.lines else self.commented.get(dotted.rpartition(".")[2])

    def of(self, dotted: str) -> str | None:
        """Return "FILE, line N" of a key such as album.quality; None for one that the file does not have."""
        return self.lines.get(dotted)


class Section(BaseModel):
    """A part of a settings file: no unknown keys, plain values only, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """Where these settings were read; of a part of them nothing is known."""
        return self._origin

    @field_validator("*", mode="before")
    @classmethod
    def _take_no_word_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """A number in quotes, or yes and no for a number, is more likely a mistake than meant."""
        wanted = cls.model_fields[info.field_name or ""].annotation
        if wanted in (int, float) and isinstance(value, bool):
            raise ValueError("must be a number")
        if wanted in (int, float) and isinstance(value, str) and _is_number(value):
            raise ValueError("must be a number without quotation marks")
        if wanted is bool and not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value


_Model = TypeVar("_Model", bound=Section)


def load_validated(model: type[_Model], defaults_file: Path, user_file: Path | None) -> _Model:
    """Read the documented defaults and lay the user's file over them.

    Raises SettingsError naming key, file and line when the user's file cannot be used.
    """
    text = SettingsText(defaults_file)
    merged = text.values
    if user_file is not None:
        text = SettingsText(user_file)
        merged = _merge(merged, text.values)
    try:
        found = model.model_validate(merged)
    except ValidationError as error:
        raise SettingsError("\n".join(_explanations(error, text, model))) from error
    if user_file is not None:
        found._origin = Origin(text.lines(), text.commented_paths())
    return found


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


def _explanations(error: ValidationError, text: SettingsText, model: type[BaseModel]) -> list[str]:
    """Return a sentence per mistake; what is wrong only because something inside it is, is left out."""
    details = error.errors()
    inside = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    told = [detail for detail in details if detail["loc"] not in inside]
    return [_explain(dict(detail), text, model) for detail in told]


def _explain(detail: Mapping[str, Any], text: SettingsText, model: type[BaseModel]) -> str:
    keys = tuple(str(part) for part in detail["loc"])
    dotted = ".".join(keys)
    line = text.line_of(keys)
    where = f"{text.path}, line {line}" if line else str(text.path)
    if detail["type"] == "extra_forbidden":
        return f"{where}: {unknown_setting(dotted, model)}"
    name = f"{dotted}:" if isinstance(detail["input"], dict) and dotted else dotted
    return f"{where}: {name} {wrong_value(detail, _description(model, keys))}.".replace(":  ", ": ")


def _description(model: type[BaseModel], keys: tuple[str, ...]) -> str | None:
    """Return what the model says in words of the values of a key."""
    current: Any = model
    for key in keys[:-1]:
        info = current.model_fields.get(key) if _is_section(current) else None
        current = info.annotation if info else None
    last = current.model_fields.get(keys[-1]) if keys and _is_section(current) else None
    return last.description if last else None


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
