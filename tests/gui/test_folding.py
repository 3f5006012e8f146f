"""Folding groups in the grid, from the keyboard and by a click, in the real window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from engine.types import Decision
from gui.criteria import Filter
from gui.exporting import shown_photos
from gui.main_window import MainWindow
from tests.gui.group_keys import (
    CTRL,
    SHIFT,
    count,
    current,
    merge,
    number,
    picks,
    press,
    settle,
    shown,
    undo,
)


def test_a_folded_group_shows_its_pick_with_a_count_and_unfolds(qtbot: QtBot, window: MainWindow):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    best = picks(window)
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    settle(qtbot, window)
    assert len(shown(window)) == 3 and shown(window)[1:] == best[1:]
    assert current(window) == 1, "the current photo stays"
    assert count(window) == "3 groups folded"
    entry = window.grid.current
    assert entry is not None and "Folded group of 3" in window.album.describe(entry)
    assert window.album.counts()[Filter.ALL] == 9
    press(qtbot, window, Qt.Key.Key_Right)
    settle(qtbot, window)
    assert shown(window) == best, "away from the first group, its pick is shown"
    press(qtbot, window, Qt.Key.Key_S)
    assert len(shown(window)) == 5 and current(window) == best[1]
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    assert len(shown(window)) == 3
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    assert shown(window) == list(range(1, 10)) and count(window) == ""


def test_a_click_on_the_header_folds_and_no_other_click_does(qtbot: QtBot, window: MainWindow):
    def click(row: int, below: int) -> None:
        box = window.grid.visualRect(window.album.index(row, 0))
        spot = QPoint(box.center().x(), box.top() + below)
        qtbot.mouseClick(window.grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    click(3, 12)
    assert len(shown(window)) == 7 and current(window) == 1, "the current photo stays where it is"
    click(3, 12)
    assert len(shown(window)) == 9
    click(4, 12)
    assert len(shown(window)) == 9 and current(window) == 5, "not the group's first photo: no header"
    click(3, 80)
    assert len(shown(window)) == 9 and current(window) == 4


def test_deciding_goes_on_from_group_to_group_and_marks_what_is_seen(qtbot: QtBot, window: MainWindow):
    best = picks(window)
    press(qtbot, window, Qt.Key.Key_BracketRight)
    press(qtbot, window, Qt.Key.Key_BracketLeft)
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_P)
    decided = [number(e.photo.name) for e in window.album.entries() if e.decision is Decision.ACCEPT]
    assert decided == best
    press(qtbot, window, Qt.Key.Key_Home)
    press(qtbot, window, Qt.Key.Key_J)
    assert current(window) not in best, "the next undecided photo is inside a folded group, and is shown"
    assert len(shown(window)) == 3
    press(qtbot, window, Qt.Key.Key_X)
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert current(window) not in best and len(shown(window)) == 3


def test_a_filter_shows_what_passes_of_folded_groups(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    window.set_filter(Filter.UNDECIDED)
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_P)
        settle(qtbot, window)
    assert len(shown(window)) == 3 and count(window) == "6 of 9 shown, 3 groups folded"
    assert not any(window.album.entry_at(row).decision is Decision.ACCEPT for row in range(3))
    assert len(shown_photos(window.album)) == 6, "what the filter shows is exported, folded away or not"
    window.set_filter(Filter.PICKS)
    assert set(shown(window)) <= set(picks(window))
    window.set_filter(Filter.REJECTED)
    assert count(window) == "0 of 9 shown", "groups that the filter shows none of are not said to be folded"


def test_a_selection_of_folded_groups_stays_on_the_photos_that_were_seen(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_S)
    assert current(window) == 3 and shown(window)[0] == 3
    press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    settle(qtbot, window)
    assert [number(e.photo.name) for e in window.grid.selected()] == [3, 4]
    press(qtbot, window, Qt.Key.Key_X)
    rejected = [number(e.photo.name) for e in window.album.entries() if e.decision is Decision.REJECT]
    assert rejected == [3, 4]


def test_compare_and_survey_show_the_whole_of_a_folded_group(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    press(qtbot, window, Qt.Key.Key_N)
    assert len(window.views.survey.names) == 3
    press(qtbot, window, Qt.Key.Key_Right)
    assert current(window) == 2 and len(shown(window)) == 3
    press(qtbot, window, Qt.Key.Key_Escape)
    press(qtbot, window, Qt.Key.Key_C)
    seen = set()
    for _ in range(3):
        seen.add(current(window))
        press(qtbot, window, Qt.Key.Key_Right)
    assert len(seen) >= 2, "the active side steps through the folded group"


def test_groups_that_are_dissolved_cannot_be_folded(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    press(qtbot, window, Qt.Key.Key_G, SHIFT)
    assert len(shown(window)) == 9
    press(qtbot, window, Qt.Key.Key_S)
    assert len(shown(window)) == 9 and "Shift+G" in window.bottom_bar.message
    press(qtbot, window, Qt.Key.Key_G, SHIFT)
    assert len(shown(window)) == 3, "together again, they are folded as they were"


def test_a_photo_gone_to_while_groups_are_dissolved_stays_current_when_they_are_back(
    qtbot: QtBot, window: MainWindow
):
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    press(qtbot, window, Qt.Key.Key_G, SHIFT)
    hidden = next(e for e in window.album.entries() if e.group == 1 and not e.is_pick)
    window.grid.go_to(hidden.photo.id)
    qtbot.wait(10)  # what is kept is noted after the keys
    press(qtbot, window, Qt.Key.Key_G, SHIFT)
    assert len(shown(window)) == 3
    assert window.grid.current is hidden
    assert [entry.photo.id for entry in window.grid.selected()] == [hidden.photo.id]


def test_split_and_merge_of_folded_groups_keep_the_current_photo(qtbot: QtBot, window: MainWindow):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    press(qtbot, window, Qt.Key.Key_S, SHIFT)
    press(qtbot, window, Qt.Key.Key_Right)
    settle(qtbot, window)
    here = current(window)
    merge(qtbot, window)
    assert len(shown(window)) == 2 and current(window) == here == shown(window)[0]
    undo(qtbot, window)
    assert len(shown(window)) == 3 and current(window) == here
