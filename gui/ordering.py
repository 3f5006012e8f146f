"""In which order photos are shown, with groups kept together or dissolved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.types import Role
from gui.entry import Entry

Key = Callable[[Entry], tuple[bool, float]]  # (is missing, value): what is missing comes last


class SortBy(StrEnum):
    """What photos are sorted by. The value ends the command's id: sort.<value>."""

    CAPTURE = "capture"
    NAME = "name"
    COMPOSITE = "composite"
    AESTHETIC = "aesthetic"
    QUALITY = "quality"
    PORTRAIT = "portrait"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class Ordering:
    """Scores sort best first, times and names first things first; `reverse` turns that round."""

    by: SortBy = SortBy.CAPTURE
    reverse: bool = False
    grouped: bool = True

    def sort(self, entries: Sequence[Entry], off: frozenset[Role] = frozenset()) -> list[int]:
        """Return the photo ids of `entries`, which come in the engine's order, groups together.

        Scores of roles that are off count for nothing: sorted by one of those, photos stay in that order.
        """
        key = _nothing if self.is_by(off) else _key(self)
        if not self.grouped:
            return [entry.photo.id for entry in sorted(entries, key=key)]
        if self.by is SortBy.CAPTURE and not self.reverse:
            return [entry.photo.id for entry in entries]
        groups = [sorted(group, key=key) for group in _groups(entries)]
        if self.by is not SortBy.RANK:  # all groups have a first: they stay in the order of time
            groups.sort(key=lambda group: key(group[0]))
        return [entry.photo.id for group in groups for entry in group]

    def is_by(self, roles: frozenset[Role]) -> bool:
        """Tell whether photos are sorted by the scores of one of these roles."""
        return self.by.value in {role.value for role in roles}


def _nothing(_entry: Entry) -> tuple[bool, float]:
    return True, 0.0


def _groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        # A photo without a group yet is one of its own; ids are below zero so that none clashes.
        found.setdefault(-1 - entry.photo.id if entry.group is None else entry.group, []).append(entry)
    return list(found.values())


def _key(ordering: Ordering) -> Key:
    sign = -1.0 if ordering.reverse else 1.0
    value = _VALUES[ordering.by]

    def key(entry: Entry) -> tuple[bool, float]:
        found = value(entry)
        return (True, 0.0) if found is None else (False, sign * found)

    return key


def _capture(entry: Entry) -> float | None:
    return entry.taken


def _name(entry: Entry) -> float:
    return entry.photo.id  # ids are in the natural order of names


def _composite(entry: Entry) -> float | None:
    return None if entry.ranked is None or entry.ranked.composite is None else -entry.ranked.composite


def _score(role: Role) -> Callable[[Entry], float | None]:
    def value(entry: Entry) -> float | None:
        score = entry.score(role)
        return None if score is None else -score.value

    return value


def _rank(entry: Entry) -> float | None:
    return None if entry.ranked is None else entry.ranked.rank


_VALUES: dict[SortBy, Callable[[Entry], float | None]] = {
    SortBy.CAPTURE: _capture,
    SortBy.NAME: _name,
    SortBy.COMPOSITE: _composite,
    SortBy.AESTHETIC: _score(Role.AESTHETIC),
    SortBy.QUALITY: _score(Role.QUALITY),
    SortBy.PORTRAIT: _score(Role.PORTRAIT),
    SortBy.RANK: _rank,
}
