"""The reliability benchmark: a few kills come out clean, and what is broken on purpose is counted."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.benchmark.survival import bad_inputs, kill_deciding, kill_exporting, kill_scoring
from engine.benchmark.survival.bad_inputs import feed_bad_inputs
from engine.benchmark.survival.damage import write_damaged
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.hostile import write_hostile
from engine.benchmark.survival.samples import write_formats, write_jpegs
from engine.export import filing
from engine.library.decisions import DecisionStore
from engine.settings import load_settings


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> list[Path]:
    return write_formats(tmp_path_factory.mktemp("formats"))


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are forked, and inherit patches")


def test_kills_while_deciding_lose_nothing(tmp_path: Path):
    tally = Tally()
    kill_deciding.kill_while_deciding(tmp_path, 6, tally)
    assert tally.kills_while_deciding >= 4
    assert tally.decisions_confirmed > 0
    assert tally.sound


def test_decisions_that_were_not_stored_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(DecisionStore, "change", lambda *_: {})
    tally = Tally()
    kill_deciding.kill_while_deciding(tmp_path, 3, tally)
    assert tally.decisions_lost > 0


def test_kills_while_exporting_leave_nothing_half_done(tmp_path: Path):
    write_jpegs(tmp_path / "photos", 12)
    tally = Tally()
    kill_exporting.kill_while_exporting(tmp_path / "photos", tmp_path / "work", 12, tally)
    assert tally.kills_while_exporting >= 6
    assert tally.sound, tally


def test_half_files_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def careless(journal, file, cancel, moved) -> None:
        shutil.copy2(file.action.source, file.action.target)
        with file.action.target.open("r+b") as target:
            target.truncate(1000)

    monkeypatch.setattr(filing, "_copy", careless)
    write_jpegs(tmp_path / "photos", 8)
    tally = Tally()
    kill_exporting.kill_while_exporting(tmp_path / "photos", tmp_path / "work", 5, tally)
    assert tally.half_files > 0


def test_a_changed_original_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def careless(journal, file, cancel, moved) -> None:
        file.action.source.touch()

    monkeypatch.setattr(filing, "_copy", careless)
    write_jpegs(tmp_path / "photos", 8)
    tally = Tally()
    kill_exporting.kill_while_exporting(tmp_path / "photos", tmp_path / "work", 5, tally)
    assert tally.originals_changed > 0


def test_kills_while_scoring_go_on_where_they_were(tmp_path: Path):
    photos = tmp_path / "photos"
    write_jpegs(photos, 12)
    tally = Tally()
    kill_scoring.kill_while_scoring(photos, tmp_path / "work", load_settings(), 4, tally)
    assert tally.kills_while_scoring >= 2
    assert tally.sound, tally


def test_the_same_seed_makes_the_same_damage(tmp_path: Path, samples: list[Path]):
    before = {path: path.read_bytes() for path in samples}
    first, second, other = (
        [path.read_bytes() for path in write_damaged(samples, tmp_path / name, 40, seed)]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == second != other
    assert {path: path.read_bytes() for path in samples} == before


def test_bad_inputs_are_all_reported(tmp_path: Path, samples: list[Path]):
    tally = Tally()
    before_mb = (
        psutil.Process().memory_info().rss / 1e6
    )  # the forked process begins with all that tests loaded
    feed_bad_inputs(samples, tmp_path / "bad", load_settings(), 24, tally)
    assert tally.bad_inputs > 60
    assert tally.sound, tally
    assert 0 < tally.peak_memory_mb - before_mb < 1900


def test_a_process_that_dies_or_hangs_is_counted(
    tmp_path: Path, samples: list[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bad_inputs, "LONGEST_WAIT", 2.0)
    monkeypatch.setattr(bad_inputs, "write_hostile", lambda folder: folder.mkdir(parents=True) or 0)
    for name, trouble, counts in (
        ("dies", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL), (2, 0)),
        ("hangs", lambda *_, **__: time.sleep(30), (0, 2)),
    ):
        monkeypatch.setattr(bad_inputs, "cull", trouble)
        tally = Tally()
        feed_bad_inputs(samples, tmp_path / name, load_settings(), 3, tally)
        assert (tally.crashes, tally.hangs) == counts


def test_the_hostile_folder_holds_what_it_says(tmp_path: Path):
    assert write_hostile(tmp_path / "hostile") > 50
    names = {path.name for path in (tmp_path / "hostile").iterdir()}
    assert {"line\nbreak.jpg", "bomb.png", "exif_loop.jpg", "itself.jpg", "pipe.jpg"} <= names
