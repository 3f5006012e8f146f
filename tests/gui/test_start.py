"""What the window's command line says where no window can or should open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.parser import parse
from engine.paths import PROJECT_ROOT
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


@pytest.mark.parametrize(("asked", "threads"), [(None, "1"), ("2", "2")])
def test_opencv_starts_no_threads_in_the_window_unless_the_user_says_so(monkeypatch, asked, threads):
    monkeypatch.delenv("OPENCV_FOR_THREADS_NUM", raising=False)
    if asked:
        monkeypatch.setenv("OPENCV_FOR_THREADS_NUM", asked)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    program = "from gui.app import before_window; before_window(); import cv2; print(cv2.getNumThreads())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == threads
