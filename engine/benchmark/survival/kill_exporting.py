"""Killed while exporting: no half file under a real name, nothing lost, and it goes on or is rolled back."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.album.scan import scan
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.killing import moments, run_and_kill
from engine.benchmark.survival.originals import State, count_changed, state_of
from engine.events import CancelToken
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.lists_beside import Lists
from engine.export.plan import ExportOptions, How, plan_export
from engine.export.recover import find_unfinished, go_on, revert

_WAYS = (How.COPY, How.MOVE, How.ZIP, How.HARD_LINK)
_LISTS = Lists((".csv", ".json", ".txt"))
Digests = dict[str, str]  # by name


def kill_while_exporting(album: Path, work: Path, count: int, tally: Tally) -> None:
    """Kill `count` exports of copies of an album, in turn copying, moving, packing and linking."""
    seconds = {how: _unkilled(album, work / f"first-{how}", how) for how in _WAYS}
    lists = {file.name: _digest(file.read_bytes()) for file in (work / f"first-{How.ZIP}").glob("out/card.*")}
    shares = moments(count, 1.0, "exporting", lambda: tally.kills_while_exporting)
    for number, share in enumerate(shares):
        how = _WAYS[number % len(_WAYS)]
        folder = work / str(number)
        card = _card(album, folder)
        before = state_of(card)
        run = run_and_kill(_export, (card, folder, how), share * seconds[how])
        tally.kills += run.killed
        tally.kills_while_exporting += run.killed
        _check(card, folder, before, how, tally, lists, back=number % 8 >= 4)
        shutil.rmtree(folder)


def _card(album: Path, folder: Path) -> Path:
    card = folder / "card"
    shutil.copytree(album, card)
    return card


def _unkilled(album: Path, folder: Path, how: How) -> float:
    return run_and_kill(_export, (_card(album, folder), folder, how), None).seconds


def _export(confirm: Callable[[Any], None], card: Path, folder: Path, how: How) -> None:
    items = [ExportItem(photo) for photo in scan(card)]
    plan = plan_export(items, ExportOptions(folder / "out", how, "flat"))
    asked = _LISTS.asked(items, folder / "out", "card", folder / "thumbnails")
    execute(plan, folder / "journals", CancelToken(), lambda progress: confirm(progress.done), asked=asked)


def _check(
    card: Path, folder: Path, before: State, how: How, tally: Tally, lists: Digests, *, back: bool
) -> None:
    """Count what is wrong right after the kill, then go on or roll back and count again."""
    digests = {name: about[0] for name, about in before.items()}
    expected = digests | lists
    out = folder / "out"
    tally.half_files += _half_files(out, expected)
    there = state_of(card)
    kept = set(there) | {file.name for file in _files(out)}
    tally.originals_changed += sum(name not in kept for name in digests)
    tally.originals_changed += sum(before[name] != about for name, about in there.items())
    journal = find_unfinished(folder / "journals")
    if journal is None:
        return
    if back:
        whole = revert(journal, CancelToken()).complete
        right = whole and not out.exists() and count_changed(before, state_of(card)) == 0
    else:
        whole = go_on(journal, CancelToken()).complete
        right = whole and _arrived(out, digests, lists, how)
        stayed = state_of(card)
        right = right and (stayed == {} if how is How.MOVE else count_changed(before, stayed) == 0)
    tally.not_recovered += not right
    tally.half_files += _half_files(out, expected) + len(list(folder.rglob(f"*{PART_SUFFIX}")))


def _files(out: Path) -> list[Path]:
    return [file for file in out.rglob("*") if file.is_file() and not file.name.startswith(".")]


def _half_files(out: Path, digests: Digests) -> int:
    half = 0
    for file in _files(out):
        if file.suffix == ".zip":
            half += _unpacked(file) is None
        else:
            half += _digest(file.read_bytes()) != digests[file.name]
    return half


def _arrived(out: Path, digests: Digests, lists: Digests, how: How) -> bool:
    there = {file.name: file for file in _files(out)}
    if how is How.ZIP:
        (archive,) = out.glob("*.zip")
        del there[archive.name]
        if _unpacked(archive) != digests:
            return False
    found = {name: _digest(file.read_bytes()) for name, file in there.items()}
    return found == (lists if how is How.ZIP else digests | lists)


def _unpacked(archive: Path) -> dict[str, str] | None:
    try:
        with zipfile.ZipFile(archive) as packed:
            return {name: _digest(packed.read(name)) for name in packed.namelist()}
    except zipfile.BadZipFile:
        return None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data).hexdigest()
