"""Where in the target a photo goes: templates such as `{date}/{camera}/{name}`."""

from __future__ import annotations

import difflib
import string
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from engine.errors import UsageError
from engine.export.items import ExportItem
from engine.export.names import clean
from engine.types import Decision, Label

LAYOUTS: dict[str, str] = {
    "flat": "{name}",
    "group": "{group}/{name}",
    "decision": "{decision}/{name}",
    "date": "{date}/{name}",
}
_DECISIONS = {Decision.ACCEPT: "accepted", Decision.REJECT: "rejected", Decision.NONE: "undecided"}


def _time(pattern: str, otherwise: str) -> Callable[[ExportItem], str]:
    def value(item: ExportItem) -> str:
        taken = item.metadata.captured_at
        return taken.strftime(pattern) if taken else otherwise

    return value


def _group(item: ExportItem) -> str:
    return f"{item.ranked.group:04d}" if item.ranked and item.ranked.group >= 0 else "no group"


FIELDS: Mapping[str, Callable[[ExportItem], str]] = {
    "name": lambda item: item.photo.path.stem,
    "folder": lambda item: str(PurePosixPath(item.photo.name).parent),
    "date": _time("%Y-%m-%d", "no date"),
    "year": _time("%Y", "no date"),
    "month": _time("%m", "no date"),
    "day": _time("%d", "no date"),
    "time": _time("%H%M%S", "no time"),
    "camera": lambda item: item.metadata.camera or "no camera",
    "lens": lambda item: item.metadata.lens or "no lens",
    "group": _group,
    "decision": lambda item: _DECISIONS[item.marks.decision],
    "stars": lambda item: str(item.marks.stars),
    "label": lambda item: "no label" if item.marks.label is Label.NONE else item.marks.label.value,
}


class Layout:
    """A checked template. `place` never leads out of the folder it is used in."""

    def __init__(self, text: str) -> None:
        """Take the name of a layout or a template. Raises UsageError saying what is wrong with it."""
        self.template = LAYOUTS.get(text, text)
        if text not in LAYOUTS and "{" not in text:
            raise UsageError(
                f"There is no layout {text!r}. Layouts: {', '.join(LAYOUTS)}, or a template such as "
                "{date}/{camera}/{name}."
            )
        self._parts = [_parse(part) for part in self.template.split("/")]
        if not self._parts[-1]:
            raise UsageError(f"The template {self.template!r} ends with '/': it has to end with a file name.")
        if not any(field for part in self._parts for _, field in part):
            raise UsageError(f"The template {self.template!r} has no field: all photos would get one name.")

    def place(self, item: ExportItem) -> PurePosixPath:
        """Return folder and stem (no ending) for a photo, relative to the target."""
        return PurePosixPath(*self._components(item))

    def _components(self, item: ExportItem) -> Iterator[str]:
        for part in self._parts:
            if part == [("", "name")]:
                yield item.photo.path.stem  # a name that a file system took already
            elif part == [("", "folder")]:
                yield from (clean(each) for each in PurePosixPath(item.photo.name).parent.parts)
            elif part:
                yield clean("".join(text + (FIELDS[field](item) if field else "") for text, field in part))


def _parse(part: str) -> list[tuple[str, str | None]]:
    """Return (text, field after it) pairs of one part of a template."""
    try:
        parsed = list(string.Formatter().parse(part))
    except ValueError as error:
        raise UsageError(
            f"The template part {part!r} cannot be read: {error}. Write fields as {{name}}."
        ) from None
    for _, field, form, conversion in parsed:
        if field is not None and (field not in FIELDS or form or conversion):
            raise UsageError(_unknown(field, form or "", conversion))
    return [(text, field) for text, field, _, _ in parsed]


def _unknown(field: str, form: str, conversion: str | None) -> str:
    if field in FIELDS:
        extra = f"!{conversion}" if conversion else f":{form}"
        return f"The field {{{field}}} takes no {extra!r}: write {{{field}}}."
    near = difflib.get_close_matches(field, FIELDS, n=1)
    hint = f" Did you mean {{{near[0]}}}?" if near else ""
    return f"There is no field {{{field}}}.{hint} Fields: {', '.join(FIELDS)}."
