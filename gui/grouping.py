"""Groups in the photographer's hands: fold, split, merge, and another pick than the suggested one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from PySide6.QtCore import QObject, Slot

from engine.library.marks import MarkChange
from engine.words import counted
from gui import wording
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.commands import key_of
from gui.decisions import Decisions
from gui.entry import Entry
from gui.grid import Grid
from gui.messages import Messages
from gui.switching import Switching

LATER = "It shows with the next groups of this run."


class Grouping(QObject):
    """What the group commands do. Changes by hand are on disk before they show, and undone like marks."""

    def __init__(
        self,
        model: AlbumModel,
        grid: Grid,
        decisions: Decisions,
        run: AlbumRun,
        switching: Switching,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._model, self._grid, self._decisions = model, grid, decisions
        self._run, self._switching, self._messages = run, switching, messages
        self._changed: int | None = None  # a photo of the group whose new pairs are still to be told
        decisions.regrouped.connect(self._show_anew)
        switching.recomposed.connect(self._tell_awaited)

    # -- folding

    def fold(self) -> None:
        """Fold or unfold the group of the current photo."""
        current = self._grid.current
        if current is None or not self._can_fold():
            return
        if len(self._model.members(current)) < 2:
            self._messages.info("This photo is alone in its group: there is nothing to fold.")
            return
        self._grid.fold(current)

    def fold_all(self) -> None:
        """Fold all groups; unfold them where all are folded."""
        if self._can_fold():
            self._grid.fold_all()

    def _can_fold(self) -> bool:
        if not self._model.ordering.grouped:
            self._messages.info("Groups are dissolved: Shift+G keeps them together, then they can be folded.")
        return self._model.ordering.grouped

    # -- by hand

    def split(self) -> None:
        """Let the current photo begin a new group, or make the selected photos a group of their own."""
        current, selected = self._grid.current, self._grid.selected()
        if current is None:
            return
        several = len(selected) > 1
        members = self._model.members(current)
        chosen = selected if several else members[members.index(current) :]
        ids = {entry.photo.id for entry in chosen}
        touched = self._groups_of(chosen)
        if len(touched) == 1 and len(chosen) == len(touched[0]):
            alone = "They are a group already." if several else "This photo begins its group already."
            self._messages.info(f"{alone} There is nothing to split.")
            return
        rests = [[entry for entry in group if entry.photo.id not in ids] for group in touched]
        changes = _grouped(chosen)
        for rest in rests:
            if rest and not all(entry.marks.own_group for entry in rest):
                changes |= _grouped(rest)
        text = wording.split_text([entry.photo.name for entry in chosen], several=several)
        self._change(changes, text, chosen[0], _breaks(touched))

    def merge(self) -> None:
        """Make one group of the current and the one before, or of all that have a selected photo."""
        current, selected = self._grid.current, self._grid.selected()
        if current is None:
            return
        several = len(selected) > 1
        before = group_before(self._model, current)
        chosen = selected if several else [current] + ([before] if before else [])
        touched = self._groups_of(chosen)
        if len(touched) < 2:
            one = (
                "The selected photos are of one group already."
                if several
                else "No group is shown before this one."
            )
            self._messages.info(f"{one} There is nothing to merge.")
            return
        members = [entry for group in touched for entry in group]
        text = wording.merge_text([entry.photo.name for entry in members], len(touched))
        self._change(_grouped(members), text, current, _breaks(touched))

    def pick(self) -> None:
        """Make the current photo the pick of its group, or leave the pick to Framepick again."""
        current = self._grid.current
        if current is None:
            return
        if current.ranked is not None and current.ranked.sequence is not None:
            self._messages.info(f"A {current.ranked.sequence} is kept whole: all its photos are picks.")
            return
        own = not current.marks.own_pick
        changes = {current.photo.id: MarkChange(own_pick=own)}
        for entry in self._model.members(current) if own else ():
            if entry is not current and entry.marks.own_pick:
                changes[entry.photo.id] = MarkChange(own_pick=False)
        text = f"{current.photo.name} is {'your pick' if own else 'no longer your pick'}"
        self._change(changes, text, current)

    def _groups_of(self, entries: Sequence[Entry]) -> list[list[Entry]]:
        """Return the whole groups of these photos, in the order of the album."""
        firsts = {self._model.members(entry)[0].photo.id: entry for entry in entries}
        return [self._model.members(firsts[first]) for first in sorted(firsts, key=self._model.order_of)]

    def _change(self, changes: dict[int, MarkChange], text: str, about: Entry, warning: str = "") -> None:
        if about.photo.id not in changes:
            self._messages.warn(f"{about.photo.name} cannot be grouped: it was not read (yet).")
            return
        first = {about.photo.id: changes[about.photo.id]}  # where undo goes to
        if self._decisions.mark(first | changes, text):
            self._changed = about.photo.id
            later = "" if self._switching.ready else f" {LATER}"
            self._messages.info(f"{text}.{warning}{later}")

    # -- showing

    @Slot()
    def _show_anew(self) -> None:
        """Groups or picks are other ones on disk, by a command or by undo: compose them anew."""
        self._run.regrouped.count += 1
        self._switching.recompose()

    @Slot()
    def _tell_awaited(self) -> None:
        """Say once how many close pairs of a changed group nobody has compared."""
        photo, self._changed = self._changed, None
        entry = None if photo is None else self._model.entry(photo)
        if entry is None:
            return
        verdicts = {v for member in self._model.members(entry) for v in member.verdicts if v.awaited}
        if verdicts:
            pairs = counted(len(verdicts), "close pair")
            self._messages.info(
                f"{pairs} of this group {wording.AWAITED}: {key_of('album.again')} has the comparator do it."
            )


def _grouped(entries: Sequence[Entry]) -> dict[int, MarkChange]:
    """Return the changes that put photos into one group; those that nobody could read stay where they are."""
    token = uuid4().hex
    return {e.photo.id: MarkChange(own_group=token) for e in entries if e.inspected is not None}


def _breaks(groups: Sequence[Sequence[Entry]]) -> str:
    """Return a sentence where a bracket or panorama will no longer be one."""
    kinds = {e.ranked.sequence.value for group in groups for e in group if e.ranked and e.ranked.sequence}
    return f" The {' and the '.join(sorted(kinds))} is no longer kept whole." if kinds else ""


def group_before(model: AlbumModel, entry: Entry) -> Entry | None:
    """Return a photo of the group that is shown before this photo's."""
    rows = range((model.row(entry.photo.id) or 0) - 1, -1, -1)
    return next((each for each in map(model.entry_at, rows) if each.group != entry.group), None)
