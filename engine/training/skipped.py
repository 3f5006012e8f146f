"""Counts what cannot be used, names it, and stops when it is too much."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.errors import TrainingError

MALFORMED, MISSING, CORRUPT = "malformed row", "missing photo", "corrupt photo"
SHOWN = 3  # names in a message; the file of skipped things has all


class Skipped:
    """Rows and photos that were left out, each once, with its reason."""

    def __init__(self, most: float) -> None:
        """Allow a share `most` (0..1) of all that is looked at."""
        self._most = most
        self._reasons: dict[str, tuple[str, str]] = {}

    def add(self, kind: str, name: str, why: str) -> None:
        """Leave `name` out; a second time changes nothing."""
        self._reasons.setdefault(name, (kind, why))

    def check(self, total: int, source: Path) -> None:
        """Raise TrainingError when too many of `total` were left out, naming the first ones."""
        if len(self._reasons) <= self._most * total:
            return
        first = "; ".join(f"{name}: {why}" for name, (_, why) in list(self._reasons.items())[:SHOWN])
        raise TrainingError(
            f"{len(self._reasons)} of {total} entries of {source} cannot be used ({self.summary}), more than "
            f"data.max_bad_fraction {self._most:g} allows. The first: {first}. Correct them or allow more."
        )

    @property
    def summary(self) -> str:
        """Counts in words, "2 missing photo, 1 malformed row"; "none" when nothing was left out."""
        counts = Counter(kind for kind, _ in self._reasons.values())
        return ", ".join(f"{count} {kind}" for kind, count in counts.most_common()) or "none"

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Kind, name and reason of each, sorted by name."""
        return sorted((kind, name, why) for name, (kind, why) in self._reasons.items())
