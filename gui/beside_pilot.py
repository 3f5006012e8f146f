"""Drives another viewer, in that program's own Python, and measures how long its next photo takes.

`python -I beside_pilot.py PROGRAM KEY REST_MS WIDTH HEIGHT RESULT ALBUM` needs PySide6, nothing of Framepick.
The program is started as its own command starts it. A step ends when the largest QGraphicsView has painted
another picture than before the key.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsView

LOOK_MS = 100
BEAT_MS = 10
STEP_LIMIT_S = 8.0
READY_LIMIT_S = 120.0  # for what the program prepares: thumbnails, reading the album
QUIET_S, QUIET_CPU_S = 2.0, 0.2  # it has prepared when it takes less processor time than that


class Pilot(QObject):
    """Waits until the program is ready, steps through its photos, writes the times, and ends it."""

    def __init__(self, key: str, rest_ms: int, size: tuple[int, int], steps: int, result: Path) -> None:
        super().__init__()
        self._key = QKeySequence(key)[0].key()  # type: ignore[index]
        self._rest_ms, self._size, self._steps, self._result = rest_ms, size, steps, result
        self._view: QGraphicsView | None = None
        self._before = 0
        self._pressed = self._turn = 0.0
        self.times: list[float] = []
        self.missed = 0
        self._stall = 0.0
        self._quiet_since = self._began = time.perf_counter()
        self._cpu = time.process_time()
        self._ready = QTimer(self, interval=LOOK_MS)
        self._ready.timeout.connect(self._look)
        self._painted = QTimer(self, singleShot=True, interval=0)  # comes after all painting of this turn
        self._painted.timeout.connect(self._check)
        self._limit = QTimer(self, singleShot=True, interval=round(STEP_LIMIT_S * 1000))
        self._limit.timeout.connect(self._miss)
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self._note_turn)

    def start(self) -> None:
        self._ready.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._painted.start()
        return super().eventFilter(watched, event)

    @Slot()
    def _look(self) -> None:
        """Begin once a photo is shown and the program has come to rest."""
        now = time.perf_counter()
        if self._view is None:
            self._view = _largest_view()
            if self._view is not None:
                self._view.window().showNormal()
                self._view.window().resize(*self._size)
                self._view.window().activateWindow()  # shortcuts count in the active window
                self._view.viewport().installEventFilter(self)
        if time.process_time() - self._cpu > QUIET_CPU_S or not self._picture():
            self._cpu, self._quiet_since = time.process_time(), now
        if now - self._quiet_since > QUIET_S:
            self._ready.stop()
            self._turn = now
            self._beat.start()
            QTimer.singleShot(0, self._press)
        elif now - self._began > READY_LIMIT_S:
            self._end()

    def _picture(self) -> int:
        """Return the key of the picture that is shown, 0 where there is none."""
        scene = self._view.scene() if self._view is not None else None
        items = scene.items() if scene is not None else []
        pictures = [item.pixmap() for item in items if isinstance(item, QGraphicsPixmapItem)]
        largest = max(pictures, key=QPixmap.width, default=QPixmap())
        return largest.cacheKey() if not largest.isNull() else 0

    @Slot()
    def _press(self) -> None:
        assert self._view is not None
        self._before = self._picture()
        self._limit.start()
        self._pressed = time.perf_counter()
        QTest.keyClick(self._view.window().windowHandle(), self._key)

    @Slot()
    def _check(self) -> None:
        now = time.perf_counter()
        if self._pressed and self._picture() not in (0, self._before):
            self.times.append((now - self._pressed) * 1000)
            self._go_on()

    @Slot()
    def _miss(self) -> None:
        self.missed += 1
        self._go_on()

    def _go_on(self) -> None:
        self._pressed = 0.0
        self._limit.stop()
        if len(self.times) + self.missed >= self._steps or self.missed > 1:
            self._end()
        else:
            QTimer.singleShot(self._rest_ms, self._press)

    @Slot()
    def _note_turn(self) -> None:
        now = time.perf_counter()
        self._stall = max(self._stall, (now - self._turn) * 1000 - BEAT_MS)
        self._turn = now

    def _end(self) -> None:
        self._beat.stop()
        figures = {"times_ms": self.times, "missed": self.missed, "stall_ms": self._stall}
        self._result.write_text(json.dumps(figures), encoding="utf-8")
        app = QApplication.instance()
        assert app is not None
        for window in QApplication.topLevelWidgets():
            window.close()
        app.quit()


def _largest_view() -> QGraphicsView | None:
    views = [w for w in QApplication.allWidgets() if isinstance(w, QGraphicsView) and w.isVisible()]
    return max(views, key=lambda view: view.width() * view.height(), default=None)


def main(arguments: list[str]) -> None:
    """Start the program with a pilot in it."""
    program, key, rest, width, height, result, album = arguments
    steps = len(list(Path(album).iterdir())) - 1
    pilots: list[Pilot] = []  # kept alive as long as the program runs
    run = QApplication.exec

    def run_with_pilot(*_: object) -> int:
        pilots.append(Pilot(key, int(rest), (int(width), int(height)), steps, Path(result)))
        pilots[0].start()
        return run()

    QApplication.exec = run_with_pilot
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    (command,) = entry_points(group="console_scripts", name=program)
    sys.argv = [program, album]
    sys.exit(command.load()())


if __name__ == "__main__":
    main(sys.argv[1:])
