"""The panels at the side of the window, each shown and hidden by the command of its id."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from engine.scoring.composite import weights_of
from engine.settings import Settings
from gui.album_model import AlbumModel
from gui.inspector import Inspector
from gui.performance_panel import PerformancePanel
from gui.status_panel import StatusPanel


class Panels(QObject):
    """Makes the panels and their docks. A new panel is one more `_add` and a command of that id."""

    changed = Signal()  # a panel was shown or hidden

    def __init__(self, window: QMainWindow, model: AlbumModel, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self.inspector = Inspector(model, weights_of(settings.album.selection), window)
        self.status = StatusPanel(window)
        self.performance = PerformancePanel(window)
        self._add("panel.inspector", "Inspector", self.inspector)
        self._add("panel.models", "Models", self.status)
        self._add("panel.performance", "Performance", self.performance)
        for name, panel in (("inspector", self.inspector), ("performance", self.performance)):
            self._docks[f"panel.{name}"].visibilityChanged.connect(panel.note_visible)
        self._docks["panel.models"].raise_()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of the panels, which are those of their commands."""
        return tuple(self._docks)

    def is_shown(self, name: str) -> bool:
        return not self._docks[name].isHidden()

    def show(self, name: str) -> None:
        """Show the panel in front."""
        self._docks[name].show()
        self._docks[name].raise_()

    def toggle(self, name: str) -> None:
        """Show the panel in front; hide it when it is in front already."""
        dock = self._docks[name]
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            dock.hide()
        else:
            self.show(name)

    def resize(self, name: str, width: int) -> None:
        """Make a panel so many pixels wide, or as narrow as it goes."""
        self._window.resizeDocks([self._docks[name]], [width], Qt.Orientation.Horizontal)

    def _add(self, name: str, title: str, widget: QWidget) -> None:
        """Put a widget into a dock at the right, as a tab beside the others."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock.{title}")
        dock.setWidget(widget)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        for other in self._docks.values():
            self._window.tabifyDockWidget(other, dock)
        dock.visibilityChanged.connect(self.changed)
        self._docks[name] = dock
