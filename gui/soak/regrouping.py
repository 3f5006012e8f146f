"""What a group command should do to the photos as they stand, found without asking the code that does it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from gui.entry import Entry
from gui.main_window import MainWindow

GROUPING = ("group.split", "group.merge", "group.pick")
_numbers = count(1)

Change = list[tuple[Entry, dict[str, object]]]


def foresee_group(window: MainWindow, command: str) -> Change:
    """Return the groups and picks that the command would make; nothing where there is nothing to do.

    New groups have names of the ledger's own. Photos that were not read stay where they are.
    """
    current = window.grid.current
    if current is None:
        return []
    if command == "group.pick":
        return _pick(window, current)
    return (_split if command == "group.split" else _merge)(window, current)


def _split(window: MainWindow, current: Entry) -> Change:
    selected = window.grid.selected()
    place = window.album.place
    first = place(current)[0]
    chosen = (
        selected
        if len(selected) > 1
        else sorted(
            (e for e in _group_of(window, current) if place(e)[0] >= first), key=lambda e: place(e)[0]
        )
    )
    touched = _groups_of(window, chosen)
    whole = len(touched) == 1 and len(touched[0]) == len(chosen)
    if whole or chosen[0].inspected is None:
        return []
    ids = {entry.photo.id for entry in chosen}
    rests = [[entry for entry in group if entry.photo.id not in ids] for group in touched]
    new = [rest for rest in rests if not all(entry.marks.own_group for entry in rest)]
    return [change for group in (chosen, *new) for change in _one_group(group)]


def _merge(window: MainWindow, current: Entry) -> Change:
    chosen = window.grid.selected()
    if len(chosen) < 2:
        rows = range((window.album.row(current.photo.id) or 0) - 1, -1, -1)
        before = (entry for row in rows if (entry := window.album.entry_at(row)).group != current.group)
        chosen = [current, *(each for each in [next(before, None)] if each is not None)]
    touched = _groups_of(window, chosen)
    if len(touched) < 2 or current.inspected is None:
        return []
    return _one_group([entry for group in touched for entry in group])


def _pick(window: MainWindow, current: Entry) -> Change:
    if current.inspected is None or (current.ranked is not None and current.ranked.sequence is not None):
        return []
    if current.marks.own_pick:
        return [(current, {"own_pick": False})]
    others = [e for e in _group_of(window, current) if e is not current and e.marks.own_pick]
    if any(entry.inspected is None for entry in others):
        return []
    return [(current, {"own_pick": True}), *((entry, {"own_pick": False}) for entry in others)]


def _group_of(window: MainWindow, entry: Entry) -> list[Entry]:
    if entry.group is None:
        return [entry]
    return [other for other in window.album.entries() if other.group == entry.group]


def _groups_of(window: MainWindow, entries: Sequence[Entry]) -> list[list[Entry]]:
    groups = {entry.group if entry.group is not None else entry.photo.name: entry for entry in entries}
    return [_group_of(window, entry) for entry in groups.values()]


def _one_group(entries: Sequence[Entry]) -> Change:
    name = f"soak-{next(_numbers)}"
    return [(entry, {"own_group": name}) for entry in entries if entry.inspected is not None]
