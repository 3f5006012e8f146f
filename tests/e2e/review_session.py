"""A photographer's two sittings over 200 photos, keyboard alone: run as a program by test_review.py.

Usage: review_session.py first|again ALBUM DATA_DIR TARGET. Prints what was decided and seen as a JSON line.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from engine.paths import DataDir
from engine.settings import load_settings
from gui.app import before_window, make_window
from gui.main_window import MainWindow
from tests.e2e.window_session import pause, wait

FIRST = 120  # photos of the first sitting
STARS, LABELS = {3: "3", 7: "5"}, {2: ("6", "red"), 11: ("9", "blue")}


class Sitting:
    """Presses keys, and keeps by name what each photo should have become of them."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.wanted: dict[str, dict[str, object]] = {}

    def press(self, *keys: str) -> None:
        """Press keys wherever the focus is, as the window system would deliver them."""
        for key in keys:
            combination = QKeySequence(key)[0]
            active = QApplication.activeModalWidget() or self.window
            handle = active.window().windowHandle()
            assert handle is not None
            QTest.keyClick(handle, combination.key(), combination.keyboardModifiers())

    @property
    def name(self) -> str:
        assert self.window.grid.current is not None
        return self.window.grid.current.photo.name

    def judge(self, number: int) -> None:
        """Decide on the current photo, some with stars or a label; then go on."""
        accepted = number % 3 != 1
        self.press("P" if accepted else "X")
        mark: dict[str, object] = {
            "decision": "accept" if accepted else "reject",
            "stars": 0,
            "label": "none",
        }
        if number % 13 in STARS:
            self.press(STARS[number % 13])
            mark["stars"] = int(STARS[number % 13])
        if number % 13 in LABELS:
            key, mark["label"] = LABELS[number % 13]
            self.press(key)
        self.wanted[self.name] = mark
        self.press("Right")


def first(sitting: Sitting) -> dict[str, object]:
    """Review 120 photos in the large view, compare a pair, take three steps back and one forth, close."""
    window = sitting.window
    sitting.press("A", "Home", "E")  # no auto-advance
    for number in range(FIRST):
        sitting.judge(number)
    sitting.press("C")
    kept, gone = (entry.photo.name for entry in map(window.views.compare.pair.__getitem__, (0, 1)) if entry)
    sitting.press("K")
    for name, decision in ((kept, "accept"), (gone, "reject")):
        sitting.wanted.setdefault(name, {"stars": 0, "label": "none"})["decision"] = decision
    said = []
    for _ in range(3):
        sitting.press("Ctrl+Z")
        said.append(window.messages.history[-1].text)
    for _ in range(3):
        sitting.press("Ctrl+Y")
    sitting.press("E")
    return {"undone": said, "at": sitting.name}


def again(sitting: Sitting, target: Path) -> dict[str, object]:
    """Find everything as it was left, undo and repeat the last step, review the rest, export."""
    window = sitting.window
    seen: dict[str, object] = {
        "at": sitting.name,
        "view": type(window.views.currentWidget()).__name__,
        "shown": {e.photo.name: e.decision.value for e in window.album.entries()},
    }
    sitting.press("Ctrl+Z")
    seen["undone"] = window.messages.history[-1].text
    sitting.press("Ctrl+Y", "A", "G", "Home")
    while any(entry.is_undecided for entry in window.album.entries()):
        if window.grid.current is not None and not window.grid.current.is_undecided:
            sitting.press("J")
        sitting.judge(len(sitting.wanted))
        if (
            window.grid.currentIndex().row() == window.album.rowCount() - 1
            and not window.grid.current.is_undecided
        ):
            sitting.press("Home")
    with _dialog(lambda dialog: _export(sitting, dialog, target)):
        sitting.press("Ctrl+E")
    return seen


@contextmanager
def _dialog(drive: Callable[[QWidget], None]) -> Iterator[None]:
    """Have `drive` press keys in the dialog that is about to open; the opening key waits for its end."""
    driven: list[bool] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            QTimer.singleShot(30, look)
            return
        try:
            drive(dialog)
            driven.append(True)
        finally:
            dialog.reject()

    QTimer.singleShot(30, look)
    yield
    assert driven, "the dialog was not driven to its end"


def _export(sitting: Sitting, dialog: QWidget, target: Path) -> None:
    """Export what was accepted to a folder that is typed."""
    dialog.activateWindow()
    wait(dialog.isActiveWindow, "the dialog to become active", 10_000)
    field = _tab_to(sitting, "Folder to export to")
    sitting.press("Ctrl+A")
    QTest.keyClicks(field, str(target))
    pause(600)  # what was typed is looked at when the hand rests
    wait(dialog._export.isEnabled, "the export's plan", 20_000)  # type: ignore[attr-defined]
    sitting.press("Return")
    wait(lambda: bool(dialog.reports), "the export", 30_000)  # type: ignore[attr-defined]
    sitting.press("Escape")


def _tab_to(sitting: Sitting, name: str) -> QWidget:
    """Press Tab until the widget that a screen reader calls `name` has the focus."""
    for _ in range(40):
        focus = QApplication.focusWidget()
        if focus is not None and focus.accessibleName() == name:
            return focus
        sitting.press("Tab")
    raise LookupError(f"Tab does not lead to {name}")


def main(which: str, album: Path, data_dir: DataDir, target: Path) -> dict[str, object]:
    logging.basicConfig(level=logging.CRITICAL)
    app = before_window()
    window = make_window(load_settings(), data_dir)
    window.show()
    window.activateWindow()
    wait(window.isActiveWindow, "the window to become active", 10_000)  # keys go to the active window
    window.open_album(album)
    wait(lambda: not window.run.running, "culling", 120_000)
    sitting = Sitting(window)
    seen = first(sitting) if which == "first" else again(sitting, target)
    window.activateWindow()  # where no window manager does that after a dialog
    wait(window.isActiveWindow, "the window to become active again", 10_000)
    sitting.press("Ctrl+Q")
    app.processEvents()
    return {**seen, "wanted": sitting.wanted, "open": window.isVisible()}


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[2:]]
    print(json.dumps(main(sys.argv[1], folders[0], DataDir(folders[1]), folders[2])))
