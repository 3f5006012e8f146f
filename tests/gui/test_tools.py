"""The tools around the window: pictures of it, and the stall probe."""

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from engine.errors import NothingToDoError
from gui import screenshots, stall_probe


def test_the_stall_meter_sees_a_held_up_event_loop(qapp):
    assert stall_probe.measure_stalls(0.3, lambda: time.sleep(0.15)) >= 150
    # A busy machine holds up every loop, now and then: one of several is enough.
    assert any(stall_probe.measure_stalls(0.3) < 140 for _ in range(20))


def test_the_probe_measures_the_real_window(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(stall_probe, "SCROLL_SECONDS", 0.5)
    result = stall_probe.probe(60, tmp_path)
    assert result.photos == 60
    assert 0 < result.list_shown_s < 60
    assert result.stall_scrolling_ms > 0
    assert result.rss_mb > 50
    names = sorted(file.name for file in (tmp_path / "album").iterdir())
    assert len([name for name in names if name.startswith("IMG_")]) == 60


def test_the_probe_runs_as_a_program_of_its_own():
    figures = stall_probe.probe_in_process(40)
    assert figures["photos"] == 40
    assert {"stall_scrolling_ms", "stall_filter_ms", "stall_sort_ms", "rss_mb"} <= figures.keys()


def test_a_probe_that_fails_says_why(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "no such screen")
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(NothingToDoError, match="could not be measured"):
        stall_probe.probe_in_process(5)


def test_pictures_are_taken_of_every_view(qapp, small_album: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(screenshots, "SETTLE_SECONDS", 0.2)
    to = tmp_path / "pictures"
    arguments = ["--album", str(small_album), "--data-dir", str(tmp_path / "data"), "--to", str(to)]
    assert screenshots.main([*arguments, "--width", "1200", "--height", "700"]) == 0
    pictures = {file.name: QImage(str(file)) for file in to.iterdir()}
    assert sorted(pictures) == ["export.png", "grid.png", "loupe.png", "models.png"]
    assert (pictures["grid.png"].width(), pictures["grid.png"].height()) == (1200, 700)
    assert len({image.cacheKey() for image in pictures.values()}) == 4
    library = tmp_path / "data" / "library.sqlite3"
    assert b"accept" not in library.read_bytes(), "pictures decide nothing"
