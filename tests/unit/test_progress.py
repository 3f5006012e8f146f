"""How far a stage is: its speed, the time left, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import CancelToken, Progress
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.progress import duration, speed_text
from engine.settings import load_settings
from engine.stages.clock import StageClock
from engine.types import Role
from gui.run_bar import progress_text
from tests.data_dirs import with_models


def _ticks(*seconds: float) -> Iterator[float]:
    return iter(seconds)


def test_a_stage_tells_its_speed_and_the_time_left():
    times = _ticks(100.0, 104.0)
    clock = StageClock(20, lambda: next(times))
    clock.done = 8
    assert clock.progress("score") == Progress("score", 8, 20, 2.0, 6.0)


def test_nothing_is_promised_before_anything_is_done():
    times = _ticks(100.0, 103.0)
    assert StageClock(20, lambda: next(times)).progress("score") == Progress("score", 0, 20, 0.0, None)


def test_time_in_which_models_load_slows_no_photo_down():
    times = _ticks(100.0, 101.0, 131.0, 134.0)
    clock = StageClock(20, lambda: next(times))
    with clock.stopped():
        pass
    clock.done = 8
    assert clock.progress("score") == Progress("score", 8, 20, 2.0, 6.0), "four seconds, not 34"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("score", 120, 400, 9.84, 28.4), "Scoring 120 of 400 · 9.8 photos/s · 28 s left"),
        (Progress("score", 400, 400, 9.84, 0.0), "Scoring 400 of 400 · 9.8 photos/s"),
        (Progress("score", 0, 400, 0.0, None), "Scoring 0 of 400"),
        (Progress("load", 1, 3, 0.0, None), "Loading models 1 of 3"),
        (Progress("check", 4, 12, 0.0, None), "Checking a new model 4 of 12"),
        (Progress("inspect", 9, 20, 3.0, 125.0), "Reading 9 of 20 · 3.0 photos/s · 2 min 05 s left"),
    ],
)
def test_progress_in_words(progress: Progress, words: str):
    assert progress_text(progress) == words


@given(st.floats(min_value=0, max_value=1e6))
def test_a_duration_has_no_sixty_seconds(seconds: float):
    minutes, _, rest = duration(seconds).rpartition(" min ")
    assert int(minutes or 0) * 60 + int(rest.removesuffix(" s")) == round(seconds)
    assert 0 <= int(rest.removesuffix(" s")) < 60
    assert speed_text(Progress("score", 1, 2, 1.0, seconds)).startswith("1.0 photos/s")


def _stages(
    album: Path, data_dir: DataDir, without: frozenset[Role] = frozenset()
) -> list[tuple[str, int, int]]:
    events = cull(CullJob(album, without=without), load_settings(), data_dir, CancelToken())
    return [(e.stage, e.done, e.total) for e in events if isinstance(e, Progress) and e.stage != "inspect"]


def test_models_are_said_to_load_before_they_score(small_album: Path, tmp_path: Path, weights_dir: Path):
    data_dir = with_models(tmp_path / "data", weights_dir)
    (small_album / "IMG_0001.JPG").write_bytes(b"no photo")
    told = _stages(small_album, data_dir)
    assert told[:6] == [("score", 0, 8), *(("load", done, 3) for done in range(4)), ("score", 1, 8)]
    assert [stage for stage, _, _ in told].count("load") == 4
    assert _stages(small_album, data_dir) == [], "every score was there: nothing has to be loaded"


def test_only_models_that_are_missed_are_said_to_load(small_album: Path, tmp_path: Path, weights_dir: Path):
    data_dir = with_models(tmp_path / "data", weights_dir)
    _stages(small_album, data_dir, frozenset({Role.AESTHETIC, Role.COMPARATOR}))
    told = _stages(small_album, data_dir, frozenset({Role.COMPARATOR}))
    assert told == [
        ("score", 0, 9),
        ("load", 0, 1),
        ("load", 1, 1),
        *(("score", done, 9) for done in range(1, 10)),
    ]
