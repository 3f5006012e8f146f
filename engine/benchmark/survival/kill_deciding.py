"""Killed while deciding: what was confirmed is in the library, whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.killing import moments, run_and_kill
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.types import Decision, Label, Marks

_PHOTOS, _CHANGES = 40, 150
_ALBUM = Path("/album")
Change = tuple[int, MarkChange]


def kill_while_deciding(work: Path, count: int, tally: Tally) -> None:
    """Kill `count` sessions of one library; each decides on its own photos of the same album."""
    work.mkdir(parents=True, exist_ok=True)
    seconds = run_and_kill(_decide, (work / "first.sqlite3", 0), None).seconds
    library = work / "library.sqlite3"
    expected: dict[int, Marks] = {}
    session = 0
    for session, after in enumerate(moments(count, seconds, "deciding", lambda: tally.kills_while_deciding)):
        run = run_and_kill(_decide, (library, session), after)
        tally.kills += run.killed
        tally.kills_while_deciding += run.killed
        found = _read(library, session)
        tally.decisions_lost += _lost(found, _changes(session), len(run.confirmed))
        expected.update(found)
        tally.decisions_confirmed += len(run.confirmed)
    everything: dict[int, Marks] = {}
    for earlier in range(session + 1):
        everything.update(_read(library, earlier))
    tally.decisions_lost += sum(everything.get(photo) != marks for photo, marks in expected.items())


def _changes(session: int) -> list[Change]:
    dice = random.Random(session)
    changes: list[Change] = []
    for _ in range(_CHANGES):
        change = dice.choice(
            (
                MarkChange(decision=dice.choice(list(Decision))),
                MarkChange(stars=dice.randrange(6)),
                MarkChange(label=dice.choice(list(Label))),
            )
        )
        changes.append((session * _PHOTOS + dice.randrange(_PHOTOS), change))
    return changes


def _decide(confirm: Callable[[Any], None], library: Path, session: int) -> None:
    store = DecisionStore(library)
    marks: dict[int, Marks] = {}
    for number, (photo, change) in enumerate(_changes(session)):
        shown = {_key(photo): marks.get(photo, Marks())}
        marks.update(store.change(_ALBUM, {_key(photo): change}, "decide", shown))
        confirm(number)
    store.close()


def _lost(found: dict[int, Marks], changes: list[Change], confirmed: int) -> int:
    """Return on how many photos something else is stored than was confirmed, or than came right after it."""
    sure, next_one = _after(changes[:confirmed]), _after(changes[: confirmed + 1])
    photos = {photo for photo, _ in changes}
    return sum(found.get(p, Marks()) not in (sure.get(p, Marks()), next_one.get(p, Marks())) for p in photos)


def _after(changes: list[Change]) -> dict[int, Marks]:
    marks: dict[int, Marks] = {}
    for photo, change in changes:
        marks[photo] = change.on(marks.get(photo, Marks()))
    return marks


def _read(library: Path, session: int) -> dict[int, Marks]:
    store = DecisionStore(library)
    try:
        photos = range(session * _PHOTOS, (session + 1) * _PHOTOS)
        return store.marks(_ALBUM, [_key(photo) for photo in photos])
    finally:
        store.close()


def _key(photo: int) -> PhotoKey:
    return PhotoKey(photo, f"IMG_{photo:06d}.JPG", f"{photo:032x}", None)
