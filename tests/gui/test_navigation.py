"""The navigation benchmark on a small album, in the real window over the real engine."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from engine.cli.parser import parse
from engine.errors import EXIT_NOTHING_DONE, EXIT_OK, NothingToDoError
from engine.paths import DataDir
from engine.settings import Settings
from gui import navigation_benchmark as benchmark
from gui.navigation_benchmark import as_rows, measure_navigation, run_from_command_line

SPREADS = ("next_preloaded_ms", "cold_jump_ms", "unscored_jump_ms", "decision_ms")


@pytest.fixture
def brief(monkeypatch) -> None:
    for name, value in {"STEPS": 4, "JUMPS": 2, "DECISIONS": 4, "HELD_SECONDS": 0.5, "REST_MS": 20}.items():
        monkeypatch.setattr(benchmark, name, value)
    monkeypatch.setattr(benchmark, "LINKS", 90)
    monkeypatch.setattr(benchmark, "FIRST_SCORED", 4)
    monkeypatch.setattr(benchmark, "LARGE", 60)


def test_every_figure_is_measured_idle_and_while_scoring(
    brief, small_album: Path, settings: Settings, data_dir: DataDir
):
    figures = measure_navigation(small_album, settings, data_dir)
    for state in (figures, figures["while_scoring"]):
        for name in SPREADS:
            spread = state[name]
            assert 0 < spread["median"] <= spread["p95"] <= spread["p99"] < 8000
        assert state["held_key_fps"] > 1
        assert state["stall_ms"] > 0
    assert figures["while_scoring"]["scored_meanwhile"] > 4, "it was not the cache that had the scores"
    assert len(as_rows(figures)) == 4 * len(SPREADS) + 3
    assert not data_dir.library.exists(), "decisions went to a library of the benchmark's own"


def test_an_album_without_photos_is_said_in_words(brief, tmp_path: Path, data_dir: DataDir, capsys):
    (tmp_path / "empty").mkdir()
    options = parse(
        ["--data-dir", str(data_dir.root), "benchmark", "navigation", str(tmp_path / "empty"), "--json", "x"]
    )
    assert run_from_command_line(options) == EXIT_NOTHING_DONE == NothingToDoError("").exit_code
    assert "0 readable photos" in capsys.readouterr().err


def test_figures_are_printed_and_written(
    brief, small_album: Path, data_dir: DataDir, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(benchmark, "STEPS", 1)
    file = tmp_path / "figures.json"
    words = [
        "--data-dir",
        str(data_dir.root),
        "benchmark",
        "navigation",
        str(small_album),
        "--json",
        str(file),
    ]
    assert run_from_command_line(parse(words)) == EXIT_OK
    figures = json.loads(file.read_text())
    assert figures["while_scoring"].keys() >= {*SPREADS, "held_key_fps", "stall_ms"}
    assert figures["large_album"]["photos"] == 60
    assert "cold_jump_ms p95" in (printed := capsys.readouterr().out) and "stall_scrolling_ms" in printed
    screen = QGuiApplication.primaryScreen().availableGeometry()
    width, height = map(int, figures["window"].split(" x "))
    assert width >= screen.width() and height >= screen.height(), "it fills the screen"
    assert f"window of {figures['window']} on {figures['platform']};" in " ".join(printed.split())
