"""The random walk itself: keys into the real window, albums opened and closed, windows made anew."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QTimer, Signal, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from engine.paths import DataDir
from engine.settings import Settings
from engine.types import Marks
from gui.app import make_window
from gui.command_table import Place
from gui.main_window import MainWindow
from gui.soak.foresight import DECIDING, foresee
from gui.soak.keys import Press, in_a_dialog, in_a_text_field, pushes_buttons, random_press
from gui.soak.ledger import Ledger
from gui.soak.watch import Pulse, Troubles, threads_by_name

# Seconds between two of them on average; the time between two keys (least and most, ms) changes now and then.
ALBUM_S, WINDOW_S, TEMPO_S, RESIZE_S = 12.0, 90.0, 8.0, 60.0
TEMPOS = ((5, 30), (30, 200), (30, 200), (150, 600))
SIZES = ((1366, 768), (1440, 900), (1600, 900), (1900, 1000))


class Walk(QObject):
    """Lives until its time is up; `ledger`, `pulse` and the counts say what was seen."""

    minute_passed = Signal()

    def __init__(
        self,
        albums: Sequence[Path],
        data_dir: DataDir,
        settings: Settings,
        ledger: Ledger,
        troubles: Troubles,
        seed: int,
    ) -> None:
        super().__init__()
        self._albums, self._data_dir, self._settings = albums, data_dir, settings
        self.ledger, self.troubles, self.pulse = ledger, troubles, Pulse(self)
        self._chance = random.Random(seed)
        self._loop = QEventLoop(self)
        self._minutes = QTimer(self, interval=60_000)
        self._minutes.timeout.connect(self.minute_passed)
        self._window: MainWindow | None = None
        self._known = False  # the marks of the album are on the screen
        self._fired: set[str] = set()
        self._pressing = False  # a key is being delivered: timers run meanwhile
        self._tempo = TEMPOS[1]
        self._due: dict[str, float] = {}
        self.keys: Counter[str] = Counter()
        self.albums_opened = self.windows_made = self.dialogs_seen = self.groups_compared = self.reopened = 0
        self.longest_close_ms = 0.0
        self._threads: list[Counter[str]] = []  # after each window
        self.widgets_left: list[int] = []  # after each window

    # -- the frame

    def walk(self, seconds: float) -> None:
        """Press keys for so long, then close the window and compare the library for the last time."""
        self._end = time.perf_counter() + seconds
        self._make_window()
        self.pulse.start()
        self._minutes.start()
        self._schedule()
        self._loop.exec()
        self._minutes.stop()
        self.pulse.stop()

    def _schedule(self) -> None:
        QTimer.singleShot(self._chance.randint(*self._tempo), self._step)

    @Slot()
    def _step(self) -> None:
        modal = QApplication.activeModalWidget()
        if modal is None and self._pressing:
            self._schedule()
            return
        if modal is None and time.perf_counter() >= self._end:
            self._close_window()
            self._loop.quit()
            return
        self._schedule()  # before acting: a dialog keeps this call waiting until it is closed
        self._settle()
        if modal is not None:
            self._press_in_dialog(modal)
        elif self._is_due("window", WINDOW_S):
            self._close_window()
            self._make_window()
        elif self._is_due("album", ALBUM_S):
            self._open_album()
        else:
            self._press_in_window()

    def _is_due(self, what: str, every: float) -> bool:
        now = time.perf_counter()
        due = self._due.setdefault(what, now + self._chance.expovariate(1 / every))
        if now >= due:
            del self._due[what]
        return now >= due

    @property
    def threads_left(self) -> list[str]:
        """Return the names of threads that became more and more from window to window.

        Libraries start threads of their own, once: what the last windows left is compared with the first.
        """
        half = len(self._threads) // 2
        early, late = self._threads[:half], self._threads[half:]
        if not early:
            return []
        return list((reduce(and_, late) - reduce(or_, early)).elements())

    @property
    def threads(self) -> list[int]:
        """Return how many threads there were after each window."""
        return [names.total() for names in self._threads]

    # -- windows and albums

    def _make_window(self) -> None:
        self.pulse.doing = "making a window"
        self._window = window = make_window(self._settings, self._data_dir)
        self.troubles.wrap_excepthook()
        self.windows_made += 1
        self._known = False
        for name in DECIDING:
            window.actions_[name].installEventFilter(self)
        window.run.begun.connect(self._note_begun)
        window.run.ordered.connect(self._note_ordered)
        window.show()
        window.activateWindow()
        self._open_album()
        self.pulse.forgive()

    def _close_window(self) -> None:
        """Close it as it is, perhaps in the middle of a run, and see that nothing is left of it."""
        window, self._window = self._window, None
        assert window is not None
        self.pulse.doing = "closing the window"
        started = time.perf_counter()
        window.close()
        self.longest_close_ms = max(self.longest_close_ms, (time.perf_counter() - started) * 1000)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._threads.append(Counter(threads_by_name()))
        self.pulse.settle()
        self.widgets_left.append(len(QApplication.allWidgets()))
        self.ledger.compare_stored(self._data_dir.library, f"after window {self.windows_made}")
        self.pulse.forgive()

    def _open_album(self) -> None:
        assert self._window is not None
        self.albums_opened += 1
        self.pulse.doing = "opening an album"
        self._window.open_album(self._chance.choice(self._albums))

    @Slot(int)
    def _note_begun(self, _job: int) -> None:
        self._known = False

    @Slot()
    def _note_ordered(self) -> None:
        """An album was opened (again): all marks of before have to be there."""
        self._known = True
        window = self._window
        if window is not None and window.run.album is not None:
            self.reopened += 1
            when = f"opened, number {self.reopened}"
            self.ledger.compare_shown(window.run.album, shown_by(window), when)
            if window.run.running:  # else it was stopped, perhaps before all were read
                self.ledger.note_unread([e.photo.name for e in window.album.entries() if not e.is_read], when)

    def _settle(self) -> None:
        """Change the tempo and the window's size now and then."""
        if self._is_due("tempo", TEMPO_S):
            self._tempo = self._chance.choice(TEMPOS)
        if self._window is not None and self._is_due("size", RESIZE_S):
            self._window.resize(*self._chance.choice(SIZES))

    # -- keys

    def _press_in_dialog(self, dialog: QWidget) -> None:
        self.dialogs_seen += 1
        self._send(dialog, in_a_dialog(self._chance))

    def _press_in_window(self) -> None:
        window = self._window
        assert window is not None
        if not window.isActiveWindow():
            window.activateWindow()  # as a dialog that closed leaves it where no window manager runs
            return
        focus = QApplication.focusWidget()
        typing = isinstance(focus, QLineEdit | QPlainTextEdit)
        press = in_a_text_field(self._chance) if typing else random_press(self._chance, place_of(window))
        in_view = focus is not None and focus is window.views.currentWidget()
        if pushes_buttons(press) and not in_view:
            return
        self._press_and_compare(window, press, in_view)

    def _press_and_compare(self, window: MainWindow, press: Press, in_view: bool) -> None:
        album, place = window.run.album, place_of(window)
        self._fired.clear()
        self._send(window, press)
        if album is None or self._window is not window or window.run.album != album:
            return
        if press.command in DECIDING and press.command not in self._fired and in_view:
            self.ledger.missed(press.command, place.value)
        if self._known:
            self.ledger.compare_shown(album, shown_by(window), f"{press.command or 'a key'} in {place.value}")
            self._compare_groups(window, album)

    def _compare_groups(self, window: MainWindow, album: Path) -> None:
        """Compare the groups that are shown, where no run and no new picks are under way."""
        if not window.run.running and window.switching.settled:
            self.groups_compared += 1
            self.ledger.compare_groups(album, groups_of(window), f"after key {self.keys.total()}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A deciding key has arrived: foresee what it will do from what is there just now."""
        window = self._window
        if event.type() == QEvent.Type.Shortcut and window is not None and window.run.album is not None:
            self._fired.add(watched.objectName())
            self._note_in_ledger(window, window.run.album, watched.objectName())
        return super().eventFilter(watched, event)

    def _note_in_ledger(self, window: MainWindow, album: Path, command: str) -> None:
        if command == "review.undo":
            self.ledger.undo(album)
        elif command == "review.redo":
            self.ledger.redo(album)
        else:
            self.ledger.change(album, foresee(window, command), shown_by(window))

    def _send(self, widget: QWidget, press: Press) -> None:
        self.keys[press.command or "other"] += 1
        self.pulse.doing = press.command or f"key {press.key.name}"
        handle = widget.window().windowHandle()
        if handle is not None:
            before, self._pressing = self._pressing, True
            try:
                QTest.keyClick(handle, press.key, press.modifiers)
            finally:
                self._pressing = before


def place_of(window: MainWindow) -> Place:
    """Return the place whose keys count in the view that is shown."""
    views = window.views
    places = {views.loupe: Place.LOUPE, views.compare: Place.COMPARE, views.survey: Place.SURVEY}
    return places.get(views.currentWidget(), Place.GRID)


def shown_by(window: MainWindow) -> dict[str, tuple[Marks, Path]]:
    """Return the marks as the window shows them, and the photo's file, by name.

    A photo that was not read, since the run was stopped before, shows none, and can be given none.
    """
    entries = window.album.entries()
    return {e.photo.name: (e.marks, e.photo.path) for e in entries if e.inspected is not None}


def groups_of(window: MainWindow) -> dict[str, tuple[int, bool]]:
    """Return the number of its group, and whether it is a pick, of each photo that has a group, by name."""
    entries = window.album.entries()
    return {e.photo.name: (e.group, e.is_pick) for e in entries if e.group is not None}
