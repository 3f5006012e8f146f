"""Which theme is shown: the one of the settings, or the one that was switched to last."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine.paths import DataDir
from engine.settings import Appearance as Settings
from gui import theme
from gui.kept_file import KeptFile
from gui.messages import Messages

THEMES: tuple[str, ...] = get_args(Settings.model_fields["theme"].annotation)
_SAID = {
    "dark": "The theme is dark.",
    "light": "The theme is light.",
    "system": "The theme follows the system.",
}
_ASKED = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light, "system": Qt.ColorScheme.Unknown}


class Appearance(QObject):
    """Shows a theme, and the system's as long as that is wanted."""

    changed = Signal()  # other colours are shown: what holds pictures made of them makes them anew

    def __init__(self, settings: Settings, data_dir: DataDir, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._file, self._messages = KeptFile(data_dir.root / "theme.txt", "The theme"), messages
        self.theme = self._remembered() or settings.theme
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._note_system)
        self._show()

    def switch(self) -> None:
        """Show the next theme, say so, and remember it."""
        self.theme = THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]
        self._show()
        self._messages.info(_SAID[self.theme])
        self._file.write(self.theme)

    def _remembered(self) -> str | None:
        found = (self._file.read() or "").strip()
        return found if found in THEMES else None

    @Slot()
    def _note_system(self) -> None:
        if self.theme == "system":
            self._show()

    def _show(self) -> None:
        """Give the application the colours; window frames and the system's dialogs follow where they can."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        hints = QGuiApplication.styleHints()
        hints.setColorScheme(_ASKED[self.theme])
        system = self.theme == "system" and hints.colorScheme() == Qt.ColorScheme.Light
        light = self.theme == "light" or system
        if light != theme.is_light() or not app.styleSheet():
            theme.apply(app, light=light)
            self.changed.emit()
