"""Turns what a checkpoint holds beside its tensors into plain values, bounded in depth and number."""

from __future__ import annotations

import reprlib
from pathlib import Path, PurePath
from typing import Any

from engine.errors import ModelError

MAX_DEPTH = 20
MAX_VALUES = 10_000
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxlong, _SHORT.maxother = 2, 60, 30, 60


def plain(path: Path, value: Any) -> Any:
    """Return `value` as dicts, lists, numbers, texts and pure paths; anything else as its type's name.

    Raises ModelError when it is nested deeper, or holds more, than any configuration. Mappings become real
    dicts: an OrderedDict from a file may carry attributes that hide its own methods.
    """
    left = MAX_VALUES

    def copied(item: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise ModelError(f"The checkpoint {path} is refused: its config is larger than any.")
        if isinstance(item, dict):
            return {copied(key, depth + 1): copied(each, depth + 1) for key, each in dict.items(item)}
        if isinstance(item, list):
            return [copied(each, depth + 1) for each in item]
        if isinstance(item, tuple):
            return tuple(copied(each, depth + 1) for each in item)
        if item is None or isinstance(item, str | int | float | PurePath):
            return item
        return f"<{type(item).__name__}>"

    return copied(value, 0)


def short(value: object) -> str:
    """Return a value as it can stand in a sentence: one line, a hundred characters or so."""
    return _SHORT.repr(value)
