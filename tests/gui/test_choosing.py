"""Filters that combine and orders, by their rules and in the real window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.events import PhotoFailed
from engine.types import Decision, Face, Inspected, Label, Marks, Metadata, Photo, Ranked, Role, Score
from gui.album_model import AlbumModel
from gui.criteria import Criteria, Filter, count
from gui.entry import Entry, note_softness
from gui.main_window import MainWindow
from gui.ordering import Ordering, SortBy
from tests.gui.albums import inspected, listed, scored, selected

JOB = 1
MARKS = st.builds(Marks, st.sampled_from(Decision), st.integers(0, 5), st.sampled_from(Label))
CRITERIA = st.builds(
    Criteria,
    decisions=st.frozensets(st.sampled_from(Decision)),
    traits=st.frozensets(st.sampled_from([Filter.PICKS, Filter.FAILED, Filter.EYES_CLOSED, Filter.SOFT])),
    stars=st.integers(0, 5),
    labels=st.frozensets(st.sampled_from(Label)),
    text=st.sampled_from(["", "img_1", "IMG", "nothing"]),
)


@st.composite
def _entries(draw) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    for number in range(draw(st.integers(0, 12))):
        entry = Entry(Photo(number, f"IMG_{number}.JPG", (Path(f"IMG_{number}.JPG"),)), marks=draw(MARKS))
        composite = draw(st.none() | st.floats(0, 1))
        entry.ranked = Ranked(number, number // 3, number % 3, draw(st.booleans()), composite, (), ())
        entry.error = draw(st.sampled_from([None, "is empty"]))
        entry.eyes_closed, entry.soft = draw(st.booleans()), draw(st.booleans())
        found[number] = entry
    return found


@given(_entries(), CRITERIA)
def test_a_photo_is_shown_when_every_part_holds(entries: dict[int, Entry], criteria: Criteria):
    def holds(entry: Entry) -> bool:
        traits = {
            Filter.PICKS: entry.is_pick,
            Filter.FAILED: bool(entry.error),
            Filter.EYES_CLOSED: entry.eyes_closed,
            Filter.SOFT: entry.soft,
        }
        return (
            (not criteria.decisions or entry.decision in criteria.decisions)
            and not (criteria.decisions and entry.error and entry.decision is Decision.NONE)
            and all(traits[each] for each in criteria.traits)
            and entry.marks.stars >= criteria.stars
            and (not criteria.labels or entry.marks.label in criteria.labels)
            and criteria.text.lower() in entry.photo.name.lower()
        )

    assert criteria.passing(entries, entries) == [i for i, entry in entries.items() if holds(entry)]


@given(_entries())
def test_counts_are_what_each_filter_alone_shows(entries: dict[int, Entry]):
    counts = count(entries.values())
    for each in Filter:
        assert counts[each] == len(Criteria().toggled(each).passing(entries, entries))
    for stars in range(6):
        assert counts.by_stars[stars] == len(Criteria(stars=stars).passing(entries, entries))
    for label in Label:
        assert counts.by_label[label] == len(Criteria(labels=frozenset({label})).passing(entries, entries))


@given(_entries(), st.builds(Ordering, st.sampled_from(SortBy), st.booleans(), st.booleans()))
def test_every_order_holds_every_photo_once_and_keeps_groups(entries: dict[int, Entry], ordering: Ordering):
    order = ordering.sort(list(entries.values()))
    assert sorted(order) == sorted(entries)
    if ordering.grouped:
        runs = [entries[photo].group for photo in order]
        assert len([1 for at, group in enumerate(runs) if at == 0 or runs[at - 1] != group]) == len(set(runs))


@given(_entries(), st.booleans())
def test_composites_sort_best_first_and_unknown_ones_last(entries: dict[int, Entry], reverse: bool):
    order = Ordering(SortBy.COMPOSITE, reverse, grouped=False).sort(list(entries.values()))
    values = [ranked.composite for photo in order if (ranked := entries[photo].ranked)]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=not reverse)
    assert values == known + [None] * (len(values) - len(known))


def test_decisions_are_alternatives_and_traits_add_up():
    criteria = Criteria().toggled(Filter.ACCEPTED).toggled(Filter.UNDECIDED)
    assert criteria.decisions == {Decision.NONE}
    criteria = criteria.toggled(Filter.ACCEPTED, add=True).toggled(Filter.PICKS)
    assert criteria.decisions == {Decision.NONE, Decision.ACCEPT}
    assert criteria.words() == "suggested, accepted, undecided"
    assert criteria.toggled(Filter.ALL) == Criteria()
    assert not criteria.has(Filter.ALL) and Criteria().has(Filter.ALL)


def test_filters_added_are_taken_away_again_and_a_search_is_named():
    criteria = Criteria().toggled(Filter.ACCEPTED).toggled(Filter.REJECTED, add=True)
    assert criteria.toggled(Filter.ACCEPTED, add=True).decisions == {Decision.REJECT}
    assert Criteria().toggled(Filter.ACCEPTED).toggled(Filter.ACCEPTED) == Criteria()
    assert Criteria(stars=3, text="img_1").words() == "at least 3 stars, “img_1”"


def _shot(number: int, camera: str | None = None, lens: str | None = None, hour: int | None = 12) -> Entry:
    made = Entry(Photo(number, f"IMG_{number}.JPG", (Path(f"IMG_{number}.JPG"),)))
    taken = None if hour is None else datetime(2026, 6, 1, hour)
    made.set_inspected(Inspected("0" * 32, Metadata(captured_at=taken, camera=camera, lens=lens)))
    return made


def test_a_search_looks_in_name_camera_and_lens():
    entries = {0: _shot(0, "Canon R5", "RF 50mm"), 1: _shot(1, "Nikon Z8"), 2: _shot(2)}
    found = {text: Criteria(text=text).passing(entries, entries) for text in ("r5", "50MM", "nikon", "img_2")}
    assert found == {"r5": [0], "50MM": [0], "nikon": [1], "img_2": [2]}


def test_photos_sort_by_time_and_those_without_one_come_last():
    shots = [_shot(0, hour=14), _shot(1, hour=None), _shot(2, hour=9)]
    assert Ordering(grouped=False).sort(shots) == [2, 0, 1]
    assert Ordering(reverse=True, grouped=False).sort(shots) == [0, 2, 1]


def test_a_photo_that_cannot_be_read_waits_for_no_decision_but_keeps_the_one_it_has():
    entry = _shot(0)
    assert entry.is_undecided and entry.standing is Decision.NONE
    entry.error = "is truncated"
    assert not entry.is_undecided and entry.standing is None
    entry.marks = Marks(Decision.REJECT)
    assert entry.standing is Decision.REJECT


def test_softness_is_measured_against_the_group():
    def entry(number: int, sharpness: float) -> Entry:
        made = Entry(Photo(number, str(number), (Path(str(number)),)))
        made.set_scores((Score(Role.QUALITY, 0.5, None, {"sharpness": sharpness}),))
        return made

    group = [entry(0, 0.4), entry(1, 0.3), entry(2, 0.1)]
    note_softness(group)
    assert [each.soft for each in group] == [False, False, True]
    note_softness(group[2:])
    assert not group[2].soft, "alone it is the sharpest"


@pytest.fixture
def model(qapp) -> AlbumModel:
    album = AlbumModel()
    album.begin(JOB)
    album.apply(JOB, [listed(6), inspected(6), *(scored(i, i / 10) for i in range(6)), selected(range(6))])
    return album


def _ids(model: AlbumModel) -> list[int]:
    return [model.entry_at(row).photo.id for row in range(model.rowCount())]


def test_groups_sort_by_their_best_and_within_by_score(model: AlbumModel):
    model.set_ordering(Ordering(SortBy.QUALITY))
    assert _ids(model) == [5, 4, 3, 2, 1, 0]
    model.set_ordering(Ordering(SortBy.QUALITY, reverse=True))
    assert _ids(model) == [0, 1, 2, 3, 4, 5]
    model.set_ordering(Ordering(SortBy.RANK, grouped=False))
    assert _ids(model) == [0, 3, 1, 4, 2, 5]
    assert model.group_edges(1) == (True, True), "dissolved: no band joins photos"


def test_a_new_selection_keeps_the_order_that_was_asked_for(model: AlbumModel):
    model.set_ordering(Ordering(SortBy.NAME, reverse=True, grouped=False))
    model.apply(JOB, [selected([3, 4, 5, 0, 1, 2])])
    assert _ids(model) == [5, 4, 3, 2, 1, 0]


def test_closed_eyes_and_failures_are_found_as_they_come(model: AlbumModel):
    model.set_filter(Filter.EYES_CLOSED)
    model.apply(JOB, [scored(4, faces=(Face((0, 0, 0.1, 0.1), 0.05, None, 0.9),))])
    model.apply(JOB, [scored(2, faces=(Face((0, 0, 0.1, 0.1), 0.05, None, 0.9, prominent=False),))])
    assert _ids(model) == [4]
    model.set_criteria(replace(model.criteria, traits=frozenset({Filter.EYES_CLOSED, Filter.FAILED})))
    assert _ids(model) == []
    model.apply(JOB, [PhotoFailed(4, "is truncated")])
    assert _ids(model) == [4]


ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def test_filters_combine_by_key(qtbot, window: MainWindow):
    qtbot.keyClick(window.grid, Qt.Key.Key_P)
    qtbot.keyClick(window.grid, Qt.Key.Key_2, ALT)
    qtbot.keyClick(window.grid, Qt.Key.Key_5, ALT)
    assert all(e.is_pick and e.decision is Decision.NONE for e in _rows(window)) and _rows(window)
    assert window.actions_["filter.picks"].isChecked() and window.actions_["filter.undecided"].isChecked()
    qtbot.keyClick(window.grid, Qt.Key.Key_1, ALT)
    assert len(_rows(window)) == 9
    qtbot.keyClick(window.grid, Qt.Key.Key_1, ALT)
    assert window.actions_["filter.all"].isChecked(), "pressed once more it is still on"


def test_search_by_key_and_back_to_the_photos(qtbot, window: MainWindow):
    qtbot.keyClick(window.grid, Qt.Key.Key_F, CTRL)
    field = window.filter_bar.details.search
    assert field.isVisible()
    qtbot.keyClicks(field, "0004")
    qtbot.waitUntil(lambda: window.album.rowCount() == 1)
    assert [e.photo.name for e in _rows(window)] == ["IMG_0004.JPG"]
    assert all(e.decision is Decision.NONE for e in window.album.entries()), "letters typed are no commands"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert len(_rows(window)) == 9 and window.album.criteria == Criteria()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_leads_from_the_search_to_the_photos_found(qtbot, window: MainWindow, key: Qt.Key):
    qtbot.keyClick(window.grid, Qt.Key.Key_F, CTRL)
    field = window.filter_bar.details.search
    qtbot.keyClicks(field, "0004")
    qtbot.keyClick(field, key)
    assert window.views.currentWidget() is window.grid, "elsewhere the key opens the large view"
    assert [e.photo.name for e in _rows(window)] == ["IMG_0004.JPG"]
    assert window.grid.hasFocus()


def test_stars_and_colours_filter_by_their_buttons(qtbot, window: MainWindow):
    window.resize(1600, 800)  # all counts have room
    window.album.set_marks({0: Marks(stars=2), 3: Marks(stars=5, label=Label.RED)})
    window.actions_["filter.details"].trigger()
    details = window.filter_bar.details
    window.filter_bar.refresh()
    texts = [button.text().split("\N{EN SPACE}") for button in details._stars.values()]
    assert texts == [["1+", "2"], ["2+", "2"], ["3+", "1"], ["4+", "1"], ["5+", "1"]]
    details._stars[3].click()
    assert [e.photo.id for e in _rows(window)] == [3]
    details._stars[3].click()
    details._labels[Label.RED].click()
    assert [e.photo.id for e in _rows(window)] == [3]
    assert window.filter_bar._shown.text() == "1 of 9 shown"
    window.actions_["filter.details"].trigger()
    assert window.filter_bar._shown.text() == "1 of 9 shown · red", "no button that is seen says so"
    window.actions_["filter.details"].trigger()
    assert window.filter_bar._shown.text() == "1 of 9 shown"


def test_the_order_is_chosen_by_command(qtbot, window: MainWindow):
    window.actions_["sort.name"].trigger()
    qtbot.keyClick(window.grid, Qt.Key.Key_G, SHIFT)
    qtbot.keyClick(window.grid, Qt.Key.Key_R, CTRL | SHIFT)
    assert [e.photo.name for e in _rows(window)] == [f"IMG_{n:04d}.JPG" for n in range(9, 0, -1)]
    checked = {by for by in SortBy if window.actions_[f"sort.{by.value}"].isChecked()}
    assert checked == {SortBy.NAME}


def test_another_order_brings_the_current_photo_into_view(qtbot, window: MainWindow):
    grid = window.grid
    grid.set_size_step(4)
    grid.go_to_row(0)
    bar = grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.maximum() and not grid.viewport().rect().intersects(grid.visualRect(grid.currentIndex()))
    window.actions_["sort.name"].trigger()
    qtbot.wait(20)
    assert grid.currentIndex().row() == 0
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))


def test_in_another_order_other_neighbours_are_fetched(qtbot, window: MainWindow):
    window.grid.go_to_row(2)
    window.actions_["view.loupe"].trigger()
    window.actions_["sort.name"].trigger()
    window.actions_["sort.groups"].trigger()
    window.actions_["sort.reverse"].trigger()
    at = window.grid.currentIndex().row()
    names = [entry.photo.name for entry in _rows(window)]
    assert at == 6, "the third photo is the third last now"
    wanted = {wish.photo.name for wish in window.views.pictures._wishes if wish.ahead}
    assert wanted in ({*names[at + 1 : at + 3], names[at - 1]}, {*names[at - 2 : at], names[at + 1]})


def _rows(window: MainWindow) -> list[Entry]:
    return [window.album.entry_at(row) for row in range(window.album.rowCount())]


def test_a_new_album_is_counted_at_once(make_window):
    window = make_window()
    window.album.apply(window.album.job, [listed(6)])
    assert window.filter_bar._buttons[Filter.ALL].text() == "All photos  6"
