"""A photographer's session in the real window, driven by keys: run as a program by test_window.py.

Usage: window_session.py ALBUM DATA_DIR TARGET. Prints what was seen as one JSON line.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from engine.paths import DataDir
from engine.settings import load_settings
from gui.app import before_window, make_window
from gui.export_dialog import ExportDialog
from gui.exporting import export_items
from gui.main_window import MainWindow

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def main(album: Path, data_dir: DataDir, target: Path) -> dict[str, object]:
    logging.basicConfig(level=logging.ERROR)
    app = before_window()
    window = make_window(load_settings(), data_dir)
    window.show()
    app.processEvents()
    heavy = [name for name in ("torch", "mediapipe", "cv2", "h5py", "rawpy") if name in sys.modules]
    window.activateWindow()
    wait(window.isActiveWindow, "the window to become active", 10_000)  # keys go to the active window
    window.open_album(album)
    wait(lambda: not window.run.running, "culling", 120_000)
    review(window)
    seen: dict[str, object] = {
        "platform": app.platformName(),
        "heavy_at_start": heavy,
        "groups": [entry.group for entry in window.album.entries()],
        "decisions": {e.photo.name: e.decision.value for e in window.album.entries()},
        "models": {role.value: window.status_panel.card(role).text for role in window.inspector._statuses},
        "painted": is_painted(window),
        "report": export(window, album, target),
    }
    window.close()
    return seen


def review(window: MainWindow) -> None:
    """Accept one, reject one, take that back; keep one of the next group from the large view."""
    window.grid.go_to_row(0)
    press(window, Qt.Key.Key_P)
    press(window, Qt.Key.Key_X)
    press(window, Qt.Key.Key_Z, CTRL)
    press(window, Qt.Key.Key_BracketRight)
    press(window, Qt.Key.Key_E)
    press(window, Qt.Key.Key_P, SHIFT)
    press(window, Qt.Key.Key_G)


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = window.views.currentWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
    pause(30)


def is_painted(window: MainWindow) -> bool:
    """Tell whether the grid shows pictures: many colours, not a few greys."""
    wait(lambda: not window.thumbnails._wishes._waiting, "thumbnails", 20_000)
    pause(300)
    image = window.grid.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    return len(colours) > 500


def export(window: MainWindow, album: Path, target: Path) -> str:
    dialog = ExportDialog(export_items(window.album), album, window._data_dir, window)
    dialog.show()
    dialog.activateWindow()
    wait(dialog.isActiveWindow, "the dialog to become active", 10_000)
    dialog.set_target(target)
    wait(dialog._export.isEnabled, "the export's plan", 10_000)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    wait(lambda: bool(dialog.reports), "the export", 20_000)
    words = dialog.words
    dialog.close()
    return words


def pause(milliseconds: int) -> None:
    """Let the window work. QTest.qWait would hold the interpreter, and the worker threads with it."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(until: Callable[[], bool], what: str, milliseconds: int) -> None:
    end = time.monotonic() + milliseconds / 1000
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} took longer than {milliseconds} ms")
        pause(20)


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    print(json.dumps(main(arguments[0], DataDir(arguments[1]), arguments[2])))
