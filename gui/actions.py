"""Makes the QActions and menus of the command table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from gui.commands import CATEGORIES, COMMANDS, Command, Place, check_keys, in_category, tooltip

Handler = Callable[[], None]


class Actions(QObject):
    """One QAction per command, each hung on the widget where its keys count.

    Raises DuplicateKeyError when two commands claim one key, KeyError when a command has no handler.
    """

    def __init__(self, places: Mapping[Place, QWidget], handlers: Mapping[str, Handler]) -> None:
        super().__init__(places[Place.ANYWHERE])
        check_keys()
        self._by_id: dict[str, QAction] = {}
        self._handlers: dict[str, Handler] = {}
        for command in COMMANDS:
            if not command.native:
                self._by_id[command.id] = self._make(command, places[command.place], handlers[command.id])

    def __getitem__(self, command_id: str) -> QAction:
        return self._by_id[command_id]

    def _make(self, command: Command, widget: QWidget, handler: Handler) -> QAction:
        action = QAction(command.title, widget)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setToolTip(tooltip(command))
        action.setStatusTip(command.help)
        action.setCheckable(command.checkable)
        action.setShortcutContext(_context(command.place))
        self._handlers[command.id] = handler
        action.triggered.connect(self._run)
        widget.addAction(action)
        return action

    @Slot()
    def _run(self) -> None:
        self._handlers[self.sender().objectName()]()

    def fill(self, bar: QMenuBar) -> None:
        """Add one menu per category; Alt with the underlined letter opens it."""
        for category, title in zip(CATEGORIES, with_mnemonics(CATEGORIES), strict=True):
            menu = bar.addMenu(title)
            menu.setObjectName(f"menu.{category}")
            menu.addActions(self.in_category(category))

    def in_category(self, category: str) -> list[QAction]:
        return [self[entry.id] for entry in in_category(category) if not entry.native]

    def enable(self, command_ids: tuple[str, ...], enabled: bool) -> None:
        for command_id in command_ids:
            self[command_id].setEnabled(enabled)


def with_mnemonics(titles: Sequence[str]) -> list[str]:
    """Mark in each title the first letter that no title before it has, as Qt marks them: "Ra&te"."""
    taken: set[str] = set()
    marked: list[str] = []
    for title in titles:
        at = next((at for at, letter in enumerate(title.lower()) if letter not in taken), len(title))
        taken.add(title[at : at + 1].lower())
        marked.append(f"{title[:at]}&{title[at:]}" if at < len(title) else title)
    return marked


def _context(place: Place) -> Qt.ShortcutContext:
    anywhere = place is Place.ANYWHERE
    return Qt.ShortcutContext.WindowShortcut if anywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
