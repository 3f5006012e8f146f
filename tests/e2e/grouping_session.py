"""A session with groups changed by hand, in the real window, driven by keys: run by test_grouping.py.

Usage: grouping_session.py first|again ALBUM DATA_DIR. Prints what was seen as one JSON line.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from PySide6.QtCore import Qt

from engine.paths import DataDir
from engine.settings import load_settings
from gui.app import before_window, make_window
from gui.main_window import MainWindow
from tests.e2e.window_session import CTRL, SHIFT, press, wait


def main(which: str, album: Path, data_dir: DataDir) -> dict[str, object]:
    logging.basicConfig(level=logging.ERROR)
    app = before_window()
    window = make_window(load_settings(), data_dir)
    window.show()
    app.processEvents()
    window.activateWindow()
    wait(window.isActiveWindow, "the window to become active", 10_000)
    window.open_album(album)
    wait(lambda: not window.run.running, "culling", 120_000)
    seen: dict[str, object] = {"opened": _state(window)}
    seen |= _change(window) if which == "first" else _take_back(window)
    window.close()
    return seen


def _change(window: MainWindow) -> dict[str, object]:
    """Split the first group at its second photo, pick the last one; merge the last two groups, folded."""
    window.grid.go_to_row(1)
    press(window, Qt.Key.Key_G, CTRL | SHIFT)
    _composed(window)
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_B)
    _composed(window)
    press(window, Qt.Key.Key_S, SHIFT)
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_G, CTRL)
    _composed(window)
    return {"changed": _state(window), "rows": window.album.rowCount()}


def _take_back(window: MainWindow) -> dict[str, object]:
    """Undo all three, and repeat the first."""
    said: list[str] = []
    for _ in range(3):
        press(window, Qt.Key.Key_Z, CTRL)
        _composed(window)
        said.append(window.messages.history[-1].text)
    undone = _state(window)
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    _composed(window)
    return {"said": said, "undone": undone, "redone": _state(window)}


def _composed(window: MainWindow) -> None:
    wait(lambda: window.switching._task is None, "new groups", 10_000)


def _state(window: MainWindow) -> dict[str, object]:
    entries = window.album.entries()
    return {
        "groups": [entry.group for entry in entries],
        "picks": [entry.photo.name for entry in entries if entry.is_pick],
    }


if __name__ == "__main__":
    which, album, data = sys.argv[1:]
    print(json.dumps(main(which, Path(album), DataDir(Path(data)))))
