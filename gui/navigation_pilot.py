"""Presses keys in the real window and measures when what they ask for is on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest

from gui.entry import Entry
from gui.main_window import MainWindow
from gui.pictures import box_of

LIMIT_MS = 8000  # that one step may take
KEY_REPEAT_MS = 30  # a key that is held down, a little faster than keyboards repeat it


class Pilot(QObject):
    """Drives the large view. A step ends when the event loop has painted what `done` asks for."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._canvas = window.loupe.canvas
        self._done: Callable[[], bool] = lambda: False
        self._ended = 0.0
        self._loop = QEventLoop(self)
        self._limit = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._limit.timeout.connect(self._loop.quit)
        self._painted = QTimer(self, singleShot=True, interval=0)  # comes after all painting of this turn
        self._painted.timeout.connect(self._check)
        self._repeat = QTimer(self, interval=KEY_REPEAT_MS)
        self._repeat.setTimerType(Qt.TimerType.PreciseTimer)
        self._repeat.timeout.connect(self._press_right)
        self._seen: list[int] = []  # photos as they were painted, one after another
        self._pressed = 0
        for widget in (self._canvas, window.loupe.marks):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._painted.start()
        return super().eventFilter(watched, event)

    @property
    def current(self) -> Entry:
        entry = self._window.grid.current
        assert entry is not None
        return entry

    def is_ready(self, entry: Entry) -> bool:
        """Tell whether the picture that fits the window is there."""
        return self._window.previews.get(entry.photo.id, box_of(self._canvas, entry)) is not None

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self._window.loupe, key)

    def timed(self, act: Callable[[], None], done: Callable[[], bool]) -> float | None:
        """Return the ms from `act` until `done` held after a paint, None when it never did."""
        self._done, self._ended = done, 0.0
        started = time.perf_counter()
        act()
        self._limit.start()
        self._loop.exec()
        self._limit.stop()
        self._done = lambda: False
        return (self._ended - started) * 1000 if self._ended else None

    def wait(self, until: Callable[[], bool], ms: int = LIMIT_MS) -> bool:
        """Run the event loop until something holds; tell whether it did."""
        deadline = time.perf_counter() + ms / 1000
        while not until():
            if time.perf_counter() > deadline:
                return False
            self.rest(10)
        return True

    def rest(self, ms: int) -> None:
        QTimer.singleShot(ms, self._loop.quit)
        self._loop.exec()

    def hold_right(self, seconds: float) -> tuple[float, int]:
        """Hold the key down; return (photos painted with a picture per second, keys pressed)."""
        self._seen = []
        self._pressed = 0
        started = time.perf_counter()
        self._repeat.start()
        self.rest(round(seconds * 1000))
        self._repeat.stop()
        return len(self._seen) / (time.perf_counter() - started), self._pressed

    @Slot()
    def _press_right(self) -> None:
        self._pressed += 1
        if self._window.grid.currentIndex().row() + 1 >= self._window.album.rowCount():
            self._window.grid.go_to_row(0)
        else:
            self.press(Qt.Key.Key_Right)

    @Slot()
    def _check(self) -> None:
        now = time.perf_counter()
        photo = self.current.photo.id
        if self._canvas.has_picture and self._seen[-1:] != [photo]:
            self._seen.append(photo)
        if self._done():
            self._ended = now
            self._done = lambda: False
            self._loop.quit()
