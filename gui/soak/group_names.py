"""What the window calls the groups made by hand, and what the ledger calls them."""

from __future__ import annotations

from dataclasses import replace

from engine.types import Marks


class GroupNames:
    """Pairs of names, one for one and for good: a pair is learned when both names are seen first."""

    def __init__(self) -> None:
        self._found = {"": ""}  # by the ledger's name
        self._ours = {"": ""}  # by the window's name

    def same(self, ours: Marks, found: Marks) -> bool:
        """Tell whether the window's marks are what the ledger has."""
        if ours.own_group not in self._found and found.own_group not in self._ours:
            self._found[ours.own_group], self._ours[found.own_group] = found.own_group, ours.own_group
        expected = self._found.get(ours.own_group)
        return expected is not None and replace(ours, own_group=expected) == found

    def in_our_words(self, found: Marks) -> Marks:
        """Return the window's marks with the ledger's name of the group, where there is one."""
        return replace(found, own_group=self._ours.get(found.own_group, found.own_group))
