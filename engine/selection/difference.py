"""What a model changed: picks with and without roles, both made from the same component scores."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine.selection.candidate import Candidate
from engine.selection.opinions import Opinions
from engine.types import Role, Selection


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group, as it is with all roles, whose picks are others without some. Photo ids, in order."""

    group: int
    with_roles: tuple[int, ...]
    without_roles: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many of its picks differ: the larger of those lost and those gained."""
        with_roles, without_roles = set(self.with_roles), set(self.without_roles)
        return max(len(with_roles - without_roles), len(without_roles - with_roles))


@dataclass(frozen=True, slots=True)
class Difference:
    """All groups whose picks differ."""

    groups: tuple[GroupChange, ...] = ()

    @property
    def count(self) -> int:
        """How many picks differ; one that went from one photo to another of its group counts once."""
        return sum(change.count for change in self.groups)

    @property
    def photos(self) -> frozenset[int]:
        """The photos that are a pick in one selection and not in the other."""
        return frozenset(
            photo for change in self.groups for photo in set(change.with_roles) ^ set(change.without_roles)
        )


def without_roles(candidates: Sequence[Candidate], off: Collection[Role]) -> list[Candidate]:
    """Return candidates as they would be had these roles never run; those given stay as they are.

    The features that grouping compares come from the aesthetic model and go with it.
    """
    if not off:
        return list(candidates)
    return [
        replace(
            candidate,
            scores={role: score for role, score in candidate.scores.items() if role not in off},
            features=None if Role.AESTHETIC in off else candidate.features,
        )
        for candidate in candidates
    ]


def opinions_without(opinions: Opinions, off: Collection[Role]) -> Opinions:
    """Return the opinions that count while these roles are off."""
    return Opinions() if Role.COMPARATOR in off else opinions


def difference(with_roles: Selection, without: Selection) -> Difference:
    """Return which groups of the first selection have other picks in the second."""
    picks: dict[int, tuple[list[int], list[int]]] = {}
    for photo in with_roles.order:
        now, then = picks.setdefault(with_roles.ranked[photo].group, ([], []))
        if with_roles.ranked[photo].pick:
            now.append(photo)
        if without.ranked[photo].pick:
            then.append(photo)
    return Difference(
        tuple(
            GroupChange(group, tuple(now), tuple(then)) for group, (now, then) in picks.items() if now != then
        )
    )


def difference_in_words(count: int, names: Sequence[str]) -> str:
    """Return such as "7 picks differ without NIMA MobileNet"."""
    models = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    if count == 0:
        return f"No pick differs without {models}"
    return f"{count} pick{'s differ' if count > 1 else ' differs'} without {models}"
