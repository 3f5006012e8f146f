"""The reliability benchmark: a few kills come out clean, and what is broken on purpose is counted."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from engine.benchmark.survival import (
    bad_inputs,
    kill_deciding,
    kill_exporting,
    kill_into_files,
    kill_scoring,
    kill_sidecars,
)
from engine.benchmark.survival.bad_inputs import feed_bad_inputs
from engine.benchmark.survival.damage import write_damaged
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.hostile import write_hostile
from engine.benchmark.survival.killing import Run, Work
from engine.benchmark.survival.samples import write_formats, write_jpegs
from engine.export import filing
from engine.library.decisions import DecisionStore
from engine.photo_xmp import exiftool, originals, settling, writing
from engine.photo_xmp.exiftool import ExifTool
from engine.settings import load_settings
from engine.sidecars import files
from tests.unit.photo_xmp_files import NEEDS_EXIFTOOL

Sabotage = Callable[[pytest.MonkeyPatch], object]


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
    let_runs_end(monkeypatch, kill_exporting)
    write_jpegs(tmp_path / "photos", 8)
    tally = Tally()
    kill_exporting.kill_while_exporting(tmp_path / "photos", tmp_path / "work", 1, tally)
    assert tally.half_files > 0


def test_a_changed_original_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def careless(journal, file, cancel, moved) -> None:
        file.action.source.touch()

    monkeypatch.setattr(filing, "_copy", careless)
    let_runs_end(monkeypatch, kill_exporting)
    write_jpegs(tmp_path / "photos", 8)
    tally = Tally()
    kill_exporting.kill_while_exporting(tmp_path / "photos", tmp_path / "work", 1, tally)
    assert tally.originals_changed > 0


def test_kills_while_scoring_go_on_where_they_were(tmp_path: Path):
    photos = tmp_path / "photos"
    write_jpegs(photos, 12)
    tally = Tally()
    kill_scoring.kill_while_scoring(photos, tmp_path / "work", load_settings(), 4, tally)
    assert tally.kills_while_scoring >= 2
    assert tally.sound, tally


def test_kills_while_writing_sidecars_leave_old_or_new_ones(tmp_path: Path):
    write_jpegs(tmp_path / "photos", 6)
    tally = Tally()
    kill_sidecars.kill_while_writing_sidecars(tmp_path / "photos", tmp_path / "work", 6, tally)
    assert tally.kills_while_writing_sidecars >= 3
    assert tally.sound, tally


def let_runs_end(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Let no run be killed: what is broken on purpose has been done then, however busy the machine is."""
    real = module.run_and_kill
    monkeypatch.setattr(module, "run_and_kill", lambda work, arguments, _: real(work, arguments, None))


def from_the_second_run(monkeypatch: pytest.MonkeyPatch, module: ModuleType, sabotage: Sabotage) -> None:
    """Let the first run, which others are compared with, be right; the later ones come to their end."""
    real, runs = module.run_and_kill, []

    def run(work: Work, arguments: tuple[object, ...], after: float | None) -> Run:
        runs.append(after)
        if len(runs) == 2:
            sabotage(monkeypatch)
        return real(work, arguments, None)

    monkeypatch.setattr(module, "run_and_kill", run)


def test_half_sidecars_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def careless(path: Path, data: bytes, sha256: str) -> None:
        path.write_bytes(data[: len(data) // 2])

    write_jpegs(tmp_path / "photos", 4)
    tally = Tally()
    from_the_second_run(monkeypatch, kill_sidecars, lambda patch: patch.setattr(files, "replace", careless))
    kill_sidecars.kill_while_writing_sidecars(tmp_path / "photos", tmp_path / "work", 1, tally)
    assert tally.half_files > 0


@NEEDS_EXIFTOOL
def test_kills_while_writing_into_files_leave_whole_files(tmp_path: Path):
    tally = Tally()
    kill_into_files.kill_while_writing_into_files(tmp_path / "work", 3, tally)
    assert tally.kills_while_writing_into_files >= 2
    assert tally.sound, tally


def half_copies(patch: pytest.MonkeyPatch) -> None:
    def copy(_tool: ExifTool, source: Path, part: Path, _packet: Path) -> None:
        part.write_bytes(source.read_bytes()[:1000])

    patch.setattr(ExifTool, "copy_with_packet", copy)
    patch.setattr(writing, "_prove", lambda *_: None)


def packets_that_stay(patch: pytest.MonkeyPatch) -> None:
    parent, real = os.getpid(), exiftool._run

    def kill_or_run(*arguments: Any) -> object:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    patch.setattr(exiftool, "_run", kill_or_run)
    patch.setattr(settling, "packet_of", lambda journal: journal.path.with_suffix(".other"))


@NEEDS_EXIFTOOL
@pytest.mark.parametrize(
    ("sabotage", "counts"),
    [
        (half_copies, "originals_changed"),
        (lambda patch: patch.setattr(originals, "keep", lambda *_: None), "originals_changed"),
        (lambda patch: patch.setattr(writing, "carry_over", lambda *_: None), "decisions_lost"),
        (packets_that_stay, "half_files"),
    ],
)
def test_what_goes_wrong_in_files_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sabotage: Sabotage, counts: str
):
    from_the_second_run(monkeypatch, kill_into_files, sabotage)
    tally = Tally()
    kill_into_files.kill_while_writing_into_files(tmp_path / "work", 1, tally)
    assert getattr(tally, counts) > 0, tally


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
