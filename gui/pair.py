"""The two photos that are compared: which they are, and who comes next."""

from __future__ import annotations

from collections.abc import Sequence

from engine.types import Decision, Verdict
from gui.album_model import AlbumModel
from gui.entry import Entry

LEFT, RIGHT = 0, 1


class Pair:
    """Champion on the left, challenger on the right. One side is active: it steps, the other stays."""

    def __init__(self, model: AlbumModel) -> None:
        self._model = model
        self._sides: list[Entry | None] = [None, None]
        self.active = RIGHT

    def __getitem__(self, side: int) -> Entry | None:
        return self._sides[side]

    def forget_former(self) -> None:
        """Drop photos of a former album."""
        self._sides = [entry if self._model.holds(entry) else None for entry in self._sides]

    def begin(self, current: Entry, selected: Sequence[Entry] = ()) -> None:
        """Compare two selected photos; else the pick of the group with this one, or with its runner-up."""
        self.active = RIGHT
        if len(selected) == 2:
            self._sides = [selected[LEFT], selected[RIGHT]]
            return
        shown = self._shown(current)
        champion = next((entry for entry in shown if entry.is_pick), current)
        rivals = sorted((e for e in shown if e is not champion), key=_rank)
        open_ = [entry for entry in rivals if entry.decision is not Decision.REJECT] or rivals
        challenger = current if current is not champion else next(iter(open_), self._neighbour(champion))
        self._sides = [champion, challenger]

    def take(self, current: Entry) -> None:
        """Follow the current photo: it is on a side already, or goes to the active one, or begins anew."""
        if current in self._sides:
            self.active = self._sides.index(current)
            return
        other = self._sides[1 - self.active]
        if other is not None and other.group is not None and other.group == current.group:
            self._sides[self.active] = current
        else:
            self.begin(current)
            self.active = LEFT if self._sides[LEFT] is current else RIGHT

    def let_challenger_step(self) -> Entry | None:
        """Make the right side active, as when a comparison begins; return its photo.

        None, and nothing is changed, where it is of another group: the next group is not to be skipped.
        """
        champion, challenger = self._sides
        if champion is None or challenger is None or champion.group != challenger.group:
            return None
        self.active = RIGHT
        return challenger

    def next_one(self, step: int) -> Entry | None:
        """Return who would step onto the active side: the next (+1) or previous (-1) of the group."""
        current, other = self._sides[self.active], self._sides[1 - self.active]
        if current is None:
            return None
        members = [entry for entry in self._shown(current) if entry is not other]
        if current not in members:
            return None
        at = members.index(current) + step
        return members[at] if 0 <= at < len(members) else None

    def keep(self, side: int) -> tuple[Entry, Entry] | None:
        """Return (who is kept, who goes), None while a side is empty."""
        kept, gone = self._sides[side], self._sides[1 - side]
        return (kept, gone) if kept and gone else None

    def challenge(self, champion: Entry) -> Entry | None:
        """Put the winner on the left; return the next of the group that is undecided, as challenger."""
        rivals = [e for e in self._shown(champion) if e is not champion and e.decision is Decision.NONE]
        challenger = min(rivals, key=_rank, default=None)
        if challenger is not None:
            self._sides = [champion, challenger]
            self.active = RIGHT
        return challenger

    def swap(self) -> None:
        self._sides.reverse()
        self.active = 1 - self.active

    def verdict(self) -> Verdict | None:
        """Return what was said of just these two, or None when they are no close pair."""
        left, right = self._sides
        if left is None or right is None:
            return None
        ids = {left.photo.id, right.photo.id}
        return next((v for v in left.verdicts if {v.a, v.b} == ids), None)

    def _shown(self, entry: Entry) -> list[Entry]:
        """Return the members of a group that the filter shows, and the photo itself."""
        members = self._model.members(entry)
        return [e for e in members if e is entry or self._model.passes(e.photo.id)]

    def _neighbour(self, entry: Entry) -> Entry | None:
        """Return the photo shown next, for a photo that is alone in its group."""
        row = self._model.row(entry.photo.id)
        if row is None:
            return None
        near = [at for at in (row + 1, row - 1) if 0 <= at < self._model.rowCount()]
        return self._model.entry_at(near[0]) if near else None


def _rank(entry: Entry) -> int:
    return entry.ranked.rank if entry.ranked else 0
