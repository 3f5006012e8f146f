"""Watches the program while it is being used: warnings, errors, memory, stalls, threads."""

from __future__ import annotations

import faulthandler
import gc
import logging
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QTimer, QtMsgType, Slot, qInstallMessageHandler

from engine.allocator import give_back_free_memory

BEAT_MS = 10
SAMPLE_MS = 5_000
WARM_UP_S = 300.0
LEAST_SLOPE_S = 900.0  # a slope of less says nothing
HANG_S = 120.0  # without a turn of the event loop: every thread says where it is
MOST_KINDS = 40  # of one sort of trouble
# Said by the platform without a screen about every window that has a minimum size.
_HARMLESS = ("This plugin does not support propagateSizeHints",)
_QUIET = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)


class Troubles(logging.Handler):
    """Counts, by text, what Qt, Python and the log complain about."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.qt: Counter[str] = Counter()
        self.python: Counter[str] = Counter()
        self.logged: Counter[str] = Counter()

    def begin(self) -> None:
        qInstallMessageHandler(self._take_qt)
        for name in ("engine", "gui"):
            logging.getLogger(name).addHandler(self)
        warnings.showwarning = self._take_warning
        sys.unraisablehook = self._take_unraisable

    def end(self) -> None:
        qInstallMessageHandler(None)
        for name in ("engine", "gui"):
            logging.getLogger(name).removeHandler(self)
        sys.unraisablehook = sys.__unraisablehook__

    def wrap_excepthook(self) -> None:
        """Count what nobody caught, too; call it after a window has put its own hook in place."""
        hook = sys.excepthook

        def counting(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self.python[f"{kind.__name__}: {error}"] += 1
            sys.__excepthook__(kind, error, trace)
            hook(kind, error, trace)

        sys.excepthook = counting

    def emit(self, record: logging.LogRecord) -> None:
        _count(self.logged, f"{record.levelname} {record.name}: {record.getMessage()}")

    def _take_qt(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in _QUIET and not text.startswith(_HARMLESS):
            _count(self.qt, text)
            print(f"Qt: {text}", file=sys.stderr, flush=True)

    def _take_warning(self, message: object, category: type[Warning], *_: object) -> None:
        _count(self.python, f"{category.__name__}: {message}")

    def _take_unraisable(self, found: Any) -> None:
        _count(self.python, f"unraisable {found.exc_type.__name__}: {found.exc_value}")
        sys.__unraisablehook__(found)

    @property
    def any(self) -> bool:
        return bool(self.qt or self.python or self.logged)


def _count(counter: Counter[str], text: str) -> None:
    if text in counter or len(counter) < MOST_KINDS:
        counter[text] += 1


class Pulse(QObject):
    """Notes the longest time without a turn of the event loop, and the memory every few seconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.doing = ""
        self.longest_ms, self.longest_doing = 0.0, ""
        self.above_100_ms = 0
        self.worst: dict[str, float] = {}  # ms by what was done last
        self.memory: list[tuple[float, float]] = []  # (seconds since the start, MB)
        self.settled: list[tuple[float, float]] = []  # the same where no window is open and nothing is kept
        self._process = psutil.Process()
        self._started = self._last = time.perf_counter()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._sampling = QTimer(self, interval=SAMPLE_MS)
        self._sampling.timeout.connect(self.sample)

    def start(self) -> None:
        self._started = self._last = time.perf_counter()
        self._timer.start()
        self._sampling.start()
        self.sample()

    def stop(self) -> None:
        self.sample()
        self._timer.stop()
        self._sampling.stop()
        faulthandler.cancel_dump_traceback_later()

    def forgive(self) -> None:
        """Do not count the time since the last turn: a window was made or closed on purpose."""
        self._last = time.perf_counter()

    @Slot()
    def sample(self) -> None:
        self.memory.append((time.perf_counter() - self._started, _memory_of(self._process)))
        faulthandler.dump_traceback_later(HANG_S, file=sys.__stderr__)  # type: ignore[arg-type]

    def settle(self) -> None:
        """Note the memory once all that is free was given back: call it between two windows.

        What an open window holds changes by hundreds of MB with what it shows, and hides a leak.
        """
        gc.collect()
        give_back_free_memory()
        self.sample()
        self.settled.append(self.memory[-1])

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        gap = (now - self._last) * 1000 - BEAT_MS
        self._last = now
        self.above_100_ms += gap > 100
        self.worst[self.doing] = max(gap, self.worst.get(self.doing, 0.0))
        if gap > self.longest_ms:
            self.longest_ms, self.longest_doing = gap, self.doing

    def worst_stalls(self) -> dict[str, int]:
        """Return the longest stall in ms of what stalled most."""
        longest = sorted(self.worst.items(), key=lambda each: -each[1])[:12]
        return {doing: round(ms) for doing, ms in longest}

    def memory_figures(self) -> dict[str, float | None]:
        """Return MB at the start, after the warm-up, at the end, and MB per hour from the warm-up on."""
        late = [(at, mb) for at, mb in self.memory if at >= WARM_UP_S]
        end = self.memory[-1][0]
        return {
            "start_mb": self.memory[0][1],
            "after_5_min_mb": late[0][1] if late else None,
            "end_mb": self.memory[-1][1],
            "peak_mb": max(mb for _, mb in self.memory),
            "mb_per_hour": _slope(late),
            "mb_per_hour_second_half": _slope([(at, mb) for at, mb in self.memory if at >= end / 2]),
            "mb_per_hour_between_windows": _slope([each for each in self.settled if each[0] >= WARM_UP_S]),
        }


def _memory_of(process: psutil.Process) -> float:
    """Return the MB that a process takes, with those that it started: the engine, and decoders."""
    used = process.memory_info().rss
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            used += child.memory_info().rss
    return used / 1e6


def _slope(samples: Sequence[tuple[float, float]]) -> float | None:
    """Return MB per hour; None where the time is too short to tell."""
    if not samples or samples[-1][0] - samples[0][0] < LEAST_SLOPE_S:
        return None
    seconds, megabytes = np.array(samples).T
    return float(np.polyfit(seconds, megabytes, 1)[0] * 3600)


def threads_by_name() -> list[str]:
    """Return the name of every thread of this program (Linux; elsewhere those that Python knows)."""
    folder = Path("/proc/self/task")
    if not folder.is_dir():
        return sorted(thread.name for thread in threading.enumerate())
    names = []
    for task in folder.iterdir():
        try:
            names.append((task / "comm").read_text(encoding="utf-8").strip())
        except OSError:
            continue  # it has ended meanwhile
    return sorted(names)
