"""Folded groups as rows of the album model: which photo stands for them, and what is painted anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.types import Decision, Marks, Photo, Ranked
from gui.album_model import AlbumModel
from gui.criteria import Filter
from gui.entry import Entry
from gui.folding import front_of
from gui.ordering import Ordering, SortBy
from tests.gui.albums import JOB, inspected, listed, selected


@pytest.fixture
def told(model) -> list[tuple[int, int]]:
    """The ranges of rows that are to be painted anew, as they are told."""
    found: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: found.append((first.row(), last.row())))
    return found


def _ids(model: AlbumModel) -> list[int]:
    return [model.entry_at(row).photo.id for row in range(model.rowCount())]


def test_a_photo_without_a_group_is_neither_folded_nor_placed(model):
    model.apply(JOB, [listed(3)])
    model.fold_all()
    assert [model.is_folded(model.entry_at(row)) for row in range(3)] == [False] * 3
    assert model.folded_groups == 0
    assert model.group_edges(1) == (True, True), "no band joins photos whose groups are unknown"
    assert (model.place(model.entry_at(1)), model.members(model.entry_at(1))) == ((1, 1), [model.entry_at(1)])


def test_only_the_group_that_was_folded_is_folded(model):
    model.apply(JOB, [listed(9), inspected(9), selected(range(9))])
    model.fold(model.entry_at(4))
    assert _ids(model) == [0, 1, 2, 3, 6, 7, 8]
    said = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in (2, 3)]
    assert ["Folded group of 3" in each for each in said] == [False, True]
    assert [model.is_folded(entry) for entry in model.entries()] == [False] * 3 + [True] * 3 + [False] * 3
    assert model.folded_groups == 1
    model.set_ordering(Ordering(grouped=False))
    model.keep(frozenset({5}))
    assert _ids(model) == list(range(9))
    assert not any(model.is_folded(entry) for entry in model.entries()), "groups are dissolved"
    assert model.folded_groups == 0 and model.rowCount() == 9


def test_a_folded_group_shows_the_photo_that_is_kept_and_no_other_row_changes(model, told):
    model.apply(JOB, [listed(9), inspected(9), selected(range(9))])
    model.fold(model.entry_at(4))
    told.clear()
    model.keep(frozenset({5}))
    assert _ids(model) == [0, 1, 2, 5, 6, 7, 8] and told == [(3, 3)]
    model.keep(frozenset({5, 8}))
    assert _ids(model) == [0, 1, 2, 5, 6, 7, 8] and told == [(3, 3)], "the other group is not folded"
    model.keep(frozenset({1}))
    assert _ids(model) == [0, 1, 2, 3, 6, 7, 8], "nothing of it is kept: its pick"
    model.set_marks({photo: Marks(Decision.REJECT) for photo in (3, 5)})
    model.set_filter(Filter.UNDECIDED)
    model.keep(frozenset({5}))
    assert _ids(model) == [0, 1, 2, 4, 6, 7, 8], "what the filter hides is not shown"
    model.set_marks({4: Marks(Decision.REJECT)})
    model.keep(frozenset({4}))
    assert _ids(model) == [0, 1, 2, 6, 7, 8], "a folded group that the filter hides stays hidden"


def test_a_group_of_two_is_folded_and_unfolded(model):
    model.apply(JOB, [listed(5), selected(range(5))])
    for expected in ([0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 3]):
        model.fold(model.entry(3))
        assert _ids(model) == expected


def test_a_folded_group_without_its_pick_shows_its_best():
    def entry(number: int, rank: int, pick: bool = False) -> Entry:
        made = Entry(Photo(number, str(number), (Path(str(number)),)))
        made.ranked = Ranked(number, 0, rank, pick, 0.5, (), ())
        return made

    group = [entry(0, 3), entry(1, 1), entry(2, 2), entry(3, 4, pick=True)]
    assert front_of(group, ()).photo.id == 3
    assert front_of(group[:3], ()).photo.id == 1
    assert front_of(group, {0, 2}).photo.id == 2, "of those that are kept, too"


def test_all_groups_are_folded_unless_all_are(model, told):
    model.fold_all()
    assert not told, "there is nothing to paint"
    model.apply(JOB, [listed(7), selected(range(7))])  # the last photo is a group of its own
    model.fold_all()
    assert _ids(model) == [0, 3, 6] and model.folded_groups == 2, "one photo cannot be folded"
    model.fold_all()
    assert _ids(model) == list(range(7))
    model.fold(model.entry_at(0))
    told.clear()
    model.fold_all()
    assert _ids(model) == [0, 3, 6] and (0, 2) in told, "the header of each group is painted anew"


def test_a_photo_without_a_group_stands_for_itself_in_any_order(model):
    model.apply(JOB, [listed(3), selected([0, 2])])
    model.set_ordering(Ordering(SortBy.NAME, reverse=True))
    assert _ids(model) == [2, 0, 1], "the group of the first and the third stays together"
