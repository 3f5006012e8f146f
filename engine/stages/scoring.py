"""Runs the scorers on decoded frames, batch by batch, and keeps their counts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.events import CancelToken
from engine.library.scores import CacheKey
from engine.models.registry import Lineup
from engine.models.status import SUMMARY_NAMES, StatusBoard
from engine.scoring.base import ModelInfo, ScoreResult
from engine.stages.decoding import Frame
from engine.telemetry import Telemetry
from engine.types import Role, Score

log = logging.getLogger(__name__)

LOADED_LINES = {Role.AESTHETIC: "Loaded AVA model", Role.COMPARATOR: "Loaded Siamese comparison model"}


def log_loaded(info: ModelInfo) -> None:
    """Write the line that owners look for in the log."""
    line = LOADED_LINES.get(info.role, f"Loaded {SUMMARY_NAMES[info.role]} model")
    log.info("%s: %s [%s] from %s on %s", line, info.name, info.sha256, info.checkpoint, info.device)


@dataclass(slots=True)
class FrameScores:
    """New scores of one photo."""

    photo_id: int
    scores: dict[Role, Score] = field(default_factory=dict)
    features: NDArray[np.float32] | None = None
    prepared: NDArray[np.float32] | None = None  # what the comparator keeps of the photo


class Scoring:
    """The scorers of a run. Each is loaded when the first photo needs it; one that fails stays off."""

    def __init__(self, lineup: Lineup, board: StatusBoard, telemetry: Telemetry) -> None:
        self._scorers = dict(lineup.scorers)
        self._loaded: set[Role] = set()
        self._board = board
        self._telemetry = telemetry

    @property
    def keys(self) -> dict[Role, CacheKey]:
        """What to look for in the cache, by role."""
        infos = {role: scorer.info for role, scorer in self._scorers.items()}
        return {role: CacheKey(role, info.sha256, info.version) for role, info in infos.items()}

    def load(
        self, frames: Sequence[Frame], missing: dict[int, set[Role]], cancel: CancelToken
    ) -> Iterator[tuple[int, int]]:
        """Load what these frames need. Yields how many of how many are, before each and at the end.

        `score` would load them too; here it can be told, as a model's first time takes up to a minute.
        """
        roles = [r for r in self._scorers if r not in self._loaded and _waiting_for(r, frames, missing)]
        for done, role in enumerate(roles):
            if cancel.cancelled:
                return
            yield done, len(roles)
            self._ready(role)
        if roles:
            yield len(roles), len(roles)

    def score(
        self, frames: Sequence[Frame], missing: dict[int, set[Role]], cancel: CancelToken
    ) -> list[FrameScores]:
        """Score decoded frames where a role is missing. When cancelled, later scorers are left out."""
        results = {frame.photo.id: FrameScores(frame.photo.id) for frame in frames}
        for role in list(self._scorers):
            wanted = _waiting_for(role, frames, missing)
            if cancel.cancelled:
                break
            if wanted and self._ready(role):
                self._run(role, wanted, results)
        return list(results.values())

    def close(self) -> None:
        for scorer in self._scorers.values():
            scorer.close()

    def notes(self) -> list[str]:
        """What the scorers have to say of where they run, such as a fallback to the CPU."""
        return [info.note for info in (s.info for s in self._scorers.values()) if info.note]

    def _ready(self, role: Role) -> bool:
        if role in self._loaded:
            return True
        scorer = self._scorers[role]
        try:
            with self._telemetry.stage(f"load {role}"):
                scorer.load()
        except ModelError as error:
            self._board.fail(role, str(error))
            scorer.close()
            del self._scorers[role]
            return False
        self._loaded.add(role)
        self._board.place(scorer.info)
        log_loaded(scorer.info)
        return True

    def _run(self, role: Role, frames: Sequence[Frame], results: dict[int, FrameScores]) -> None:
        scorer = self._scorers[role]
        images = [frame.decoded for frame in frames if frame.decoded is not None]
        with self._telemetry.stage(f"score {role}", len(images)):
            scored = scorer.score(images)
        for frame, result in zip(frames, scored, strict=True):
            self._take(role, result, results[frame.photo.id], frame)
        self._board.place(scorer.info)

    def _take(self, role: Role, result: ScoreResult, into: FrameScores, frame: Frame) -> None:
        if result.score is None:
            self._board.count(role, failed=1, error=f"{frame.photo.name}: {result.error}")
            log.warning("%s failed on %s: %s", role, frame.photo.path, result.error)
            return
        into.scores[role] = replace(result.score, cached=False)
        if result.features is not None:
            into.features = result.features
        if result.prepared is not None:
            into.prepared = result.prepared
        self._board.count(role, scored=1)


def _waiting_for(role: Role, frames: Sequence[Frame], missing: dict[int, set[Role]]) -> list[Frame]:
    """Return the frames that a role has to score and can."""
    return [frame for frame in frames if role in missing[frame.photo.id] and frame.decoded is not None]
