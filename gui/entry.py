"""What the window knows of one photo, and the filters that choose among photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.types import Decision, Inspected, Photo, Ranked, Role, Score, Verdict


@dataclass(slots=True)
class Entry:
    """One photo with everything that was told of it so far. Changed by AlbumModel alone."""

    photo: Photo
    inspected: Inspected | None = None
    scores: tuple[Score, ...] = ()
    error: str | None = None
    ranked: Ranked | None = None
    decision: Decision = Decision.NONE
    verdicts: tuple[Verdict, ...] = ()
    changed: bool = False  # a pick with all models and none without those switched off, or the reverse

    def score(self, role: Role) -> Score | None:
        return next((score for score in self.scores if score.role is role), None)

    @property
    def group(self) -> int | None:
        return self.ranked.group if self.ranked else None

    @property
    def is_undecided(self) -> bool:
        """Tell whether it still waits for a decision. A photo that cannot be read waits for nothing."""
        return self.decision is Decision.NONE and self.error is None

    @property
    def is_pick(self) -> bool:
        return self.ranked is not None and self.ranked.pick


class Filter(StrEnum):
    """Which photos are shown. The value ends the command's id: filter.<value>."""

    ALL = "all"
    PICKS = "picks"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    FAILED = "failed"
    CHANGED = "changed"


PASSES: dict[Filter, Callable[[Entry], bool]] = {
    Filter.ALL: lambda entry: True,
    Filter.PICKS: lambda entry: entry.is_pick,
    Filter.ACCEPTED: lambda entry: entry.decision is Decision.ACCEPT,
    Filter.REJECTED: lambda entry: entry.decision is Decision.REJECT,
    Filter.UNDECIDED: lambda entry: entry.is_undecided,
    Filter.FAILED: lambda entry: entry.error is not None,
    Filter.CHANGED: lambda entry: entry.changed,
}


def count_by_filter(entries: Iterable[Entry]) -> dict[Filter, int]:
    """Return how many photos each filter would show."""
    total = picks = accepted = rejected = undecided = failed = changed = 0
    for entry in entries:
        total += 1
        picks += entry.is_pick
        accepted += entry.decision is Decision.ACCEPT
        rejected += entry.decision is Decision.REJECT
        undecided += entry.is_undecided
        failed += entry.error is not None
        changed += entry.changed
    counts = (total, picks, accepted, rejected, undecided, failed, changed)
    return dict(zip(Filter, counts, strict=True))
