"""What the window's command line says where no window can or should open."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.cli.parser import parse
from gui.app import open_from_command_line


@pytest.mark.parametrize(
    ("album", "said"),
    [
        ("nowhere", "there is no such folder. Check the path.\n"),
        ("modles", "there is no such folder. Check the path. Did you mean the command models?\n"),
    ],
)
def test_an_album_that_is_no_folder_is_told_before_any_window(
    tmp_path: Path, capsys, monkeypatch, album, said
):
    monkeypatch.chdir(tmp_path)
    assert open_from_command_line(parse(["--data-dir", str(tmp_path / "data"), album])) == 2
    assert capsys.readouterr().err.endswith(said)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")
def test_without_a_display_the_command_without_a_window_is_named(tmp_path: Path, capsys, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert open_from_command_line(parse(["--data-dir", str(tmp_path / "data"), str(tmp_path)])) == 2
    said = capsys.readouterr().err
    assert said == "There is no display here to show the window on. Without one: framepick cull ALBUM\n"
