"""Reviewing from the keyboard: deciding and moving between photos and groups."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.library.marks import MarkChange
from engine.types import Decision, Label
from gui.album_model import AlbumModel
from gui.criteria import Criteria, Filter
from gui.decisions import Decisions
from gui.entry import Entry
from gui.grid import Grid
from gui.messages import Messages
from gui.nothing_shown import nothing_text


class Review(QObject):
    """What the review commands do. The grid holds the current photo, in the large view too."""

    landed = Signal()  # in another group

    def __init__(
        self, model: AlbumModel, grid: Grid, decisions: Decisions, messages: Messages, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._model, self._grid, self._decisions = model, grid, decisions
        self._messages = messages
        self.auto_advance = True

    # -- deciding

    def accept(self) -> None:
        self._decide(Decision.ACCEPT)

    def reject(self) -> None:
        self._decide(Decision.REJECT)

    def clear(self) -> None:
        self._decide(Decision.NONE)

    def rate(self, stars: int) -> None:
        """Give the selected photos 0 to 5 stars."""
        self._mark(MarkChange(stars=stars))

    def label(self, label: Label) -> None:
        """Give the selected photos a colour label, or take it off where all of them have it."""
        have = all(entry.marks.label is label for entry in self._grid.selected())
        self._mark(MarkChange(label=Label.NONE if have else label))

    def keep_one(self) -> None:
        """Accept this photo, reject the rest of its group, go on. A sequence is accepted whole."""
        current = self._grid.current
        if current is None or current.inspected is None:
            self._decide(Decision.ACCEPT)  # says why it cannot
            return
        members = [entry for entry in self._model.members(current) if entry.inspected is not None]
        whole = current.ranked is not None and current.ranked.sequence is not None
        change = {
            entry.photo.id: Decision.ACCEPT if whole or entry is current else Decision.REJECT
            for entry in members
        }
        following = self._landing(+1)
        undecided = any(entry.is_undecided for entry in members)
        if change and self._decisions.decide(change, say=True):
            self._tell_if_done(undecided)
            self._land(following)

    def undo(self) -> None:
        self._go_to(self._decisions.undo())

    def redo(self) -> None:
        self._go_to(self._decisions.redo())

    def _decide(self, decision: Decision) -> None:
        self._mark(MarkChange(decision))

    def _mark(self, change: MarkChange) -> None:
        entries = self._grid.selected()
        if not entries:
            return
        following = self._after(entries)
        undecided = any(entry.is_undecided for entry in entries)
        marked = self._decisions.mark_selected(entries, change)
        if marked:
            self._tell_if_done(undecided)
        if marked and self.auto_advance and following is not None:
            self._grid.go_to(following.photo.id)

    def _tell_if_done(self, undecided: bool) -> None:
        """Say that every photo is decided, when one of those that were just marked was `undecided` before."""
        if undecided and not any(entry.is_undecided for entry in self._model.entries()):
            self._messages.info(nothing_text(Criteria().toggled(Filter.UNDECIDED)))

    def _after(self, entries: list[Entry]) -> Entry | None:
        """Return the photo after the selected ones, chosen before a filter may hide them."""
        rows = [row for entry in entries if (row := self._model.row(entry.photo.id)) is not None]
        row = max(rows, default=-1) + 1
        return self._model.entry_at(row) if row < self._model.rowCount() else None

    # -- moving

    def next_photo(self) -> None:
        self._move(+1)

    def previous_photo(self) -> None:
        self._move(-1)

    def first_photo(self) -> None:
        self._grid.go_to_row(0)

    def last_photo(self) -> None:
        self._grid.go_to_row(self._model.rowCount() - 1)

    def next_group(self) -> None:
        self._go_to_group(+1)

    def previous_group(self) -> None:
        self._go_to_group(-1)

    def next_undecided(self) -> None:
        """Go to the next photo without a decision; after the last photo, on from the first."""
        passing, current = self._model.passing(), self._grid.current
        start = passing.index(current.photo.id) + 1 if current else 0
        for photo in passing[start:] + passing[: max(0, start - 1)]:
            entry = self._model.entry(photo)
            if entry is not None and entry.is_undecided:
                self._grid.go_to(photo)
                return
        if passing and not (current and current.is_undecided):
            self._messages.info("Every photo that is shown is decided.")

    def _move(self, step: int) -> None:
        self._grid.go_to_row(self._row() + step)

    def _row(self) -> int:
        return self._grid.currentIndex().row()

    def _go_to(self, photo_id: int | None) -> None:
        if photo_id is not None:
            self._grid.go_to(photo_id)

    def _go_to_group(self, step: int) -> None:
        self._land(self._landing(step))

    def _land(self, target: Entry | None) -> None:
        if target is not None:
            self._grid.go_to(target.photo.id)
            self.landed.emit()

    def _landing(self, step: int) -> Entry | None:
        """Return the pick of the neighbouring group, or its first photo where the pick is not shown."""
        first = self._first_of_group(step)
        if first is None:
            return None
        shown = [entry for entry in self._model.members(first) if self._model.passes(entry.photo.id)]
        return next((entry for entry in shown if entry.is_pick), shown[0])

    def _first_of_group(self, step: int) -> Entry | None:
        """Return some shown photo of the next (+1) or previous (-1) group."""
        row = self._row()
        if row < 0:
            return None
        group = self._model.entry_at(row).group
        while 0 <= (row := row + step) < self._model.rowCount():
            entry = self._model.entry_at(row)
            if entry.group is None or entry.group != group:
                return entry
        return None
