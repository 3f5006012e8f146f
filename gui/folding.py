"""Folding groups in the grid: which are folded, and which photo a folded one shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gui.entry import Entry


@dataclass(frozen=True, slots=True)
class Folding:
    """Which groups are folded: each is known by its first photo, since group numbers change while scoring."""

    everything: bool = False
    but: frozenset[int] = frozenset()  # first photos of the groups that are the other way

    @property
    def any(self) -> bool:
        """Whether there may be a folded group."""
        return self.everything or bool(self.but)

    def is_folded(self, members: Sequence[int]) -> bool:
        """Tell whether the group of these photos, in capture order, is folded; one photo cannot be."""
        return len(members) > 1 and self.everything != (members[0] in self.but)

    def toggled(self, members: Sequence[int]) -> Folding:
        """Return this with one group folded or unfolded."""
        return replace(self, but=self.but ^ {members[0]})

    def shown(
        self,
        photos: Sequence[int],
        entries: Mapping[int, Entry],
        members: Mapping[int, list[int]],
        kept: Collection[int],
    ) -> list[int]:
        """Return `photos`, those that pass the filter, with one photo for each folded group."""
        if not self.any:
            return list(photos)
        folded: dict[int | None, list[Entry]] = {g: [] for g, ids in members.items() if self.is_folded(ids)}
        for photo in photos:
            if (entry := entries[photo]).group in folded:
                folded[entry.group].append(entry)
        fronts = {group: front_of(found, kept).photo.id for group, found in folded.items() if found}
        return [p for p in photos if (group := entries[p].group) not in folded or fronts[group] == p]


def front_of(group: Iterable[Entry], kept: Collection[int]) -> Entry:
    """Return the photo that stands for a folded group: one that is `kept`, else its pick, else its best."""

    def order(entry: Entry) -> tuple[bool, bool, int]:
        rank = entry.ranked.rank if entry.ranked else 0
        return entry.photo.id not in kept, not entry.is_pick, rank

    return min(group, key=order)
