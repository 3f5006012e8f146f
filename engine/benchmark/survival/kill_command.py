"""`main.py cull` with every network, killed while it loads, scores and judges: the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.album.picture_cache import JPEG_END
from engine.benchmark.survival.figures import STAGES, Tally
from engine.benchmark.survival.originals import count_changed, state_of
from engine.models.manifest import load_manifest
from engine.paths import PROJECT_ROOT, DataDir

_LONGEST = 600.0  # seconds of one run, on a machine with other work
_LOOK_EVERY = 0.02  # seconds
_WHOLE_EVERY = 4  # of the data directories, those whose run comes to its end at last
_SAME = 1e-6  # by which a value may differ from that of the run that was left alone

Found = dict[tuple[str, ...], float]  # values by the keys of their row


@dataclass(frozen=True, slots=True)
class _Whole:
    """A run that was left alone: what it stored, and how long it loaded and judged (seconds)."""

    scores: Found
    verdicts: Found
    loading: float
    judging: float


def weights_are_there(models: Path) -> bool:
    """Tell whether every network can run with the weights of that folder."""
    return all((models / weights.file).is_file() for weights in load_manifest())


def kill_the_command(album: Path, work: Path, models: Path, count: int, tally: Tally) -> None:
    """Kill `count` runs of `main.py cull`, a third in each stage; each but the first of three goes on.

    Does nothing where weights are missing: the tally says how many were killed.
    """
    if not weights_are_there(models):
        return
    before = state_of(album)
    whole = _leave_alone(album, _data_dir(work / "unkilled", models))
    dice = random.Random("networks")
    for number in range(-(-count // len(STAGES))):
        folder = _data_dir(work / f"killed-{number}", models)
        if number:  # the first one converts the networks, and is killed while it does
            _take_converted(folder, DataDir(work / "unkilled"))
        for stage in STAGES:
            _kill_once(album, folder, stage, whole, dice, tally)
        if number % _WHOLE_EVERY == 0:
            _run_to_the_end(album, folder, whole, tally)
    tally.originals_changed += count_changed(before, state_of(album))
    tally.half_files += sum(
        not file.read_bytes().endswith(JPEG_END) for file in work.rglob("cache/*/*/*.jpg")
    )


def _data_dir(folder: Path, models: Path) -> DataDir:
    """Make a data directory with weights and nothing else."""
    folder.mkdir(parents=True)
    (folder / "models").symlink_to(models.resolve(), target_is_directory=True)
    return DataDir(folder)


def _take_converted(folder: DataDir, other: DataDir) -> None:
    folder.converted.parent.mkdir(parents=True)
    if other.converted.is_dir():
        folder.converted.symlink_to(other.converted, target_is_directory=True)


# -- runs


def _start(album: Path, folder: DataDir) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own, so that its decoders can be killed with it."""
    arguments = [sys.executable, str(PROJECT_ROOT / "main.py"), "--data-dir", str(folder.root)]
    return subprocess.Popen(
        [*arguments, "cull", str(album)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _leave_alone(album: Path, folder: DataDir) -> _Whole:
    """Run twice: the first run converts networks, and only the second one's times are those of the others."""
    _start(album, folder).wait(_LONGEST)
    scores, verdicts = _scores(folder), _verdicts(folder)
    folder.library.unlink()
    for rest in folder.root.glob("library.sqlite3-*"):
        rest.unlink()
    began = time.monotonic()
    process = _start(album, folder)
    _wait(process, lambda: len(_scores(folder)) > 0)
    loaded = time.monotonic()
    _wait(process, lambda: len(_scores(folder)) >= len(scores))
    scored = time.monotonic()
    process.wait(_LONGEST)
    return _Whole(scores, verdicts, loaded - began, time.monotonic() - scored)


def _kill_once(
    album: Path, folder: DataDir, stage: str, whole: _Whole, dice: random.Random, tally: Tally
) -> None:
    """Start the command, kill it in the stage, and compare what is stored with what was stored before."""
    scores, verdicts = _scores(folder), _verdicts(folder)
    process = _start(album, folder)
    if stage == "loading":
        _wait(process, lambda: False, dice.uniform(0, whole.loading))
    elif stage == "scoring":
        some = dice.randrange(len(scores), len(whole.scores)) if len(scores) < len(whole.scores) else 0
        _wait(process, lambda: len(_scores(folder)) > some)
    else:
        _wait(process, lambda: len(_scores(folder)) >= len(whole.scores))
        _wait(process, lambda: False, dice.uniform(0, whole.judging))
    if _kill(process):
        tally.kills += 1
        tally.kills_while_scoring += 1
        tally.kills_with_networks += 1
        tally.kills_with_networks_by_stage[_stage_of(folder, whole, len(scores))] += 1
    _compare(folder, scores, verdicts, whole, tally)


def _run_to_the_end(album: Path, folder: DataDir, whole: _Whole, tally: Tally) -> None:
    code = _start(album, folder).wait(_LONGEST)
    lost = code != 0 or len(_scores(folder)) != len(whole.scores)
    if lost or len(_verdicts(folder)) != len(whole.verdicts):
        tally.scores_lost += 1
        tally.troubles.append(f"{folder.root.name} did not come to the end of the run left alone: {code}")
    _compare(folder, {}, {}, whole, tally)


def _wait(process: subprocess.Popen[bytes], done: Callable[[], bool], seconds: float = _LONGEST) -> None:
    """Wait until `done`, until the process has ended, or so many seconds."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end and not done():
        time.sleep(_LOOK_EVERY)


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill the process and those that it started; False where it had ended before."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


# -- what is stored


def _stage_of(folder: DataDir, whole: _Whole, before: int) -> str:
    """Return in which stage a run was, by what it had stored when it was killed."""
    stored = len(_scores(folder))
    if stored >= len(whole.scores):
        return "judging"
    return "scoring" if stored > before else "loading"


def _compare(folder: DataDir, scores: Found, verdicts: Found, whole: _Whole, tally: Tally) -> None:
    """Count what is gone, and what is not as in the run that was left alone."""
    for was, now, expected in (
        (scores, _scores(folder), whole.scores),
        (verdicts, _verdicts(folder), whole.verdicts),
    ):
        gone = was.keys() - now.keys()
        other = [key for key, value in now.items() if abs(expected.get(key, 9.0) - value) > _SAME]
        tally.scores_lost += len(gone) + len(other)
        if gone or other:
            tally.troubles.append(f"{folder.root.name}: {len(gone)} gone, {len(other)} others than expected")


def _scores(folder: DataDir) -> Found:
    return _read(folder, "SELECT identity, role, sha256, version, value FROM scores")


def _verdicts(folder: DataDir) -> Found:
    return _read(folder, "SELECT first, second, sha256, version, first_over_second FROM verdicts")


def _read(folder: DataDir, query: str) -> Found:
    """Return the rows of a library that another process may be writing to; none where there are none yet."""
    if not folder.library.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{folder.library.as_uri()}?mode=ro", uri=True)) as library:
            return {tuple(row[:-1]): row[-1] for row in library.execute(query)}
    except sqlite3.OperationalError:  # its tables are being made
        return {}
