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

    def of(self, first: int, second: int) -> Opinion | None:
        """Return the opinion on this pair, in this order, whichever order it was asked in."""
        found = self.by_pair.get((first, second))
        if found is not None:
            return found
        other = self.by_pair.get((second, first))
        return None if other is None else other.of_second
