"""Takes scores over from the library, and puts new ones into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.errors import LibraryError
from engine.library.scores import CachedScore, CacheKey, ScoreStore
from engine.models.status import StatusBoard
from engine.scoring.composite import with_portrait_rules
from engine.selection.candidate import Candidate
from engine.settings import PortraitRules
from engine.stages.decoding import Frame
from engine.stages.known_photos import KnownPhotos
from engine.stages.scoring import FrameScores
from engine.telemetry import Telemetry
from engine.types import Role, Score


class Remembering:
    """The scores of a run's photos, in their candidates and in the library."""

    def __init__(self, library: Path, portrait: PortraitRules, telemetry: Telemetry) -> None:
        self._store = ScoreStore(library)
        self._portrait, self._telemetry = portrait, telemetry
        self._notes: list[str] = []

    def notes(self) -> list[str]:
        """What could not be remembered."""
        return list(self._notes)

    def close(self) -> None:
        self._store.close()

    def recall(
        self, known: KnownPhotos, keys: Mapping[Role, CacheKey], board: StatusBoard
    ) -> dict[int, set[Role]]:
        """Fill in cached scores; return by photo id which roles have none there. Raises LibraryError.

        A photo that lacks nothing but its sketch has to be decoded too: its set is empty.
        """
        by_photo = known.identities
        identities = list(by_photo.values())
        with self._telemetry.stage("read cache", len(identities)):
            cached = self._store.read(identities, keys.values())
            sketches = self._store.read_sketches(identities)
        missing: dict[int, set[Role]] = {}
        for photo_id, identity in by_photo.items():
            candidate = known.candidates[photo_id]
            candidate.sketch = sketches.get(identity)
            for entry in cached[identity].values():
                self._take(candidate, entry.score, entry)
                board.count(entry.score.role, cached=1)
            lacking = {role for role in keys if role not in candidate.scores}
            if lacking or candidate.sketch is None:
                missing[photo_id] = lacking
        return missing

    def keep(
        self,
        known: KnownPhotos,
        frames: Sequence[Frame],
        new: Sequence[FrameScores],
        keys: Mapping[Role, CacheKey],
    ) -> None:
        """Put new scores into the candidates and into the library, in one transaction."""
        entries: list[tuple[str, str, CachedScore]] = []
        for scored in new:
            for role, score in scored.scores.items():
                entry = CachedScore(score, scored.features if role is Role.AESTHETIC else None)
                self._take(known.candidates[scored.photo_id], score, entry)
                entries.append((known.inspected[scored.photo_id].identity, keys[role].version, entry))
        for frame in frames:
            known.candidates[frame.photo.id].sketch = frame.sketch
        sketches = {known.inspected[f.photo.id].identity: f.sketch for f in frames if f.sketch is not None}
        try:
            with self._telemetry.stage("write cache", len(frames)):
                self._store.write(entries)
                self._store.write_sketches(sketches)
        except LibraryError as error:
            self._notes.append(f"{error} The result is right, but the next run has to score again.")

    def _take(self, candidate: Candidate, score: Score, entry: CachedScore) -> None:
        if score.role is Role.PORTRAIT:
            score = with_portrait_rules(score, self._portrait)
        candidate.scores[score.role] = score
        if entry.features is not None:
            candidate.features = entry.features
