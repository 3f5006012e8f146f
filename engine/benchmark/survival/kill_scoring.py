"""Killed while scoring: the next start goes on with what was scored, and comes to the same scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.album.picture_cache import JPEG_END
from engine.album.scan import scan
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.killing import moments, run_and_kill
from engine.benchmark.survival.originals import count_changed, state_of
from engine.events import CancelToken, PhotoScored
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings
from engine.types import Role

# Rules need no weights, and write scores, sketches and thumbnails as every model does.
_WITHOUT = frozenset({Role.AESTHETIC, Role.PORTRAIT, Role.COMPARATOR})
Scores = dict[int, float]


def kill_while_scoring(album: Path, work: Path, settings: Settings, count: int, tally: Tally) -> None:
    """Kill `count` runs over an album, each going on where the last one was."""
    before = state_of(album)
    expected, seconds = _whole_run(album, work / "unkilled", settings)
    number, folder = 0, work / "killed-0"
    for after in moments(count, seconds, "scoring", lambda: tally.kills_while_scoring):
        cached = len(_cached(album, folder, settings))
        run = run_and_kill(_score, (album, folder, settings), after)
        tally.kills += run.killed
        tally.kills_while_scoring += run.killed
        found = _cached(album, folder, settings)
        tally.scores_lost += len(found) < cached or any(expected[p] != found[p] for p in found)
        if not run.killed or len(found) == len(expected):
            number += 1
            folder = work / f"killed-{number}"
    final, _ = _whole_run(album, folder, settings)
    tally.scores_lost += final != expected
    tally.originals_changed += count_changed(before, state_of(album))
    tally.half_files += sum(
        not file.read_bytes().endswith(JPEG_END) for file in work.rglob("cache/thumbnails/*/*.jpg")
    )


def _whole_run(album: Path, folder: Path, settings: Settings) -> tuple[Scores, float]:
    run = run_and_kill(_score, (album, folder, settings), None)
    return _cached(album, folder, settings), run.seconds


def _score(confirm: Callable[[Any], None], album: Path, folder: Path, settings: Settings) -> None:
    for event in cull(CullJob(album, without=_WITHOUT), settings, DataDir(folder), CancelToken()):
        if isinstance(event, PhotoScored):
            confirm(event.photo_id)


def _cached(album: Path, folder: Path, settings: Settings) -> Scores:
    """Return the scores that the library of a data directory holds, by photo id."""
    if not DataDir(folder).library.exists():
        return {}
    job = CullJob(album, without=_WITHOUT, infer=False)
    found: Scores = {}
    for event in cull(job, settings, DataDir(folder), CancelToken()):
        if isinstance(event, PhotoScored):
            found[event.photo_id] = event.scores[0].value
    assert len(found) <= len(scan(album))
    return found
