"""The album as a Qt list model: applies the engine's events, keyed by photo id, and filters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal

from engine.events import AlbumListed, Event, PhotoFailed, PhotoScored, PhotosInspected, Selected
from engine.types import SCORING_ROLES, Marks, Role, Score, Selection, Verdict
from gui import wording
from gui.criteria import Counts, Criteria, Filter, count
from gui.entry import Entry, note_softness
from gui.folding import Folding, front_of
from gui.ordering import Ordering
from gui.row_changes import RowsModel

Index = QModelIndex | QPersistentModelIndex


class AlbumModel(RowsModel):
    """Rows are photos in the order to show them in, those that pass the filter.

    Events of a job other than the one that was begun are dropped.
    """

    changed = Signal()  # anything that counts or details depend on

    def __init__(self, roles: int = len(SCORING_ROLES)) -> None:
        super().__init__()
        self.roles = roles  # how many models make a full composite
        self._job = 0
        self._entries: dict[int, Entry] = {}
        self._order: list[int] = []
        self._members: dict[int, list[int]] = {}
        self._picks: set[int] = set()
        self._sorted: list[int] = []  # all photos, in the order to show them in
        self._passing_ids: frozenset[int] | None = None
        self._passed: list[int] = []  # those of them that pass the filter, folded away or not
        self._criteria = Criteria()
        self._ordering = Ordering()
        self._folding = Folding()
        self._kept: frozenset[int] = frozenset()  # photos that folding does not take away
        self._counts: Counts | None = None  # until an entry changes
        self.marks_known: bool | None = None  # of the photos that were read; False where they cannot be
        self.awaited = True  # whether scores that are missing are still to come
        self.off: frozenset[Role] = frozenset()  # roles whose scores count for nothing and are not shown

    # -- what views ask

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[self._rows[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.photo.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.describe(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._in_one_line(entry)
        return None

    @property
    def job(self) -> int:
        return self._job

    @property
    def criteria(self) -> Criteria:
        return self._criteria

    @property
    def ordering(self) -> Ordering:
        return self._ordering

    @property
    def total(self) -> int:
        """How many photos the album has, whatever the filter."""
        return len(self._entries)

    @property
    def is_read(self) -> bool:
        """Whether all photos were read, or tried, and what was decided on them is known."""
        return self.marks_known is True and all(entry.is_read for entry in self._entries.values())

    def entry_at(self, row: int) -> Entry:
        return self._entries[self._rows[row]]

    def entry(self, photo_id: int) -> Entry | None:
        return self._entries.get(photo_id)

    def holds(self, entry: Entry | None) -> bool:
        """Tell whether an entry is of the album that is open: a view may still show a former one."""
        return entry is not None and self._entries.get(entry.photo.id) is entry

    def entries(self) -> list[Entry]:
        """Return all photos in the order to show them in, whatever the filter."""
        return [self._entries[photo] for photo in self._sorted]

    def passing(self) -> list[int]:
        """Return the photos that pass the filter, in the order to show them in, folded away or not."""
        return self._passed

    def passes(self, photo_id: int) -> bool:
        """Tell whether a photo passes the filter, folded away or not."""
        if self._passing_ids is None:
            self._passing_ids = frozenset(self._passed)
        return photo_id in self._passing_ids

    def order_of(self, photo_id: int) -> int:
        """Return a photo's place in the album, whatever is shown."""
        return self._order.index(photo_id)

    def is_folded(self, entry: Entry) -> bool:
        """Tell whether this photo stands for its folded group."""
        folds = self._ordering.grouped and entry.group is not None
        return folds and self._folding.is_folded(self._members[entry.group])  # type: ignore[index]

    @property
    def may_fold(self) -> bool:
        """Whether a group may be folded, now or once groups that are dissolved are back."""
        return self._folding.any

    @property
    def folded_groups(self) -> int:
        """How many of the groups that are shown are folded."""
        if not self._folding.any or not self._ordering.grouped:
            return 0
        return sum(any(map(self.passes, members)) for members in self._folded_members())

    def _folded_members(self) -> list[list[int]]:
        return [members for members in self._members.values() if self._folding.is_folded(members)]

    def members(self, entry: Entry) -> list[Entry]:
        """Return the photos of an entry's group, itself among them; it alone when groups are unknown."""
        group = entry.group
        return [entry] if group is None else [self._entries[photo] for photo in self._members[group]]

    def place(self, entry: Entry) -> tuple[int, int]:
        """Return (position from 1, size) of a photo in its group."""
        if entry.group is None:
            return 1, 1
        members = self._members[entry.group]
        return members.index(entry.photo.id) + 1, len(members)

    def group_edges(self, row: int) -> tuple[bool, bool]:
        """Tell whether the row is the first and whether it is the last of its group among those shown."""
        group = self.entry_at(row).group
        if group is None or not self._ordering.grouped:
            return True, True
        first = row == 0 or self.entry_at(row - 1).group != group
        last = row + 1 == len(self._rows) or self.entry_at(row + 1).group != group
        return first, last

    def verdict(self, entry: Entry) -> tuple[Verdict, str] | None:
        """Return the verdict to show on a photo and the other photo's name."""
        verdict = wording.telling_verdict(entry, self._picks)
        return None if verdict is None else (verdict, self._other_name(verdict, entry))

    def verdicts(self, entry: Entry) -> list[tuple[Verdict, str]]:
        """Return all verdicts on a photo, each with the other photo's name."""
        return [(verdict, self._other_name(verdict, entry)) for verdict in entry.verdicts]

    def _other_name(self, verdict: Verdict, entry: Entry) -> str:
        other = verdict.b if verdict.a == entry.photo.id else verdict.a
        return self._entries[other].photo.name

    def describe(self, entry: Entry) -> str:
        """Return the tooltip of a photo."""
        found = self.verdict(entry)
        sentence = wording.verdict_sentence(found[0], entry, found[1]) if found else None
        words = wording.tooltip(entry, self.scores(entry), self.roles, sentence, awaited=self.awaited)
        return f"{words}\nFolded group of {self.place(entry)[1]}" if self.is_folded(entry) else words

    def _in_one_line(self, entry: Entry) -> str:
        """Return what a screen reader says of a photo: its place in the group, which others see, as well."""
        at, size = self.place(entry)
        lines = [line.rstrip(".") for line in self.describe(entry).splitlines()]
        return ". ".join([*lines, f"Photo {at} of {size} in its group"] if size > 1 else lines)

    def scores(self, entry: Entry) -> tuple[Score, ...]:
        """Return a photo's scores without those of roles that are switched off."""
        return tuple(score for score in entry.scores if score.role not in self.off)

    def faces_found(self, entry: Entry) -> wording.FacesFound | None:
        """Return what is known of a photo's faces, unless the model that found them is switched off."""
        return None if Role.PORTRAIT in self.off else wording.faces_found(entry)

    def counts(self) -> Counts:
        if self._counts is None:
            self._counts = count(self._entries.values(), self.off)
        return self._counts

    def nearest_row(self, photo_id: int) -> int | None:
        """Return the row of a photo, or of the next one after it (else before it) that is shown."""
        if not self._rows:
            return None
        if (row := self.row(photo_id)) is not None:
            return row
        try:
            at = self._sorted.index(photo_id)
        except ValueError:
            return 0
        later = (self.row(photo) for photo in self._sorted[at:])
        return next((row for row in later if row is not None), len(self._rows) - 1)

    # -- what changes it

    def begin(self, job_id: int) -> None:
        """Forget the album; from now on only events of `job_id` count."""
        self.beginResetModel()
        self._job = job_id
        self._entries, self._order, self._sorted = {}, [], []
        self._members, self._picks, self._counts = {}, set(), None
        self._folding, self._kept, self.marks_known = Folding(), frozenset(), None
        self._pass([])
        self._set([])
        self.endResetModel()
        self.changed.emit()

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes this filter alone."""
        self.set_criteria(Criteria().toggled(wanted))

    def set_criteria(self, criteria: Criteria) -> None:
        if criteria != self._criteria:
            self._criteria = criteria
            self._reset_to(self._passing())  # views then go to the nearest photo that is shown
            self.changed.emit()

    def set_ordering(self, ordering: Ordering) -> None:
        if ordering != self._ordering:
            self._ordering = ordering
            self._sort()
            self._show(self._passing())
            self._tell_all()  # every group's header
            self.changed.emit()

    def fold(self, entry: Entry) -> None:
        """Fold or unfold the group of a photo."""
        self._fold(self._folding.toggled([member.photo.id for member in self.members(entry)]))

    def fold_all(self) -> None:
        """Fold all groups; unfold all where all are folded."""
        several = sum(len(members) > 1 for members in self._members.values())
        self._fold(Folding(everything=len(self._folded_members()) < several))

    def _fold(self, folding: Folding) -> None:
        self._folding = folding
        self._show(self._folded())
        self._tell_all()  # every group's header
        self.changed.emit()

    def keep(self, photos: frozenset[int]) -> None:
        """Have folded groups show these photos, current or selected, in place of their picks."""
        before, self._kept = self._kept, photos
        if self._folding.any and self._ordering.grouped:
            for group in {self._entries[p].group for p in before ^ photos if p in self._entries}:
                self._show_front(group)

    def _show_front(self, group: int | None) -> None:
        members = [] if group is None else self._members[group]
        row = next((at for photo in members if (at := self.row(photo)) is not None), None)
        if row is not None and self._folding.is_folded(members):
            front = front_of((self._entries[p] for p in members if self.passes(p)), self._kept).photo.id
            if self._rows[row] != front:
                self._replace(row, front)

    def apply(self, job_id: int, events: Sequence[Event]) -> None:
        """Apply a batch of events; those of another job are dropped."""
        if job_id != self._job:
            return
        touched: set[int] = set()
        self._counts = None
        for event in events:
            self._apply_one(event, touched)
        self._refilter()
        self._tell_changed(touched, len(touched))
        self.changed.emit()

    def await_scores(self, awaited: bool) -> None:
        """Say whether scores that are missing are still to come."""
        if awaited != self.awaited:
            self.awaited = awaited
            self._tell_all()
            self.changed.emit()

    def switch_off(self, roles: frozenset[Role]) -> None:
        """Show no scores of these roles, and those of all others; neither sort nor choose by them."""
        if roles != self.off:
            switched, self.off, self._counts = self.off ^ roles, roles, None
            if self._ordering.is_by(switched):
                self._sort()
            if self._ordering.is_by(switched) or self._criteria.is_by(switched):
                self._reset_to(self._passing())
            self.changed.emit()

    def show_changed(self, photos: Collection[int]) -> None:
        """Mark the photos, and no others, whose pick differs without the models that are switched off."""
        touched = {photo for photo, entry in self._entries.items() if entry.changed != (photo in photos)}
        for photo in touched:
            self._entries[photo].changed = photo in photos
        self._counts = None
        self._refilter()
        self._tell_changed(touched, len(touched))
        self.changed.emit()

    def set_marks(self, marks: Mapping[int, Marks]) -> None:
        """Show marks that are on disk already."""
        touched = {photo for photo in marks if photo in self._entries}
        for photo in touched:
            self._entries[photo].marks = marks[photo]
        self._counts = None
        self._refilter(regrouped=False)
        self._tell_changed(touched, len(touched))
        self.changed.emit()

    def _apply_one(self, event: Event, touched: set[int]) -> None:
        match event:
            case PhotoScored():
                if entry := self._entries.get(event.photo_id):
                    entry.set_scores(event.scores)
                    touched.add(event.photo_id)
            case PhotoFailed():
                if entry := self._entries.get(event.photo_id):
                    entry.error = event.reason
                    touched.add(event.photo_id)
            case PhotosInspected():
                for photo, inspected in event.inspected.items():
                    if entry := self._entries.get(photo):
                        entry.set_inspected(inspected)
                touched.update(event.inspected)
            case Selected():
                self._select(event.selection)
                touched.update(self._entries)
            case AlbumListed():
                self._list(event)

    def _list(self, event: AlbumListed) -> None:
        self.beginResetModel()
        self._entries = {photo.id: Entry(photo) for photo in event.photos}
        self._order = list(self._entries)
        self._members, self._picks = {}, set()
        self._sort()
        self._set(self._passing())
        self.endResetModel()

    def _select(self, selection: Selection) -> None:
        entries = self._entries
        members: dict[int, list[int]] = {}
        for photo, ranked in selection.ranked.items():
            if entry := entries.get(photo):
                entry.ranked = ranked
                entry.verdicts = ()
        self._order = _complete(selection.order, entries)
        for photo in self._order:
            if ranked := entries[photo].ranked:
                members.setdefault(ranked.group, []).append(photo)
        for verdict in selection.verdicts:
            if verdict.a in entries and verdict.b in entries:
                for entry in (entries[verdict.a], entries[verdict.b]):
                    entry.verdicts = (*entry.verdicts, verdict)
        self._members = members
        self._picks = {photo for photo, ranked in selection.ranked.items() if ranked.pick}
        for group in members.values():
            note_softness(entries[photo] for photo in group)
        self._sort()

    def _sort(self) -> None:
        self._sorted = self._ordering.sort([self._entries[photo] for photo in self._order], self.off)

    def _passing(self) -> list[int]:
        self._pass(self._criteria.passing(self._sorted, self._entries, self.off))
        return self._folded()

    def _pass(self, photos: list[int]) -> None:
        self._passed, self._passing_ids = photos, None

    def _folded(self) -> list[int]:
        if not self._ordering.grouped:
            return list(self._passed)
        return self._folding.shown(self._passed, self._entries, self._members, self._kept)

    def _refilter(self, *, regrouped: bool = True) -> None:
        """Show what passes now. Folding takes 20 ms for 20,000 photos: not where they are the same."""
        before = self._passed
        self._pass(self._criteria.passing(self._sorted, self._entries, self.off))
        if regrouped or self._passed != before:
            self._show(self._folded())


def _complete(order: Sequence[int], entries: Mapping[int, Entry]) -> list[int]:
    """Return `order` without unknown photos, and with those it leaves out at the end."""
    placed = set(order)
    return [p for p in order if p in entries] + [p for p in entries if p not in placed]
