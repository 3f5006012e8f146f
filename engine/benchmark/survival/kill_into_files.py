"""Killed while marks are written into photo files: each file is whole, its original kept, and it goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from engine.album.identity import identity_of, read_ends
from engine.album.scan import scan
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.killing import moments, run_and_kill
from engine.benchmark.survival.marks import TARGETS, marks_of
from engine.benchmark.survival.originals import State, count_changed, state_of
from engine.benchmark.survival.samples import exif_of, picture, write_jpegs
from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.copying import PART_SUFFIX
from engine.export.recover import find_last, find_unfinished, go_on, revert
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.photo_xmp.exiftool import ExifTool, find_exiftool, missing_exiftool
from engine.photo_xmp.originals import ORIGINALS_FOLDER
from engine.photo_xmp.with_sidecars import Books, HandedMarks
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.types import Decision

_DATA_FILES = {".jsonl", ".lock"}  # of journals: what else lies beside them was left by a killed run


@dataclass(frozen=True, slots=True)
class _Card:
    """A copy of the photos with a data directory of its own."""

    photos: Path
    data: Path
    before: State

    @property
    def books(self) -> Books:
        return Books(self.data / "library.sqlite3", self.data / "exports")


def kill_while_writing_into_files(work: Path, count: int, tally: Tally) -> None:
    """Kill `count` runs that write into a few photos. Does nothing where ExifTool is missing."""
    if missing_exiftool():
        return
    tool = find_exiftool()
    _write_photos(work / "photos")
    whole = _card(work / "photos", work / "whole")
    seconds = run_and_kill(_write, (whole, tool), None).seconds
    after = _photos_in(whole)
    tally.originals_changed += _count_harmed(whole, after)
    shares = moments(count, seconds, "into files", lambda: tally.kills_while_writing_into_files)
    for number, moment in enumerate(shares):
        card = _card(work / "photos", work / str(number))
        run = run_and_kill(_write, (card, tool), moment)
        tally.kills += run.killed
        tally.kills_while_writing_into_files += run.killed
        _check_files(card, after, tally)
        _start_again(card, tool, after, tally, number)
        shutil.rmtree(card.photos.parent)


def _write_photos(folder: Path) -> None:
    write_jpegs(folder, 2)
    picture(9).save(folder / "scan.tif", compression="tiff_lzw", exif=exif_of(9))


def _card(photos: Path, folder: Path) -> _Card:
    """Copy the photos and decide on each."""
    shutil.copytree(photos, folder / "card")
    card = _Card(folder / "card", folder / "data", state_of(folder / "card"))
    with closing(DecisionStore(card.books.library)) as store:
        for photo_id, mark in marks_of(card.photos).items():
            store.decide(card.photos, {_keys(card)[photo_id]: mark.decision})
    return card


def _keys(card: _Card) -> list[PhotoKey]:
    """Return how the photos are known by the bytes that they have now, and by nothing else."""
    photos = scan(card.photos)
    return [PhotoKey(each.id, each.name, identity_of(read_ends(each.path)), None) for each in photos]


def _write(_confirm: Callable[[Any], None], card: _Card, tool: ExifTool) -> None:
    photos = scan(card.photos)
    handed = HandedMarks(card.photos, photos, Naming.BASENAME, card.books, into_files=True)
    handed.write(handed.plan(marks_of(card.photos), TARGETS, Prefer.LIBRARY), tool)


def _photos_in(card: _Card) -> State:
    found = state_of(card.photos)
    return {name: about for name, about in found.items() if not name.startswith(ORIGINALS_FOLDER)}


def _count_harmed(card: _Card, after: State) -> int:
    """Return how many written files show another picture or tell other EXIF than their originals."""
    (kept,) = (card.photos / ORIGINALS_FOLDER).iterdir()
    return sum(_seen(card.photos / name) != _seen(kept / name) for name in after)


def _seen(path: Path) -> tuple[bytes, dict[int, Any]]:
    with Image.open(path) as image:
        exif = {tag: value for tag, value in image.getexif().items() if tag in exif_of(0)}
        return image.tobytes(), exif


# -- after a kill


def _check_files(card: _Card, after: State, tally: Tally) -> set[str]:
    """Count files that are neither the old nor the new one; return the names of the new ones."""
    now = _photos_in(card)
    new = {name for name in card.before if name in now and now[name][0] == after[name][0]}
    for name in card.before.keys() - new:
        tally.originals_changed += now.get(name) != card.before[name]
    return new


def _start_again(card: _Card, tool: ExifTool, after: State, tally: Tally, number: int) -> None:
    """Do what a next start can: take it back, settle it, or write again, which settles it, too."""
    journal = find_unfinished(card.books.journals)
    try:
        if journal is not None and number % 3 == 0:
            tally.not_recovered += not revert(journal, CancelToken()).complete
        elif journal is not None and number % 3 == 1:
            go_on(journal, CancelToken())
        else:
            _write(lambda _: None, card, tool)
            tally.not_recovered += len(_check_files(card, after, tally)) != len(card.before)
        _check_settled(card, after, tally)
        while (last := find_last(card.books.journals)) is not None:
            tally.not_recovered += not revert(last, CancelToken()).complete
    except ExportError as error:
        tally.not_recovered += 1
        tally.troubles.append(f"writing into files, kill {number}: {error}")
    _check_settled(card, after, tally)
    tally.originals_changed += count_changed(card.before, state_of(card.photos))


def _check_settled(card: _Card, after: State, tally: Tally) -> None:
    """Count what is wrong when nothing is under way: files, kept originals, marks, and what was left."""
    new = _check_files(card, after, tally)
    kept: State = {}
    for folder in (card.photos / ORIGINALS_FOLDER).glob("*"):
        kept |= {name: about for name, about in state_of(folder).items() if not name.startswith(".")}
    tally.originals_changed += count_changed({name: card.before[name] for name in new}, kept)
    tally.half_files += len(list(card.photos.rglob(f"*{PART_SUFFIX}")))
    tally.half_files += sum(file.suffix not in _DATA_FILES for file in card.books.journals.glob("*"))
    with closing(DecisionStore(card.books.library)) as store:
        found = store.decisions(card.photos, _keys(card))
    tally.decisions_lost += sum(found.get(key.photo_id) is not Decision.ACCEPT for key in _keys(card))
