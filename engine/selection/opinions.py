"""What a comparator thinks of pairs of photos, as the selection takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.comparing.base import Opinion

Pair = tuple[int, int]  # photo ids


@dataclass(frozen=True, slots=True)
class Opinions:
    """One comparator's opinions by pair of photo ids. Where it has none, the composite decides."""

    source: str = ""  # the comparator's name
    sha256: str | None = None
    by_pair: Mapping[Pair, Opinion] = field(default_factory=dict)
    unanswered: frozenset[Pair] = frozenset()  # it was asked about these, and could not answer
    asking: bool = False  # it is at work, and can be asked about further pairs

    def of(self, first: int, second: int) -> Opinion | None:
        """Return the opinion on this pair, in this order, whichever order it was asked in."""
        found = self.by_pair.get((first, second))
        if found is not None:
            return found
        other = self.by_pair.get((second, first))
        return None if other is None else other.of_second

    def awaited(self, first: int, second: int) -> bool:
        """Tell whether the comparator can still be asked about this pair."""
        if not self.asking or self.of(first, second) is not None:
            return False
        return not self.unanswered & {(first, second), (second, first)}
