"""Groups made by hand: what the photographer put together or apart outweighs time and likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.selection.candidate import Candidate
from engine.selection.grouping import Group, in_capture_order
from engine.types import Marks

NO_MARKS = Marks()


def with_own_marks(candidates: Sequence[Candidate], marks: Mapping[int, Marks]) -> list[Candidate]:
    """Return candidates with the groups and picks of `marks`, by photo id; those given stay as they are."""
    return [_marked(candidate, marks.get(candidate.photo_id, NO_MARKS)) for candidate in candidates]


def _marked(candidate: Candidate, marks: Marks) -> Candidate:
    if (candidate.own_group, candidate.own_pick) == (marks.own_group, marks.own_pick):
        return candidate
    return replace(candidate, own_group=marks.own_group, own_pick=marks.own_pick)


def with_own_groups(groups: Sequence[Group]) -> list[Group]:
    """Return groups, in capture order of their first photo, with those made by hand in place of found ones.

    A photo that came into a found group later goes where the member before it went, or else the one after.
    A bracket or panorama that was put together again by hand is still one.
    """
    if not any(c.own_group for each in groups for c in each.members):
        return list(groups)
    found: list[Group] = []
    own: dict[str, list[Candidate]] = {}
    for each in groups:
        homes = _homes(each.members)
        if homes is None:
            found.append(each)
            continue
        for candidate, home in zip(each.members, homes, strict=True):
            own.setdefault(home, []).append(candidate)
    sequences = {_ids(each.members): each.sequence for each in groups if each.sequence is not None}
    for members in own.values():
        ordered = in_capture_order(members)
        found.append(Group(ordered, sequences.get(_ids(ordered)), own=True))
    firsts = {each.members[0].photo_id: each for each in found}
    return [firsts[c.photo_id] for c in in_capture_order([each.members[0] for each in found])]


def _homes(members: Sequence[Candidate]) -> list[str] | None:
    """Return which own group each member belongs to; None where none of them was grouped by hand."""
    home = next((c.own_group for c in members if c.own_group), "")
    if not home:
        return None
    homes: list[str] = []
    for candidate in members:
        home = candidate.own_group or home
        homes.append(home)
    return homes


def _ids(members: Sequence[Candidate]) -> frozenset[int]:
    return frozenset(candidate.photo_id for candidate in members)
