"""Asks a photographer's own weights file what it knows, once, when it is first seen at work."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from engine.checking.knowledge import Answer, judge
from engine.checking.known_pairs import KnownPhoto, known_photos
from engine.checking.memory import known_verdict, remember
from engine.checking.questions import ask_comparator, ask_scorer
from engine.checking.report import report_of_answers
from engine.comparing.siamese import SiameseComparator
from engine.errors import ModelError, NothingToDoError
from engine.events import CancelToken
from engine.models.registry import Lineup
from engine.models.status import StatusBoard
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from engine.switches import RoleSwitches
from engine.telemetry import Telemetry
from engine.types import ModelState, Role

log = logging.getLogger(__name__)

Model = AvaCheckpointScorer | SiameseComparator


class NewFiles:
    """The owner's files of a run. A file is known by its hash: another path or name is no new file."""

    def __init__(self, lineup: Lineup, board: StatusBoard, telemetry: Telemetry, library: Path) -> None:
        found = (lineup.scorers.get(Role.AESTHETIC), lineup.comparator)
        self._models = [each for each in found if isinstance(each, Model)]
        self._board, self._telemetry, self._library = board, telemetry, library

    def check(self, switches: RoleSwitches, cancel: CancelToken) -> Iterator[tuple[int, int]]:
        """Check those that are active and were never checked; yield how many photos they were asked about.

        A check that is cancelled, or whose role is switched off meanwhile, is made after another run.
        """
        for model in self._models:
            if model.info.role not in switches.off and self._is_new(model):
                try:
                    yield from self._check(model, switches, cancel)
                except (ModelError, NothingToDoError) as error:
                    log.warning("%s could not be checked: %s", model.info.name, error)

    def _is_new(self, model: Model) -> bool:
        info = model.info
        active = {status.role for status in self._board.statuses() if status.state is ModelState.ACTIVE}
        return info.role in active and known_verdict(self._library, info.sha256 or "", info.version) is None

    def _check(self, model: Model, switches: RoleSwitches, cancel: CancelToken) -> Iterator[tuple[int, int]]:
        role, known = model.info.role, known_photos()
        log.info("%s [%s] is new here: it is asked about known pairs", model.info.name, model.info.sha256)
        answers: list[Answer] = []
        yield 0, len(known.photos)
        for done, photo in enumerate(known.photos, start=1):
            if cancel.cancelled or role in switches.off:
                return
            with self._telemetry.stage(f"check {role}"):
                answers += _answers(model, photo)
            yield done, len(known.photos)
        report = report_of_answers(model.info, known, judge(answers))
        remember(self._library, report)
        self._board.warn(role, report.at_name)
        level = logging.WARNING if report.warning else logging.INFO
        log.log(level, "Self-test of %s [%s]: %s", report.name, report.sha256, report.verdict.value)


def _answers(model: Model, photo: KnownPhoto) -> list[Answer]:
    model.load()  # where all scores came from the cache it has not been yet
    if isinstance(model, SiameseComparator):
        return ask_comparator(model, [photo])
    return ask_scorer(model, [photo])
