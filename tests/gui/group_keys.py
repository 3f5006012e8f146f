"""Keys that change groups, and what the window shows then: shared by tests of groups."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier
WAIT_MS = 10_000


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    qtbot.keyClick(window.views.currentWidget(), key, modifier)


def regroup(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        press(qtbot, window, key, modifier)


def split(qtbot: QtBot, window: MainWindow) -> None:
    regroup(qtbot, window, Qt.Key.Key_G, CTRL | SHIFT)


def merge(qtbot: QtBot, window: MainWindow) -> None:
    regroup(qtbot, window, Qt.Key.Key_G, CTRL)


def undo(qtbot: QtBot, window: MainWindow) -> None:
    regroup(qtbot, window, Qt.Key.Key_Z, CTRL)


def groups(window: MainWindow) -> list[int | None]:
    return [entry.group for entry in window.album.entries()]


def number(name: str) -> int:
    return int(name[4:8])


def shown(window: MainWindow) -> list[int]:
    return [number(window.album.entry_at(row).photo.name) for row in range(window.album.rowCount())]


def picks(window: MainWindow) -> list[int]:
    return [number(entry.photo.name) for entry in window.album.entries() if entry.is_pick]


def current(window: MainWindow) -> int:
    assert window.grid.current is not None
    return number(window.grid.current.photo.name)


def count(window: MainWindow) -> str:
    window.filter_bar.refresh()  # else it waits until several changes have come together
    return window.filter_bar._shown.text()


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.grid._keeping.isActive(), timeout=WAIT_MS)
