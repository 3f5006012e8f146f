"""The command itself, killed with all its networks: nothing stored is lost, and the next run goes on."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.benchmark.survival import kill_command
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.kill_command import kill_the_command
from engine.benchmark.survival.samples import write_jpegs
from engine.paths import DataDir

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills a process group")

KEY = ("identity", "aesthetic", "sha256", "1")


def test_kills_while_networks_load_score_and_judge_lose_nothing(tmp_path: Path, weights_dir: Path):
    write_jpegs(tmp_path / "photos", 8)
    tally = Tally()
    kill_the_command(tmp_path / "photos", tmp_path / "work", weights_dir, 3, tally)
    assert 2 <= tally.kills_with_networks <= 3
    assert sum(tally.kills_with_networks_by_stage.values()) == tally.kills_with_networks
    assert tally.kills_while_scoring == tally.kills == tally.kills_with_networks
    assert tally.sound, tally


def test_without_weights_nothing_is_killed_and_the_tally_says_so(tmp_path: Path):
    write_jpegs(tmp_path / "photos", 2)
    tally = Tally()
    kill_the_command(tmp_path / "photos", tmp_path / "work", tmp_path / "no models", 3, tally)
    assert (tally.kills_with_networks, tally.kills) == (0, 0)
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    ("stored", "before", "lost"),
    [({KEY: 0.5}, {KEY: 0.5}, 0), ({}, {KEY: 0.5}, 1), ({KEY: 0.25}, {}, 1), ({("other",) * 4: 0.5}, {}, 1)],
)
def test_what_is_gone_or_other_is_counted(tmp_path: Path, stored, before, lost: int):
    folder = DataDir(tmp_path)
    with closing(sqlite3.connect(folder.library)) as library, library:
        library.execute("CREATE TABLE scores (identity, role, sha256, version, value)")
        library.execute("CREATE TABLE verdicts (first, second, sha256, version, first_over_second)")
        library.executemany(
            "INSERT INTO scores VALUES (?, ?, ?, ?, ?)", [(*key, value) for key, value in stored.items()]
        )
    tally = Tally()
    whole = kill_command._Whole({KEY: 0.5}, {}, 1.0, 1.0)
    kill_command._compare(folder, before, {}, whole, tally)
    assert tally.scores_lost == lost
    assert bool(tally.troubles) == bool(lost)
