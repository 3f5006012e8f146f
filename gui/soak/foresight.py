"""What a deciding key should do to the photos as they stand, found without asking the code that does it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.library.marks import MOST_STARS
from engine.types import Decision, Label
from gui.entry import Entry
from gui.main_window import MainWindow
from gui.pair import LEFT, RIGHT
from gui.soak.ledger import Change, Fields
from gui.soak.regrouping import GROUPING, foresee_group

_DECISIONS = {
    "review.accept": Decision.ACCEPT,
    "review.reject": Decision.REJECT,
    "review.clear": Decision.NONE,
}
_STARS = {f"rate.{stars}": stars for stars in range(MOST_STARS + 1)}
_LABELS = {f"label.{label.value}": label for label in Label if label is not Label.NONE}
_KEEPING = {"compare.keep_left": LEFT, "compare.keep_right": RIGHT}
_WALKING = ("review.undo", "review.redo")
DECIDING = frozenset({*_DECISIONS, *_STARS, *_LABELS, *_KEEPING, *_WALKING, *GROUPING, "review.keep_one"})


def foresee(window: MainWindow, command: str) -> Change:
    """Return the marks that the command would give, by the photo's name; nothing where it may not decide.

    A photo that was not read cannot be decided on: of a selection the others are, of a pair neither is.
    """
    if command in _KEEPING:
        change = _keep_side(window, _KEEPING[command])
    elif command == "review.keep_one":
        change = _keep_one(window)
    elif command in GROUPING:
        change = foresee_group(window, command)
    else:
        change = _mark(window, command)
    if any(entry.inspected is None for entry, _ in change):
        return {}
    return {entry.photo.name: fields for entry, fields in change}


_Change = Sequence[tuple[Entry, Fields]]


def _mark(window: MainWindow, command: str) -> _Change:
    selected = window.grid.selected()
    if command in _DECISIONS:
        fields: Fields = {"decision": _DECISIONS[command]}
    elif command in _STARS:
        fields = {"stars": _STARS[command]}
    elif command in _LABELS:
        label = _LABELS[command]
        everywhere = all(entry.marks.label is label for entry in selected)
        fields = {"label": Label.NONE if everywhere else label}
    else:
        return []
    readable = [entry for entry in selected if entry.inspected is not None]
    return [(entry, fields) for entry in readable or selected]


def _keep_one(window: MainWindow) -> _Change:
    current = window.grid.current
    if current is None or current.inspected is None:
        return _mark(window, "review.accept")
    whole = current.ranked is not None and current.ranked.sequence is not None
    members = [entry for entry in window.album.entries() if entry is current or _together(entry, current)]
    return [
        (entry, {"decision": Decision.ACCEPT if whole or entry is current else Decision.REJECT})
        for entry in members
        if entry.inspected is not None
    ]


def _together(entry: Entry, other: Entry) -> bool:
    return entry.group is not None and entry.group == other.group


def _keep_side(window: MainWindow, side: int) -> _Change:
    pair = window.views.compare.pair
    kept, gone = pair[side], pair[1 - side]
    if kept is None or gone is None:
        return []
    return [(kept, {"decision": Decision.ACCEPT}), (gone, {"decision": Decision.REJECT})]
