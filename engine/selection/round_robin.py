"""Ranks the close candidates of a group by a comparator's opinions on each pair of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.comparing.base import Opinion
from engine.selection.opinions import Opinions

DIGITS = 9  # of a sum of probabilities: further ones are rounding, and no reason to prefer a photo
UNTOLD = 0.5


def tells(opinion: Opinion, cant_tell_below: float) -> bool:
    """Whether an opinion names a winner: its orders agree, and it is at least that sure (0.5..1)."""
    sure = max(opinion.first_over_second, 1.0 - opinion.first_over_second)
    return not opinion.flipped and sure >= cant_tell_below and sure > UNTOLD


def rank_close(close: Sequence[int], opinions: Opinions, cant_tell_below: float) -> list[int]:
    """Return photo ids, given in the order of their composites, in the order of the round robin.

    Each photo has the sum of its probabilities to be the better one of a pair; a pair that cannot be told
    (or was not judged) gives half to both. Ties keep the order of composites, and so do neighbours whose
    own pair cannot be told: what others lost to them says nothing of the two.
    """

    def points(one: int, other: int) -> float:
        opinion = opinions.of(one, other)
        told = opinion is not None and tells(opinion, cant_tell_below)
        return opinion.first_over_second if opinion is not None and told else UNTOLD

    sums = {a: round(sum(points(a, b) for b in close if b != a), DIGITS) for a in close}
    place = {photo: number for number, photo in enumerate(close)}
    ranked: list[int] = []
    for photo in sorted(close, key=lambda photo: -sums[photo]):
        at = len(ranked)
        while at and points(photo, ranked[at - 1]) == UNTOLD and place[photo] < place[ranked[at - 1]]:
            at -= 1
        ranked.insert(at, photo)
    return ranked
