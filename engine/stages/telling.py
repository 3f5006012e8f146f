"""Tells the models' state, figures and troubles of a run, each when it is new."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator

from engine.events import Event, Measured, ModelsChanged, Notice
from engine.models.status import StatusBoard
from engine.telemetry import Telemetry

log = logging.getLogger(__name__)

MEASURE_EVERY = 0.5  # seconds between figures for the screen


class Telling:
    """What was told already is not told again."""

    def __init__(self, board: StatusBoard, telemetry: Telemetry) -> None:
        self._board, self._telemetry = board, telemetry
        self._measured = 0.0  # when figures were told last
        self._told: set[str] = set()

    def news(self, notes: Iterable[str]) -> Iterator[Event]:
        """Yield changed states, figures when they are due, and those notes that are new."""
        changed = self._board.changed()
        if changed is not None:
            yield ModelsChanged(changed)
        if time.monotonic() - self._measured > MEASURE_EVERY:
            self._measured = time.monotonic()
            yield Measured(self._telemetry.figures(self._board.statuses()))
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                log.warning("%s", note)
                yield Notice(note)
