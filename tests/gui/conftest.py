"""A real window over a real album and the real engine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.paths import DataDir
from engine.settings import Settings, load_settings
from gui import theme
from gui.album_model import AlbumModel
from gui.main_window import MainWindow
from gui.messages import Messages
from tests.gui.albums import JOB

OPENING_MS = 60_000


@pytest.fixture(scope="session")
def qapp(qapp):
    theme.apply(qapp)
    return qapp


@pytest.fixture(scope="session", autouse=True)
def frozen_once() -> Iterator[None]:
    """Let stay frozen what the first window froze (gui/garbage.py).

    Else each window's collections look through all objects of all packages again: a fifth of a test's time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "unfreeze", lambda: None)
        yield
    gc.unfreeze()


@pytest.fixture
def model(qapp) -> Iterator[AlbumModel]:
    """An empty model that takes the events of JOB; Qt's own tester watches its rows."""
    album = AlbumModel()
    tester = QAbstractItemModelTester(album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    album.begin(JOB)
    yield album
    tester.deleteLater()


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    """No weights: only the rules score, so that windows open in a moment and say what is missing."""
    return DataDir(tmp_path / "data")


@pytest.fixture
def settings() -> Settings:
    """Runs on a thread of the window: most tests make a window, and a process takes its time to start."""
    settings = load_settings()
    performance = settings.performance.model_copy(update={"own_process": False})
    return settings.model_copy(update={"performance": performance})


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Have a window take the keys, as a window manager does. Under Xvfb there is none."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


@pytest.fixture
def make_window(qtbot: QtBot, settings: Settings, data_dir: DataDir) -> Iterator[Callable[[], MainWindow]]:
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(settings, data_dir, Messages())
        window.resize(1200, 800)
        window.show()
        windows.append(window)
        activate(qtbot, window)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    windows.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # here, on the GUI thread: see gui/garbage.py


@pytest.fixture
def open_album(qtbot: QtBot) -> Callable[[MainWindow, Path], None]:
    def opened(window: MainWindow, album: Path) -> None:
        with qtbot.waitSignal(window.run.ended, timeout=OPENING_MS):
            window.open_album(album)

    return opened


@pytest.fixture
def window(make_window, open_album, small_album: Path) -> MainWindow:
    """The window with the small album culled: nine photos, three groups of three."""
    window = make_window()
    open_album(window, small_album)
    return window
