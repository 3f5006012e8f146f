"""What the window knows of one photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.scoring.composite import EYES_OPEN
from engine.types import Decision, Inspected, Marks, Photo, Ranked, Role, Score, Verdict

UNMARKED = Marks()
SOFT_SHARE = 0.6  # of the sharpest of its group: less is soft
SOFT = 0.05  # sharpness 0..1 below which a photo is soft whatever its group


@dataclass(slots=True)
class Entry:
    """One photo with everything that was told of it so far. Changed by AlbumModel alone."""

    photo: Photo
    inspected: Inspected | None = None
    scores: tuple[Score, ...] = ()
    error: str | None = None
    ranked: Ranked | None = None
    marks: Marks = UNMARKED
    verdicts: tuple[Verdict, ...] = ()
    eyes_closed: bool = False  # on a prominent face
    sharpness: float | None = None  # of the sharpest tiles, 0..1, where quality was measured
    soft: bool = False
    taken: float | None = None  # capture time in seconds, for sorting
    changed: bool = False  # a pick with all models and none without those switched off, or the reverse

    def score(self, role: Role) -> Score | None:
        return next((score for score in self.scores if score.role is role), None)

    @property
    def decision(self) -> Decision:
        return self.marks.decision

    @property
    def group(self) -> int | None:
        return self.ranked.group if self.ranked else None

    @property
    def standing(self) -> Decision | None:
        """Return what was decided; None for a photo that cannot be read and so waits for no decision."""
        undecided = self.marks.decision is Decision.NONE
        return None if undecided and self.error is not None else self.marks.decision

    @property
    def is_read(self) -> bool:
        """Whether the photo's file was read, or found to be unreadable."""
        return self.inspected is not None or self.error is not None

    @property
    def is_undecided(self) -> bool:
        return self.standing is Decision.NONE

    @property
    def is_pick(self) -> bool:
        return self.ranked is not None and self.ranked.pick

    def set_scores(self, scores: tuple[Score, ...]) -> None:
        self.scores = scores
        portrait, quality = self.score(Role.PORTRAIT), self.score(Role.QUALITY)
        self.sharpness = quality.details.get("sharpness") if quality else None
        faces = portrait.faces if portrait else ()
        self.eyes_closed = any(
            face.prominent and face.eyes_open is not None and face.eyes_open < EYES_OPEN for face in faces
        )
        note_softness([self])

    def set_inspected(self, inspected: Inspected) -> None:
        self.inspected = inspected
        taken = inspected.metadata.captured_at
        self.taken = taken.timestamp() if taken else None

    def searchable(self) -> str:
        """Return what a search looks in, in lower case."""
        meta = self.inspected.metadata if self.inspected else None
        parts = (self.photo.name, meta.camera if meta else None, meta.lens if meta else None)
        return " ".join(filter(None, parts)).casefold()


def note_softness(group: Iterable[Entry]) -> None:
    """Mark the soft photos of a group: sharpness depends on the motif, so they are compared."""
    known = [(entry, sharpness) for entry in group if (sharpness := entry.sharpness) is not None]
    sharpest = max((sharpness for _, sharpness in known), default=0.0)
    for entry, sharpness in known:
        entry.soft = sharpness < max(SOFT, SOFT_SHARE * sharpest)
