"""Damaged and hostile files through the real pipeline: crashes, hangs and files nobody heard of."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from engine.album.apart import CRASHED, HUNG, close_decoders
from engine.album.scan import scan
from engine.benchmark.survival.damage import write_damaged
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.hostile import write_hostile
from engine.benchmark.survival.killing import CONTEXT
from engine.events import CancelToken, PhotoFailed, PhotoScored
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings
from engine.types import Role

BATCH = 25  # files per process
JPEG_BATCH = 100
LONGEST = 10.0  # seconds of work without any sign of life
LONGEST_WAIT = 60.0  # seconds without one where other programs take the processor
_WITHOUT = frozenset({Role.AESTHETIC, Role.PORTRAIT, Role.COMPARATOR})
SEED = 20260601
CONTAINED = (CRASHED, HUNG)


def feed_bad_inputs(
    samples: Sequence[Path], work: Path, settings: Settings, count: int, tally: Tally
) -> None:
    """Cull `count` damaged files and a hostile folder, each batch in a process of its own."""
    one_by_one = _one_by_one(settings)
    hostile = work / "hostile"
    tally.hostile_inputs = write_hostile(hostile)
    tally.bad_inputs += tally.hostile_inputs
    _feed(hostile, work / "data-hostile", one_by_one, tally)
    _feed_damaged(samples, work, one_by_one, count, BATCH, tally)


def feed_damaged_jpegs(
    samples: Sequence[Path], work: Path, settings: Settings, count: int, tally: Tally
) -> None:
    """Cull `count` damaged JPEGs, which the program decodes itself where they look harmless."""
    _feed_damaged(samples, work, _one_by_one(settings), count, JPEG_BATCH, tally)
    tally.damaged_jpegs += count


def _one_by_one(settings: Settings) -> Settings:
    performance = settings.performance.model_copy(update={"batch_size": 1})
    return settings.model_copy(update={"performance": performance})


def _feed_damaged(
    samples: Sequence[Path], work: Path, settings: Settings, count: int, batch_size: int, tally: Tally
) -> None:
    damaged = write_damaged(samples, work / "damaged", count, SEED)
    tally.bad_inputs += len(damaged)
    for number, start in enumerate(range(0, len(damaged), batch_size)):
        folder = work / f"batch-{number}"
        folder.mkdir()
        for file in damaged[start : start + batch_size]:
            file.rename(folder / file.name)
        _feed(folder, work / f"data-{number}", settings, tally)
        shutil.rmtree(work / f"data-{number}", ignore_errors=True)


def _feed(folder: Path, data: Path, settings: Settings, tally: Tally) -> None:
    """Cull one folder; a process that dies is a crash, one that says nothing for long a hang."""
    receiving, sending = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_cull, args=(sending, folder, data, settings))
    process.start()
    sending.close()
    heard: set[int] = set()
    began, worked = time.monotonic(), 0.0
    hung = False
    while not hung:
        tally.peak_memory_mb = max(tally.peak_memory_mb, _memory_mb(process.pid))
        try:
            if receiving.poll(0.05):
                photo, reason = receiving.recv()
                heard.add(photo)
                tally.contained += any(words in reason for words in CONTAINED)
                began, worked = time.monotonic(), _cpu_seconds(process.pid)
        except EOFError:
            break
        silent_for = time.monotonic() - began
        busy_for = _cpu_seconds(process.pid) - worked
        hung = silent_for > LONGEST_WAIT or (silent_for > LONGEST and busy_for > LONGEST)
    if hung:
        tally.hangs += 1
        tally.troubles.append(f"hang in {folder}: {len(heard)} heard of")
        process.kill()
    process.join()
    if process.exitcode != 0 and not hung:
        tally.crashes += 1
        tally.troubles.append(f"exit code {process.exitcode} in {folder}")
    elif not hung:
        silent = {photo.id for photo in scan(folder)} - heard
        tally.unreported += len(silent)
    receiving.close()


def _cull(sending: Any, folder: Path, data: Path, settings: Settings) -> None:
    """Cull a folder and tell of each photo that was scored or reported, and of every other sign of life."""
    tell: Callable[[tuple[int, str]], None] = sending.send
    for event in cull(CullJob(folder, without=_WITHOUT), settings, DataDir(data), CancelToken()):
        photo = event.photo_id if isinstance(event, PhotoScored | PhotoFailed) else -1
        tell((photo, event.reason if isinstance(event, PhotoFailed) else ""))
    close_decoders()
    sending.close()


def _cpu_seconds(pid: int) -> float:
    """Return what a process and its decoders have worked."""
    total = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def _memory_mb(pid: int) -> float:
    """Return the resident memory of a process and of its decoders, in MB."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(each.memory_info().rss for each in family) / 1e6
    except psutil.Error:
        return 0.0
