"""The window comes back as it was left; a file that cannot be used is ignored, with a line in the log."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

import pytest

from engine.paths import DataDir
from engine.types import Role
from gui.criteria import Filter
from gui.main_window import MainWindow
from gui.window_layout import WindowLayout


def test_size_and_panels_come_back(make_window, data_dir: DataDir):
    window = make_window()
    window.resize(window.minimumSizeHint().width(), 555)  # the screen of tests is 800 pixels wide
    size = window.size()
    window.panels.toggle("panel.models")
    assert not window.panels.is_shown("panel.models")
    window.close()
    after = make_window()
    assert after.panels.is_shown("panel.models")
    assert WindowLayout(data_dir).restore(after)
    assert after.size() == size and size.height() == 555
    assert not after.panels.is_shown("panel.models")
    assert after.panels.is_shown("panel.inspector")


def test_panels_come_back_on_another_screen_where_the_size_does_not(make_window, data_dir: DataDir):
    window = make_window()
    window.panels.toggle("panel.models")
    window.panels.show("panel.inspector")
    WindowLayout(data_dir).save(window)
    file = data_dir.root / "window.json"
    saved = json.loads(file.read_text(encoding="utf-8"))
    saved["geometry"] = base64.b64encode(b"that of another screen").decode()
    file.write_text(json.dumps(saved), encoding="utf-8")
    after = make_window()
    size = after.size()
    assert WindowLayout(data_dir).restore(after) and after.size() == size
    assert after.panels.is_shown("panel.inspector") and not after.panels.is_shown("panel.models")


def test_without_a_file_nothing_changes(make_window, tmp_path: Path):
    window = make_window()
    assert not WindowLayout(DataDir(tmp_path / "new")).restore(window)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"geometry": 3, "panels": "x"}', '{"geometry": "####", "panels": ""}', "\x00\x01",
     json.dumps({"geometry": base64.b64encode(b"nonsense").decode(), "panels": ""})],
)  # fmt: skip
def test_a_broken_file_is_ignored_with_a_line_in_the_log(
    make_window, data_dir: DataDir, caplog: pytest.LogCaptureFixture, text: str
):
    window = make_window()
    size = window.size()
    data_dir.root.mkdir(exist_ok=True)
    (data_dir.root / "window.json").write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING, "gui"):
        assert not WindowLayout(data_dir).restore(window)
    assert "window.json" in caplog.text
    assert window.size() == size


def test_a_data_directory_that_cannot_be_written_disturbs_nobody(make_window, tmp_path: Path):
    (tmp_path / "file").write_text("x")
    WindowLayout(DataDir(tmp_path / "file" / "data")).save(make_window())


def test_photos_that_a_model_changed_are_no_filter_to_come_back_to(
    qtbot, window: MainWindow, open_album, small_album: Path
):
    window.set_filter(Filter.CHANGED)
    open_album(window, small_album)
    assert window.album.rowCount() == 9


def test_a_line_break_in_a_name_stays_on_one_line(make_window, open_album, small_album: Path):
    from gui import wording

    (small_album / "IMG_0001.JPG").rename(small_album / "a\nb.JPG")
    window = make_window()
    open_album(window, small_album)
    entry = next(e for e in window.album.entries() if "\n" in e.photo.name)
    assert wording.stem(entry.photo.name) == "a\\nb"
    assert window.album.describe(entry).splitlines()[0] == "a\\nb.JPG"
    assert entry.score(Role.QUALITY) is not None
