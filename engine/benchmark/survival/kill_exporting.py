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
from engine.benchmark.survival.originals import count_changed, state_of
from engine.events import CancelToken
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.plan import ExportOptions, How, plan_export
from engine.export.recover import find_unfinished, go_on, revert

_WAYS = (How.COPY, How.MOVE, How.ZIP, How.HARD_LINK)


def kill_while_exporting(album: Path, work: Path, count: int, tally: Tally) -> None:
    """Kill `count` exports of copies of an album, in turn copying, moving, packing and linking."""
    seconds = {how: _unkilled(album, work / f"first-{how}", how) for how in _WAYS}
    shares = moments(count, 1.0, "exporting", lambda: tally.kills_while_exporting)
    for number, share in enumerate(shares):
        how = _WAYS[number % len(_WAYS)]
        folder = work / str(number)
        card = _card(album, folder)
        before = state_of(card)
        run = run_and_kill(_export, (card, folder, how), share * seconds[how])
        tally.kills += run.killed
        tally.kills_while_exporting += run.killed
        _check(card, folder, before, how, tally, back=number % 8 >= 4)
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
    execute(plan, folder / "journals", CancelToken(), lambda progress: confirm(progress.done))


def _check(card: Path, folder: Path, before: dict[str, Any], how: How, tally: Tally, *, back: bool) -> None:
    """Count what is wrong right after the kill, then go on or roll back and count again."""
    digests = {name: about[0] for name, about in before.items()}
    out = folder / "out"
    tally.half_files += _half_files(out, digests)
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
        right = whole and _arrived(out, digests, how)
        stayed = state_of(card)
        right = right and (stayed == {} if how is How.MOVE else count_changed(before, stayed) == 0)
    tally.not_recovered += not right
    tally.half_files += _half_files(out, digests) + len(list(folder.rglob(f"*{PART_SUFFIX}")))


def _files(out: Path) -> list[Path]:
    return [file for file in out.rglob("*") if file.is_file() and not file.name.startswith(".")]


def _half_files(out: Path, digests: dict[str, str]) -> int:
    half = 0
    for file in _files(out):
        if file.suffix == ".zip":
            half += _unpacked(file) is None
        else:
            half += _digest(file.read_bytes()) != digests[file.name]
    return half


def _arrived(out: Path, digests: dict[str, str], how: How) -> bool:
    if how is How.ZIP:
        (archive,) = out.glob("*.zip")
        return _unpacked(archive) == digests
    return {file.name: _digest(file.read_bytes()) for file in _files(out)} == digests


def _unpacked(archive: Path) -> dict[str, str] | None:
    try:
        with zipfile.ZipFile(archive) as packed:
            return {name: _digest(packed.read(name)) for name in packed.namelist()}
    except zipfile.BadZipFile:
        return None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data).hexdigest()
