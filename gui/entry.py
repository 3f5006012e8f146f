"""What the window knows of one photo, and the filters that choose among photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.types import Decision, Inspected, Marks, Photo, Ranked, Role, Score, Verdict

UNMARKED = Marks()


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

    def score(self, role: Role) -> Score | None:
        return next((score for score in self.scores if score.role is role), None)

    @property
    def decision(self) -> Decision:
        return self.marks.decision

    @property
    def group(self) -> int | None:
        return self.ranked.group if self.ranked else None

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


PASSES: dict[Filter, Callable[[Entry], bool]] = {
    Filter.ALL: lambda entry: True,
    Filter.PICKS: lambda entry: entry.is_pick,
    Filter.ACCEPTED: lambda entry: entry.decision is Decision.ACCEPT,
    Filter.REJECTED: lambda entry: entry.decision is Decision.REJECT,
    Filter.UNDECIDED: lambda entry: entry.decision is Decision.NONE,
    Filter.FAILED: lambda entry: entry.error is not None,
}


def count_by_filter(entries: Iterable[Entry]) -> dict[Filter, int]:
    """Return how many photos each filter would show."""
    total = picks = accepted = rejected = failed = 0
    for entry in entries:
        total += 1
        picks += entry.is_pick
        accepted += entry.decision is Decision.ACCEPT
        rejected += entry.decision is Decision.REJECT
        failed += entry.error is not None
    undecided = total - accepted - rejected
    return dict(zip(Filter, (total, picks, accepted, rejected, undecided, failed), strict=True))
