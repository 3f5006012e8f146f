"""Starts the window: one step before the QApplication exists, one after."""

from __future__ import annotations

import difflib
import logging
import os
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine.album.scan import refuse_no_folder
from engine.cli.parser import COMMANDS, Options
from engine.cli.run import settings_of
from engine.errors import FramepickError, SettingsError, UsageError
from engine.log import start_log
from engine.matplotlib_home import settle_matplotlib
from engine.paths import DataDir
from engine.settings import Settings
from engine.threads import one_thread_for_pictures
from gui import theme
from gui.key_file import apply_keys
from gui.main_window import MainWindow
from gui.messages import Messages, Tone
from gui.window_layout import WindowLayout

log = logging.getLogger(__name__)

FIRST_SIZE = (1440, 900)
SWITCH_SECONDS = 0.0001  # how soon a thread that computes hands over to the window


def open_from_command_line(options: Options) -> int:
    """Open the window as the command line asks; return the exit code."""
    try:
        data_dir = DataDir.resolve(options.data_dir)
        start_log(data_dir)
        settle_matplotlib(data_dir)
        settings = settings_of(options, data_dir)
        _refuse_what_cannot_be_shown(options.album)
    except FramepickError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return run(options.album, settings, data_dir, options.recursive)


def _refuse_what_cannot_be_shown(album: Path | None) -> None:
    """Raise UsageError for an album that is no folder, or a mistyped command, and where nothing shows it."""
    try:
        if album is not None:
            refuse_no_folder(album)
    except UsageError as error:
        near = difflib.get_close_matches(str(album), COMMANDS, n=1)
        raise UsageError(f"{error} Did you mean the command {near[0]}?" if near else str(error)) from error
    shows = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in shows):
        raise UsageError("There is no display here to show the window on. Without one: framepick cull ALBUM")


def run(album: Path | None, settings: Settings, data_dir: DataDir, recursive: bool = False) -> int:
    """Show the window until it is closed."""
    app = before_window()
    window = make_window(settings, data_dir)
    window.show()
    if album is not None:
        window.open_album(album.absolute(), recursive)
    return app.exec()


def before_window() -> QApplication:
    """Return the application with Framepick's look."""
    sys.setswitchinterval(SWITCH_SECONDS)
    one_thread_for_pictures()
    QGuiApplication.setApplicationName("framepick")
    QGuiApplication.setApplicationDisplayName("Framepick")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    theme.apply(app)
    return app


def make_window(settings: Settings, data_dir: DataDir) -> MainWindow:
    """Return the main window, sized to fit the screen, not yet shown."""
    messages = Messages()
    _Hook(messages)
    try:
        apply_keys(data_dir)
    except SettingsError as error:
        messages.error(str(error))
    window = MainWindow(settings, data_dir, messages)
    messages.setParent(window)
    screen = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(min(FIRST_SIZE[0], screen.width()), min(FIRST_SIZE[1], screen.height()))
    WindowLayout(data_dir).restore(window)
    return window


class _Hook:
    """Tells of an unexpected error on whichever thread it happens; never opens a dialog there."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        sys.excepthook = self

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("Unexpected error", exc_info=(kind, error, trace))
        self._messages.post(f"Something unexpected happened: {error}. Details are in the log.", Tone.ERROR)
