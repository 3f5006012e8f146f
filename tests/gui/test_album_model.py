"""The album model: events in, exact row signals out."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from engine.events import PhotoFailed, PhotoScored
from engine.types import Decision, Face, Marks, Role, Score, Verdict
from gui.album_model import AlbumModel
from gui.criteria import Filter
from gui.grouping import group_before
from gui.ordering import Ordering, SortBy
from gui.row_changes import MOST_RANGES, ranges
from tests.gui.albums import JOB, inspected, listed, scored, selected


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
    verdicts = (Verdict(99, 0, 0, 0.6, "composite"), Verdict(0, 99, 0, 0.6, "composite"))
    model.apply(JOB, [selected([2, 99, 0], verdicts=verdicts)])
    assert _ids(model) == [2, 0, 1]
    assert model.entry_at(1).verdicts == ()


def test_groups_know_their_members_places_and_edges(model):
    model.apply(JOB, [listed(6), selected(range(6))])
    assert [model.place(model.entry_at(row)) for row in range(4)] == [(1, 3), (2, 3), (3, 3), (1, 3)]
    assert [model.group_edges(row) for row in range(3)] == [(True, False), (False, False), (False, True)]
    assert [model.group_edges(row) for row in range(3, 6)] == [(True, False), (False, False), (False, True)]
    assert [e.photo.id for e in model.members(model.entry_at(4))] == [3, 4, 5]


def test_one_group_alone_has_two_edges(model):
    model.apply(JOB, [listed(3), selected(range(3))])
    assert [model.group_edges(row) for row in range(3)] == [(True, False), (False, False), (False, True)]


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


def test_counts_are_counted_anew_after_each_change_and_kept_for_another_order(model):
    model.apply(JOB, [listed(6), inspected(6), selected(range(6))])
    counts = model.counts()
    model.set_ordering(Ordering(SortBy.NAME, reverse=True))
    model.set_filter(Filter.PICKS)
    assert model.counts() is counts and counts[Filter.ALL] == 6 and counts[Filter.ACCEPTED] == 0
    model.set_marks({0: Marks(Decision.ACCEPT)})
    assert model.counts()[Filter.ACCEPTED] == 1
    model.apply(JOB, [PhotoFailed(5, "is empty")])
    assert model.counts()[Filter.FAILED] == 1
    model.show_changed({1, 2})
    assert model.counts()[Filter.CHANGED] == 2
    model.begin(JOB + 1)
    assert model.counts()[Filter.ALL] == 0


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
    all_of_it = [(verdict.confidence, other) for verdict, other in model.verdicts(model.entry_at(2))]
    assert all_of_it == [(0.6, "IMG_0001.JPG"), (0.54, "IMG_0000.JPG")]


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


@pytest.fixture
def told(model) -> list[tuple[int, int]]:
    """The ranges of rows that are to be painted anew, as they are told."""
    found: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: found.append((first.row(), last.row())))
    return found


@pytest.fixture
def counted(model) -> list[bool]:
    """Grows whenever counts and details are to be shown anew."""
    found: list[bool] = []
    model.changed.connect(lambda: found.append(True))
    return found


def test_an_entry_of_a_former_album_is_not_held(model):
    model.apply(JOB, [listed(3)])
    former = model.entry_at(1)
    assert model.holds(former)
    assert not model.holds(None)
    model.begin(JOB + 1)
    assert not model.holds(former)
    model.apply(JOB + 1, [listed(3)])
    assert not model.holds(former), "another photo has its number now"
    assert model.holds(model.entry_at(1))


def test_the_group_before_is_that_of_the_photos_shown(model):
    model.apply(JOB, [listed(9), inspected(9), selected(range(9))])
    assert [group_before(model, model.entry_at(row)) for row in range(3)] == [None] * 3
    assert [group_before(model, model.entry_at(row)).photo.id for row in range(3, 9)] == [2, 2, 2, 5, 5, 5]
    model.set_marks({photo: Marks(Decision.REJECT) for photo in (1, 2, 3, 4, 5)})
    last, hidden = model.entry(6), model.entry(4)
    model.set_filter(Filter.UNDECIDED)
    assert group_before(model, last).photo.id == 0, "one photo alone, in the first row, is a group"
    assert group_before(model, hidden) is None


def test_nothing_is_told_where_scores_are_awaited_as_before(model, told, counted):
    model.await_scores(False), model.await_scores(True)
    assert not told, "there are no rows"
    model.apply(JOB, [listed(3)])
    told.clear(), counted.clear()
    model.await_scores(True)
    assert not told and not counted
    model.await_scores(False)
    assert told == [(0, 2)] and len(counted) == 1
    assert "No score" in model.describe(model.entry_at(0))


def test_photos_whose_pick_differs_are_told_and_those_alone(model, told, counted):
    model.apply(JOB, [listed(6), inspected(6), selected(range(6))])
    told.clear(), counted.clear()
    model.show_changed({1, 2, 4})
    assert told == [(1, 2), (4, 4)] and len(counted) == 1
    told.clear()
    model.show_changed({2, 5})
    assert [entry.changed for entry in model.entries()] == [False, False, True, False, False, True]
    assert told == [(1, 1), (4, 5)], "the one that differed before and still does looks the same"
    model.set_filter(Filter.CHANGED)
    assert _ids(model) == [2, 5]
    model.show_changed({3})
    assert _ids(model) == [3]


def test_marks_are_told_for_their_rows_and_those_of_unknown_photos_for_none(model, told, counted):
    model.apply(JOB, [listed(6), inspected(6)])
    told.clear(), counted.clear()
    model.set_marks({2: Marks(stars=3), 99: Marks(stars=1)})
    assert told == [(2, 2)] and len(counted) == 1
    assert [entry.marks.stars for entry in model.entries()] == [0, 0, 3, 0, 0, 0]


def test_faces_are_those_of_the_model_unless_it_is_off(model):
    model.apply(JOB, [listed(1), scored(0, faces=(Face((0.1, 0.1, 0.3, 0.3), 0.9, None, 0.9),))])
    assert str(model.faces_found(model.entry_at(0))) == "1 face, eyes open"
    model.switch_off(frozenset({Role.QUALITY}))
    assert model.faces_found(model.entry_at(0)) is not None
    model.switch_off(frozenset({Role.PORTRAIT}))
    assert model.faces_found(model.entry_at(0)) is None


def test_a_role_that_nothing_is_sorted_by_moves_no_photo(qtbot, model):
    model.apply(JOB, [listed(3), *(scored(photo, 0.1 * photo) for photo in range(3)), selected(range(3))])
    model.set_ordering(Ordering(SortBy.QUALITY))
    assert _ids(model) == [2, 1, 0]
    with qtbot.assertNotEmitted(model.modelReset):
        model.switch_off(frozenset({Role.AESTHETIC}))
    assert _ids(model) == [2, 1, 0]
    with qtbot.waitSignal(model.modelReset):
        model.switch_off(frozenset({Role.AESTHETIC, Role.QUALITY}))
    assert _ids(model) == [0, 1, 2]
    model.switch_off(frozenset({Role.AESTHETIC}))
    assert _ids(model) == [2, 1, 0]


def test_what_is_chosen_already_is_told_once(model, counted):
    model.apply(JOB, [listed(3), selected(range(3))])
    counted.clear()
    for _ in range(2):
        model.set_filter(Filter.PICKS)
        model.set_ordering(Ordering(SortBy.NAME))
        model.switch_off(frozenset({Role.QUALITY}))
    assert len(counted) == 3


def test_the_nearest_row_of_a_photo_of_another_album_is_the_first(model):
    assert model.nearest_row(0) is None
    model.apply(JOB, [listed(3)])
    assert [model.nearest_row(photo) for photo in (0, 2, 77)] == [0, 2, 0]


def test_the_scores_of_a_role_that_is_off_are_left_out(model):
    model.apply(JOB, [listed(1), scored(0), selected([0])])
    model.switch_off(frozenset({Role.QUALITY}))
    assert [score.role for score in model.scores(model.entry_at(0))] == [Role.AESTHETIC, Role.PORTRAIT]
    model.switch_off(frozenset())
    assert len(model.scores(model.entry_at(0))) == 3


def test_a_screen_reader_is_told_the_place_in_a_group_of_several(model):
    model.apply(JOB, [listed(4), selected(range(4))])
    said = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in (1, 3)]
    assert said[0].endswith(". Photo 2 of 3 in its group") and "its group" not in said[1]


def test_a_new_album_and_what_was_read_of_photos_are_told(model, told, counted):
    model.begin(JOB)
    assert len(counted) == 1
    model.apply(JOB, [listed(4)])
    told.clear()
    model.apply(JOB, [inspected(2)])
    assert told == [(0, 1)]


def test_softness_is_noted_once_the_groups_are_known(model):
    def sharp(photo: int, value: float) -> PhotoScored:
        return PhotoScored(photo, (Score(Role.QUALITY, 0.5, None, {"sharpness": value}),))

    model.apply(JOB, [listed(3), sharp(0, 0.9), sharp(1, 0.4), sharp(2, 0.8)])
    assert not any(entry.soft for entry in model.entries())
    model.apply(JOB, [selected(range(3))])
    assert [entry.soft for entry in model.entries()] == [False, True, False]


def test_time_is_turned_round_with_the_groups_in_it(model):
    model.apply(JOB, [listed(6), inspected(6), selected([3, 4, 5, 0, 1, 2])])
    assert _ids(model) == [3, 4, 5, 0, 1, 2], "the order in which the engine has them"
    model.set_ordering(Ordering(SortBy.CAPTURE, reverse=True))
    assert _ids(model) == [5, 4, 3, 2, 1, 0]
