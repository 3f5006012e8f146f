"""Which photos are shown: filters that combine, and how many photos each would show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from engine.library.marks import MOST_STARS
from engine.types import Decision, Label, Role
from gui.entry import Entry

Test = Callable[[Entry], bool]


class Filter(StrEnum):
    """The filters that are on or off. The value ends the command's id: filter.<value>."""

    ALL = "all"
    PICKS = "picks"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    FAILED = "failed"
    EYES_CLOSED = "eyes_closed"
    SOFT = "soft"
    CHANGED = "changed"


DECISIONS = {
    Filter.ACCEPTED: Decision.ACCEPT,
    Filter.REJECTED: Decision.REJECT,
    Filter.UNDECIDED: Decision.NONE,
}
TRAITS: dict[Filter, Test] = {
    Filter.PICKS: lambda entry: entry.is_pick,
    Filter.FAILED: lambda entry: entry.error is not None,
    Filter.EYES_CLOSED: lambda entry: entry.eyes_closed,
    Filter.SOFT: lambda entry: entry.soft,
    Filter.CHANGED: lambda entry: entry.changed,
}
MEASURED_BY = {Filter.EYES_CLOSED: Role.PORTRAIT, Filter.SOFT: Role.QUALITY}  # else what is off would judge
NO_ROLES: frozenset[Role] = frozenset()
WORDS = {
    Filter.PICKS: "suggested",
    Filter.ACCEPTED: "accepted",
    Filter.REJECTED: "rejected",
    Filter.UNDECIDED: "undecided",
    Filter.FAILED: "failed",
    Filter.EYES_CLOSED: "with eyes closed",
    Filter.SOFT: "soft",
    Filter.CHANGED: "changed by the models switched off",
}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What holds of every photo that is shown. Decisions and labels are alternatives; the parts all hold."""

    decisions: frozenset[Decision] = frozenset()  # empty: whatever was decided
    traits: frozenset[Filter] = frozenset()  # keys of TRAITS
    stars: int = 0  # at least so many
    labels: frozenset[Label] = frozenset()  # empty: whatever the label
    text: str = ""  # in name, camera or lens

    def toggled(self, wanted: Filter, *, add: bool = False) -> Criteria:
        """Return these with one filter switched. Another decision takes the place of the one before it,
        unless it is to be added."""
        if wanted is Filter.ALL:
            return Criteria()
        if wanted in TRAITS:
            return replace(self, traits=self.traits ^ {wanted})
        one = frozenset({DECISIONS[wanted]})
        if add:
            return replace(self, decisions=self.decisions ^ one)
        return replace(self, decisions=frozenset() if self.decisions == one else one)

    def has(self, wanted: Filter) -> bool:
        """Tell whether a filter is on; "all" is on when no other is."""
        if wanted is Filter.ALL:
            return self == Criteria()
        return wanted in self.traits or DECISIONS.get(wanted) in self.decisions

    def passing(
        self, order: Iterable[int], entries: dict[int, Entry], off: frozenset[Role] = NO_ROLES
    ) -> list[int]:
        """Return the photos of `order` that are to be shown; what roles that are off found is no reason."""
        if self.is_by(off):
            return []
        tests = self._tests()
        if not tests:
            return list(order)
        if len(tests) == 1:
            (test,) = tests
            return [photo for photo in order if test(entries[photo])]
        return [photo for photo in order if all(test(entries[photo]) for test in tests)]

    def is_by(self, roles: frozenset[Role]) -> bool:
        """Tell whether one of these roles measures what photos are chosen by."""
        return any(MEASURED_BY.get(trait) in roles for trait in self.traits)

    def words(self) -> str:
        """Return such as "undecided, suggested, at least 3 stars"; "all photos" without any filter."""
        parts = [WORDS[each] for each in Filter if each in WORDS and self.has(each)]
        parts += [f"at least {self.stars} stars"] if self.stars else []
        parts += sorted(label.value for label in self.labels)
        parts += [f"“{self.text}”"] if self.text else []
        return ", ".join(parts) or "all photos"

    def _tests(self) -> list[Test]:
        decisions, labels, stars, text = self.decisions, self.labels, self.stars, self.text.casefold()
        tests: list[Test] = [TRAITS[trait] for trait in sorted(self.traits)]
        if decisions:
            tests.append(lambda entry: entry.standing in decisions)
        if stars:
            tests.append(lambda entry: entry.marks.stars >= stars)
        if labels:
            tests.append(lambda entry: entry.marks.label in labels)
        if text:
            tests.append(lambda entry: text in entry.searchable())
        return tests


@dataclass(slots=True)
class Counts:
    """How many photos of the album each filter alone would show."""

    by_filter: dict[Filter, int] = field(default_factory=lambda: dict.fromkeys(Filter, 0))
    by_stars: list[int] = field(default_factory=lambda: [0] * (MOST_STARS + 1))  # with at least so many
    by_label: dict[Label, int] = field(default_factory=lambda: dict.fromkeys(Label, 0))

    def __getitem__(self, wanted: Filter) -> int:
        return self.by_filter[wanted]


def count(entries: Iterable[Entry], off: frozenset[Role] = NO_ROLES) -> Counts:
    """Count a whole album, in one pass; what roles that are off found counts for nothing."""
    total = picks = failed = closed = soft = changed = 0
    decided: dict[Decision | None, int] = dict.fromkeys((*Decision, None), 0)
    found = Counts()
    stars, labels = found.by_stars, found.by_label
    for entry in entries:
        marks, ranked = entry.marks, entry.ranked
        total += 1
        picks += ranked is not None and ranked.pick
        failed += entry.error is not None
        closed += entry.eyes_closed
        soft += entry.soft
        changed += entry.changed
        decided[entry.standing] += 1
        if marks.stars:
            stars[marks.stars] += 1
        labels[marks.label] += 1
    for number in range(MOST_STARS - 1, 0, -1):
        stars[number] += stars[number + 1]
    stars[0] = total
    found.by_filter = {each: decided[decision] for each, decision in DECISIONS.items()} | {
        Filter.ALL: total,
        Filter.PICKS: picks,
        Filter.FAILED: failed,
        Filter.EYES_CLOSED: closed,
        Filter.SOFT: soft,
        Filter.CHANGED: changed,
    }
    found.by_filter |= {each: 0 for each, role in MEASURED_BY.items() if role in off}
    return found
