"""The lists and small pictures that an export is asked for, as they are kept beside its journal.

With all that they tell of the photos, so that an export that was cut short can make those that are missing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from engine.errors import ExportError
from engine.export.items import ExportItem
from engine.export.names import clean, folded, with_suffix_number
from engine.export.sizes import SMALL_SIDE
from engine.types import Photo


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be made of `items`. `small` has a place for each of them, or is empty."""

    title: str
    items: tuple[ExportItem, ...]
    thumbnails: Path  # folder of the cache that contact sheets take theirs from
    lists: tuple[Path, ...] = ()
    small: tuple[Path, ...] = ()
    small_side: int = SMALL_SIDE

    def __bool__(self) -> bool:
        return bool(self.lists or self.small)

    def write(self, path: Path) -> None:
        """Write it as JSON, flushed to disk: one line, then one for each photo. Raises OSError.

        Line by line, so that the interpreter is not held for long. Of scores there is only what lists tell.
        """
        with path.open("wb") as file:
            file.write(_line(TypeAdapter(Asked), replace(self, items=())))
            for item in self.items:
                scores = {role: replace(score, details={}, faces=()) for role, score in item.scores.items()}
                file.write(_line(_items(), replace(item, scores=scores)))
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def read(path: Path) -> Asked:
        """Read what `write` wrote. Raises ExportError."""
        try:
            with path.open("rb") as file:
                asked = TypeAdapter(Asked).validate_python(json.loads(file.readline()))
                return replace(
                    asked, items=tuple(_items().validate_python(json.loads(line)) for line in file)
                )
        except (OSError, ValueError) as error:
            raise ExportError(f"What lists were asked for cannot be read from {path}: {error}.") from error


@cache
def _items() -> TypeAdapter[ExportItem]:
    return TypeAdapter(ExportItem)


def _line(adapter: TypeAdapter[Any], value: object) -> bytes:
    return json.dumps(adapter.dump_python(value, mode="json")).encode("ascii") + b"\n"


def small_paths(items: Sequence[ExportItem], folder: Path) -> tuple[Path, ...]:
    """Return a free name in `folder` for the small JPEG of each photo."""
    taken = {folded(path.name) for path in folder.iterdir()} if folder.is_dir() else set[str]()
    return tuple(folder / _free_name(item.photo, taken) for item in items)


def _free_name(photo: Photo, taken: set[str]) -> str:
    stem, number = clean(photo.path.stem), 1
    while folded(name := with_suffix_number(stem, number, ".jpg")) in taken:
        number += 1
    taken.add(folded(name))
    return name
