"""The album model: events in, exact row signals out."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.events import PhotoFailed
from engine.types import Decision, Marks, Role, Verdict
from gui.album_model import AlbumModel
from gui.criteria import Filter
from gui.row_changes import MOST_RANGES, ranges
from tests.gui.albums import inspected, listed, scored, selected

JOB = 7


@pytest.fixture
def model(qapp):
    album = AlbumModel()
    tester = QAbstractItemModelTester(album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    album.begin(JOB)
    yield album
    tester.deleteLater()


def _names(model: AlbumModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def _ids(model: AlbumModel) -> list[int]:
    return [model.entry_at(row).photo.id for row in range(model.rowCount())]


def test_rows_appear_when_the_album_is_listed(model):
    model.apply(JOB, [listed(3)])
    assert _names(model) == ["IMG_0000.JPG", "IMG_0001.JPG", "IMG_0002.JPG"]


def test_events_of_another_job_are_dropped(model):
    model.apply(JOB, [listed(3)])
    model.apply(JOB - 1, [listed(5), scored(0), PhotoFailed(1, "is empty")])
    assert model.rowCount() == 3
    assert model.entry_at(0).scores == ()
    assert model.entry_at(1).error is None


def test_a_new_job_forgets_the_album(model):
    model.apply(JOB, [listed(3), selected([0, 1, 2])])
    model.begin(JOB + 1)
    assert model.rowCount() == model.total == 0
    model.apply(JOB, [listed(3)])
    assert model.rowCount() == 0


def test_results_are_kept_by_photo_id_whatever_the_row(model):
    model.apply(JOB, [listed(4), selected([3, 2, 1, 0])])
    model.apply(JOB, [scored(0, 0.25)])
    assert _ids(model) == [3, 2, 1, 0]
    assert model.entry_at(3).scores[0].value == 0.25
    assert model.entry_at(0).scores == ()


def test_a_score_changes_its_own_row_only(qtbot, model):
    model.apply(JOB, [listed(50)])
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.apply(JOB, [scored(17)])
    first, last = changed.args[0], changed.args[1]
    assert (first.row(), last.row()) == (17, 17)


def test_a_new_order_carries_persistent_indexes_along(qtbot, model):
    model.apply(JOB, [listed(6)])
    kept = QPersistentModelIndex(model.index(1, 0))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.layoutChanged):
        model.apply(JOB, [selected([5, 4, 3, 2, 1, 0])])
    assert kept.row() == 4
    assert kept.data() == "IMG_0001.JPG"


def test_unknown_photos_of_a_selection_are_ignored_and_forgotten_ones_kept_at_the_end(model):
    model.apply(JOB, [listed(3)])
    model.apply(JOB, [selected([2, 99, 0], verdicts=(Verdict(99, 0, 0, 0.6, "composite"),))])
    assert _ids(model) == [2, 0, 1]
    assert model.entry_at(1).verdicts == ()


def test_groups_know_their_members_places_and_edges(model):
    model.apply(JOB, [listed(6), selected(range(6))])
    assert [model.place(model.entry_at(row)) for row in range(4)] == [(1, 3), (2, 3), (3, 3), (1, 3)]
    assert [model.group_edges(row) for row in range(3)] == [(True, False), (False, False), (False, True)]
    assert [e.photo.id for e in model.members(model.entry_at(4))] == [3, 4, 5]


def test_edges_are_those_of_the_photos_shown(model):
    model.apply(JOB, [listed(6), inspected(6), selected(range(6))])
    model.set_marks({0: Marks(Decision.ACCEPT), 2: Marks(Decision.ACCEPT)})
    model.set_filter(Filter.UNDECIDED)
    assert _ids(model) == [1, 3, 4, 5]
    assert model.group_edges(0) == (True, True)
    assert model.place(model.entry_at(0)) == (2, 3), "the place is that in the whole group"


def test_a_decision_takes_just_its_row_out_of_the_filter(qtbot, model):
    model.apply(JOB, [listed(6), inspected(6), selected(range(6))])
    model.set_filter(Filter.UNDECIDED)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsRemoved) as removed:
        model.set_marks({2: Marks(Decision.REJECT)})
    assert removed.args[1:] == [2, 2]
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted) as inserted:
        model.set_marks({2: Marks(Decision.NONE)})
    assert inserted.args[1:] == [2, 2]


def test_several_gaps_are_told_one_by_one(qtbot, model):
    model.apply(JOB, [listed(9), inspected(9)])
    model.set_filter(Filter.UNDECIDED)
    told: list[tuple[int, int]] = []
    model.rowsRemoved.connect(lambda _parent, first, last: told.append((first, last)))
    model.set_marks({i: Marks(Decision.REJECT) for i in (1, 2, 5, 8)})
    assert _ids(model) == [0, 3, 4, 6, 7]
    assert sorted(told) == [(1, 2), (5, 5), (8, 8)]


def test_many_scattered_changes_are_one_reset(qtbot, model):
    count = 4 * MOST_RANGES
    model.apply(JOB, [listed(count), inspected(count)])
    model.set_filter(Filter.UNDECIDED)
    with qtbot.waitSignal(model.modelReset):
        model.set_marks({i: Marks(Decision.REJECT) for i in range(0, count, 2)})
    assert _ids(model) == list(range(1, count, 2))


def test_a_filter_follows_picks_and_failures_as_they_come(model):
    model.apply(JOB, [listed(6)])
    model.set_filter(Filter.PICKS)
    assert _ids(model) == []
    model.apply(JOB, [selected(range(6))])
    assert _ids(model) == [0, 3]
    model.apply(JOB, [selected([1, 0, 2, 5, 4, 3])])
    assert _ids(model) == [1, 5]
    model.set_filter(Filter.FAILED)
    model.apply(JOB, [PhotoFailed(4, "is truncated")])
    assert _ids(model) == [4]


def test_counts_are_of_the_whole_album(model):
    model.apply(JOB, [listed(6), inspected(6), selected(range(6)), PhotoFailed(5, "is empty")])
    model.set_marks({0: Marks(Decision.ACCEPT), 1: Marks(Decision.REJECT), 2: Marks(Decision.REJECT)})
    model.set_filter(Filter.ACCEPTED)
    expected = dict(zip(Filter, (6, 2, 1, 2, 2, 1, 0, 0, 0), strict=True))
    assert model.counts().by_filter == expected


def test_the_nearest_row_of_a_hidden_photo_is_the_next_shown(model):
    model.apply(JOB, [listed(6), inspected(6)])
    model.set_marks({1: Marks(Decision.REJECT), 2: Marks(Decision.REJECT), 5: Marks(Decision.REJECT)})
    model.set_filter(Filter.UNDECIDED)
    assert _ids(model) == [0, 3, 4]
    assert model.nearest_row(1) == 1
    assert model.nearest_row(5) == 2, "none follows: the last one"


def test_the_verdict_shown_is_the_one_against_the_pick(model):
    verdicts = (Verdict(1, 2, 2, 0.6, "composite"), Verdict(0, 2, 0, 0.54, "composite"))
    model.apply(JOB, [listed(3), selected([0, 1, 2], verdicts=verdicts)])
    found = model.verdict(model.entry_at(2))
    assert found is not None
    verdict, other = found
    assert (verdict.confidence, other) == (0.54, "IMG_0000.JPG")


def test_tooltips_say_what_made_the_number(model):
    verdict = Verdict(0, 1, None, 0.5, "composite")
    roles = (Role.AESTHETIC, Role.QUALITY)
    model.apply(JOB, [listed(2), scored(0), selected([0, 1], verdicts=(verdict,), roles=roles)])
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Composite 72 from 2 of 3 models" in tip
    assert "can't tell, by composite" in tip
    assert "suggested pick" in tip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([], []), ([3], [(3, 3)]), ([0, 1, 2, 5, 7, 8], [(0, 2), (5, 5), (7, 8)])],
)
def test_ranges(rows, expected):
    assert ranges(rows) == expected
