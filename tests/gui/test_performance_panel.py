"""The Performance panel shows the figures of the telemetry file, live and at the end."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from engine.paths import DataDir
from engine.telemetry import Figures, Stage
from engine.types import ModelState, ModelStatus, Role
from gui import theme
from gui.bar_chart import Bar, BarChart
from gui.main_window import MainWindow
from gui.performance_panel import NOTHING, PerformancePanel, stage_title

STATUS = ModelStatus(Role.AESTHETIC, "NIMA", ModelState.ACTIVE, scored=30, cached=10, failed=2)


def _figures(**stages: Stage) -> Figures:
    return Figures("run", 20.0, 40, {k.replace("_", " "): v for k, v in stages.items()}, (STATUS,))


def test_the_last_figures_are_those_of_the_telemetry_file(window: MainWindow, data_dir: DataDir):
    (file,) = data_dir.root.glob("telemetry_*.json")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["photos"] == 9 and told["photos_per_s"] > 0
    assert told["stages"]["decode"]["count"] == 9 and told["stages"]["decode"]["per_second"] > 0
    text = window.panels.performance.text
    assert f"9 photos in {told['seconds']:.1f} s: {told['photos_per_s']:.1f} photos/s." in text
    assert "Of 9 scores 0 came from the cache." in text
    assert "Quality | 9 | 0 | 0" in text
    for name in told["stages"]:
        assert stage_title(name) in text


def test_a_second_run_shows_cache_hits_and_figures_come_while_it_runs(
    window: MainWindow, open_album, small_album: Path
):
    seen: list[Figures] = []

    window.run.measured.connect(seen.append)
    open_album(window, small_album)
    assert len(seen) >= 2, "live and at the end"
    assert "Quality | 0 | 9 | 0" in window.panels.performance.text
    assert "Of 9 scores 9 came from the cache." in window.panels.performance.text


def test_rows_are_in_words_and_the_longest_time_is_first(qtbot):
    panel = PerformancePanel()
    qtbot.addWidget(panel)
    assert panel.text == NOTHING
    panel.show_figures(
        _figures(score_aesthetic=Stage(40, 2.0, 1.0), decode=Stage(40, 8.0, 8.0), select=Stage(3, 0.25, 0.2))
    )
    lines = panel.text.splitlines()
    assert lines[0] == "40 photos in 20.0 s: 2.0 photos/s. Of 40 scores 10 came from the cache."
    assert lines[1] == "Aesthetic | 30 | 10 | 2"
    assert lines[2:] == [
        "Decode | 8.0 s | 200 ms | 5.0",
        "Score aesthetic | 2.0 s | 50 ms | 20",
        "Group and pick | 250 ms | – | –",
    ]
    panel.show_figures(_figures(decode=Stage(1, 0.004, 0.0)))
    assert panel.text.splitlines()[2:] == ["Decode | 4.0 ms | 4.0 ms | 250"]
    panel.clear()
    assert panel.text.splitlines()[0] == NOTHING


def test_bars_are_as_long_as_their_values(qtbot):
    chart = BarChart("Time")
    qtbot.addWidget(chart)
    chart.show_bars([Bar("a", 4.0, "4 s"), Bar("b", 1.0, "1 s"), Bar("c", 0.0, "0 ms")])
    chart.resize(QSize(300, chart.sizeHint().height()))
    image = chart.grab().toImage()
    first, second, third = (_blue(image, 2 + 20 * row + 10) for row in range(3))
    assert first > 100 and abs(second - first / 4) <= 2 and 1 <= third <= 3
    assert chart.accessibleDescription() == "a 4 s; b 1 s; c 0 ms"


def _blue(image: QImage, y: int) -> int:
    return sum(image.pixelColor(x, y).name() == theme.ACCENT.name() for x in range(image.width()))


def test_what_the_comparator_keeps_is_said_for_what_it_is():
    assert stage_title("write what is kept") == "Keep for pairs"
