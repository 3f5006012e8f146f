"""Knows whether scores that are missing are still to come, so that cells promise none that nobody makes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from engine.types import SCORING_ROLES, ModelState, ModelStatus
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.switching import Switching

AT_WORK = (ModelState.ACTIVE, ModelState.IDLE)


class Awaiting(QObject):
    """Scores are awaited while a run that nobody stopped goes on, and at least one model or rule scores."""

    def __init__(self, run: AlbumRun, switching: Switching, model: AlbumModel, parent: QObject) -> None:
        super().__init__(parent)
        self._run, self._model = run, model
        self._someone_scores = True
        switching.statuses_changed.connect(self._take_statuses)
        run.begun.connect(self._tell)
        run.reads_on.connect(self._tell)
        run.ended.connect(self._tell)

    @Slot(object)
    def _take_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        scoring = [status.state for status in statuses if status.role in SCORING_ROLES]
        self._someone_scores = not scoring or any(
            state in AT_WORK for state in scoring
        )  # none: not known yet
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self._model.await_scores(self._run.scores and self._someone_scores)
