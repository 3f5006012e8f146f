"""`originals`: lists what is kept of an album, and takes it to the trash only where that is asked for."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.album.scan import EXPORT_MARKER
from engine.cli.commands import run
from engine.cli.parser import parse
from engine.export.journal import Journal
from engine.export.plan import How, plan_of_lists
from engine.paths import DataDir
from engine.photo_xmp.kept import kept_runs, plan_removal
from engine.settings import load_settings
from tests.unit.exporting import state

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the trash of freedesktop.org")
OLD, NEW = "2026-01-02 10.00.00", "2026-11-20 10.00.00 2"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    for run_name in (OLD, NEW):
        for name in ("a.jpg", "day/b.jpg"):
            for place in (folder / name, folder / "_originals" / run_name / name):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(b"x" * 1000)
        (folder / "_originals" / run_name / EXPORT_MARKER).touch()
    foreign = folder / "_originals" / "2020-01-01 10.00.00"
    foreign.mkdir()
    (foreign / "mine.jpg").write_bytes(b"kept by hand, not by us")
    return folder


def command(tmp_path: Path, *words: object) -> int:
    options = parse(["--data-dir", str(tmp_path / "data"), "originals", *map(str, words)])
    return run(options, load_settings(), DataDir(tmp_path / "data"))


def test_without_trash_it_only_lists(album: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    before = state(album)
    assert command(tmp_path, album) == 0
    said = capsys.readouterr().out
    assert f"{OLD}: 2 files" in said and "4 files, 0.0 MB of 4 can go" in said
    assert "2020-01-01" not in said, "that folder is not ours"
    assert state(album) == before


@LINUX
def test_old_ones_go_to_the_trash_and_come_back(album: Path, tmp_path: Path, bin_folder: Path):
    before = state(album)
    days = (datetime.now() - datetime(2026, 1, 2)).days - 1
    assert command(tmp_path, album, "--trash", "--older-than", days) == 0
    left = {name for name in state(album) if not name.endswith(EXPORT_MARKER)}
    assert left == {name for name in before if OLD not in name and not name.endswith(EXPORT_MARKER)}
    undo = parse(["--data-dir", str(tmp_path / "data"), "export", "--undo"])
    assert run(undo, load_settings(), DataDir(tmp_path / "data")) == 0
    assert state(album) == before


def test_a_last_copy_and_a_run_that_was_cut_short_stay(album: Path, tmp_path: Path):
    (album / "a.jpg").unlink()
    runs = kept_runs(album, tmp_path / "journals")
    plan = plan_removal(album, runs, 0, datetime.now())
    assert not plan.actions and all("only copy" in why for _, why in plan.unreadable)
    (album / "a.jpg").write_bytes(b"back")
    journal = Journal.create(tmp_path / "journals", plan_of_lists(album / "_originals" / OLD, 2), "inside")
    journal.close()
    plan = plan_removal(album, kept_runs(album, tmp_path / "journals"), 0, datetime.now())
    assert [(path.name, "cut short" in why) for path, why in plan.unreadable] == [(OLD, True)]
    assert {action.source.name for action in plan.actions} == {"a.jpg", "b.jpg"}
    assert all(NEW in str(action.source) and action.how is How.MOVE for action in plan.actions)


def test_an_age_is_counted_from_the_run(album: Path, tmp_path: Path):
    runs, made = kept_runs(album, tmp_path), datetime(2026, 11, 20, 10)
    assert [each.made for each in runs] == [datetime(2026, 1, 2, 10), made]
    assert len(plan_removal(album, runs, 3, made + timedelta(days=3)).actions) == 4
    assert len(plan_removal(album, runs, 3, made + timedelta(days=2)).actions) == 2
