"""Speed and time left of a stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.events import Progress


class StageClock:
    """Counts what is done of a stage. `now` gives seconds, and never runs backwards."""

    def __init__(self, total: int, now: Callable[[], float] = time.monotonic) -> None:
        self.total, self.done = total, 0
        self._now = now
        self._started = now()

    def progress(self, stage: str) -> Progress:
        elapsed = max(self._now() - self._started, 1e-6)
        speed = self.done / elapsed
        left = (self.total - self.done) / speed if self.done else None
        return Progress(stage, self.done, self.total, speed, left)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Leave out time in which no photo is worked on, such as that of loading models."""
        before = self._now()
        yield
        self._started += self._now() - before
