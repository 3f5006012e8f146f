"""Shots, plans and journals for the tests of exporting."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.plan import ExportOptions, ExportPlan, How, plan_export
from engine.export.report import ExportReport
from engine.types import Decision, Label, Marks, Metadata, Photo, Ranked

TIME = 1_700_000_000
ALL = {"a.jpg", "a.cr2", "a.xmp", "a.cr2.xmp", "b.jpg"}  # files of a card


def card(folder: Path) -> Path:
    """Make a card with a RAW+JPEG pair that has both sidecars, and a JPEG of several blocks."""
    folder.mkdir()
    contents = {
        "a.jpg": b"jpeg of a",
        "a.cr2": b"raw of a" * 1000,
        "a.xmp": b"<x:xmpmeta/>",
        "a.cr2.xmp": b"<darktable/>",
        "b.jpg": b"bb" * 700_000,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (TIME, TIME))
    return folder


def shots(folder: Path) -> list[ExportItem]:
    """The photos of a card, as items."""
    pair = Photo(0, "a.jpg", (folder / "a.jpg", folder / "a.cr2"))
    single = Photo(1, "b.jpg", (folder / "b.jpg",))
    accepted = Marks(Decision.ACCEPT, 4, Label.RED)
    taken = Metadata(captured_at=datetime(2026, 6, 1, 12, 30, 5), camera="Nikon Z 8/II")
    return [
        ExportItem(pair, accepted, taken, Ranked(0, 3, 0, True, 0.8, (), ())),
        ExportItem(single, Marks(Decision.REJECT)),
    ]


def item(path: Path, number: int = 0, **known: object) -> ExportItem:
    return ExportItem(Photo(number, path.name, (path,)), **known)  # type: ignore[arg-type]


def plan(folder: Path, target: Path, how: How = How.COPY, layout: str = "flat") -> ExportPlan:
    return plan_export(shots(folder), ExportOptions(target, how, layout))


def run(a_plan: ExportPlan, journals: Path) -> ExportReport:
    return execute(a_plan, journals, CancelToken())


def cancelled_at(a_plan: ExportPlan, journals: Path, done: int) -> ExportReport:
    """Cancel an export as soon as so many of its files are done."""
    cancel = CancelToken()
    return execute(a_plan, journals, cancel, lambda p: cancel.cancel() if p.done == done else None)


def state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, modification time and mode of every file below a folder."""
    return {
        str(f.relative_to(folder)): (f.read_bytes(), f.stat().st_mtime_ns, f.stat().st_mode)
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def names(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and f.name[0] != "."}


class OsWith:
    """The module os with some functions replaced, for one module only: all others keep the real ones."""

    def __init__(self, **replaced: object) -> None:
        self.__dict__ |= replaced

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)
