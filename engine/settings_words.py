"""Says in a photographer's words what is wrong with a setting."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

LONGEST = 60  # characters of a value that is shown

_WANTED = {
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "finite_number": "must be an ordinary number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "path_type": "must be the path of a file, or null",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "model_type": "is a section: its settings stand below it, indented with spaces",
    "dict_type": "is a section: its settings stand below it, indented with spaces",
    "missing": "is missing",
    "too_short": "needs at least {min_length} of them",
    "too_long": "may have at most {max_length} of them",
}


def unknown_setting(dotted: str, model: type[BaseModel]) -> str:
    """Return the sentence for a key that is not known, with the nearest that is."""
    near = nearest(dotted, known_keys(model))
    if near == dotted:
        parts = ", ".join(dotted.split("."))
        return f"{shown(dotted)} is written in lines of their own, each indented below the other: {parts}."
    return f"unknown setting {shown(dotted)}." + (f" Did you mean {near}?" if near else "")


def nearest(dotted: str, known: list[str]) -> str | None:
    """Return the known key that is most like one that is not: by its last part, or as a whole."""
    last = dotted.rpartition(".")[2]
    same = [key for key in known if key.rpartition(".")[2] == last]
    near = same or difflib.get_close_matches(dotted, known, n=1, cutoff=0.5)
    if near:
        return near[0]
    ends = {key.rpartition(".")[2]: key for key in known}
    close = difflib.get_close_matches(last, ends, n=1, cutoff=0.6)
    return ends[close[0]] if close else None


def known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, info in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            keys += known_keys(info.annotation, f"{prefix}{name}.")
    return keys


def wrong_value(detail: Mapping[str, Any], description: str | None) -> str:
    """Return what a setting must be and what it is. `description` says what a pattern asks for."""
    kind, value, context = str(detail["type"]), detail["input"], detail.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        said = str(detail["msg"]).partition(", ")[2] or str(detail["msg"])
        return said if isinstance(value, dict) else f"{said} (it is {shown(value)})"
    if kind == "model_type" and isinstance(value, str) and re.match(r"\w+:\S", value):
        return f"has a line without a space after the colon (it is {shown(value)})"
    if kind == "path_type" and value is None:
        return "must be set to a path"
    if kind in ("string_pattern_mismatch", "string_type") and description:
        wanted = f"must be {description}"
    else:
        numbers = {name: f"{x:g}" if isinstance(x, float) else x for name, x in context.items()}
        wanted = _WANTED.get(kind, "is none of the values that can be used").format(**numbers)
        wanted = wanted.replace("True or False", "true or false")  # as they stand in the file
    return f"{wanted} (it is {shown(value)})"


def shown(value: Any) -> str:
    """Return a value as it would stand in a settings file, short and printable."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, float):
        return {"inf": "infinite", "-inf": "infinite", "nan": "not a number"}.get(str(value), f"{value:g}")
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"'{text}'" if isinstance(value, str) else text
