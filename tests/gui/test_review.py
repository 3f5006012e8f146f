"""Reviewing from the keyboard, in the real window, over the real engine."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.events import PhotoFailed
from engine.types import Decision, ModelState, Role, Verdict
from gui.criteria import Filter
from gui.main_window import MainWindow
from gui.pictures import box_of

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def _press(qtbot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = window.views.currentWidget()
    if modifier is None:
        qtbot.keyClick(target, key)
    else:
        qtbot.keyClick(target, key, modifier)


def _decisions(window: MainWindow) -> dict[str, str]:
    return {e.photo.name: e.decision.value for e in window.album.entries() if e.decision is not Decision.NONE}


def _on_disk(library: Path) -> dict[str, str]:
    connection = sqlite3.connect(library)
    rows = dict(connection.execute("SELECT name, decision FROM decisions"))
    connection.close()
    return rows


def _current(window: MainWindow) -> str:
    assert window.grid.current is not None
    return window.grid.current.photo.name


def test_the_album_is_shown_in_groups_with_one_pick_each(window: MainWindow):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    entries = window.album.entries()
    assert [e.group for e in entries] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    picks = [e.photo.name for e in entries if e.is_pick]
    assert len(picks) == 3
    assert not {"IMG_0003.JPG", "IMG_0006.JPG", "IMG_0009.JPG"} & set(picks), "blurred frames are no picks"


def test_accept_and_reject_advance_and_are_on_disk(qtbot, window: MainWindow, data_dir):
    _press(qtbot, window, Qt.Key.Key_P)
    assert _current(window) == "IMG_0002.JPG"
    _press(qtbot, window, Qt.Key.Key_X)
    expected = {"IMG_0001.JPG": "accept", "IMG_0002.JPG": "reject"}
    assert _decisions(window) == _on_disk(data_dir.library) == expected


def test_without_auto_advance_the_photo_stays(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_A)
    _press(qtbot, window, Qt.Key.Key_P)
    assert _current(window) == "IMG_0001.JPG"


def test_undo_and_redo_say_what_they_did_and_go_there(qtbot, window: MainWindow, data_dir):
    _press(qtbot, window, Qt.Key.Key_P)
    _press(qtbot, window, Qt.Key.Key_X)
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert _decisions(window) == {"IMG_0001.JPG": "accept"}
    assert _current(window) == "IMG_0002.JPG"
    assert window.bottom_bar.message == "Undone: IMG_0002.JPG rejected"
    _press(qtbot, window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert _decisions(window)["IMG_0002.JPG"] == "reject"
    assert _on_disk(data_dir.library)["IMG_0002.JPG"] == "reject"


def test_nothing_to_undo_is_said(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert window.bottom_bar.message == "There is nothing to undo."


def test_undecide_takes_a_decision_back(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_P)
    _press(qtbot, window, Qt.Key.Key_Left)
    _press(qtbot, window, Qt.Key.Key_U)
    assert _decisions(window) == {}


def test_keep_one_decides_a_group_and_lands_in_the_next(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_P, SHIFT)
    assert _decisions(window) == {
        "IMG_0001.JPG": "reject",
        "IMG_0002.JPG": "accept",
        "IMG_0003.JPG": "reject",
    }
    assert window.bottom_bar.message == "1 photo accepted, 2 rejected. Ctrl+Z takes that back."
    assert _current(window) in ("IMG_0004.JPG", "IMG_0005.JPG")
    assert window.grid.selected() == [window.grid.current], "the key's Shift does not select up to there"
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert _decisions(window) == {}
    assert window.grid.selected() == [window.grid.current], "nor does Ctrl add to what was selected"


def test_a_selection_is_decided_at_once_and_undone_at_once(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _press(qtbot, window, Qt.Key.Key_X)
    assert _decisions(window) == {"IMG_0001.JPG": "reject", "IMG_0002.JPG": "reject"}
    assert window.bottom_bar.message == "2 photos rejected. Ctrl+Z takes that back."
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert _decisions(window) == {}


@pytest.mark.parametrize("view", [Qt.Key.Key_E, Qt.Key.Key_N])
def test_where_one_photo_is_shown_marks_go_to_that_one_alone(qtbot, window: MainWindow, view: Qt.Key):
    for _ in range(2):
        _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _press(qtbot, window, view)
    _press(qtbot, window, Qt.Key.Key_A)  # no auto-advance
    _press(qtbot, window, Qt.Key.Key_X)
    assert _decisions(window) == {"IMG_0003.JPG": "reject"}
    _press(qtbot, window, Qt.Key.Key_G)
    _press(qtbot, window, Qt.Key.Key_P)
    assert list(_decisions(window).values()) == ["accept"] * 3, "what was selected still is"


def test_what_becomes_of_one_photo_is_seen_and_not_said(qtbot, window: MainWindow):
    before = len(window.messages.history)
    for key in (Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_3):
        _press(qtbot, window, key)
    assert len(window.messages.history) == before


def test_the_last_decision_is_told(qtbot, window: MainWindow):
    done = "Every photo is decided. Ctrl+E exports what you accepted."
    for row in (8, 7):
        window.grid.go_to_row(row)
        _press(qtbot, window, Qt.Key.Key_X)
    window.grid.go_to_row(0)
    for _ in range(6):
        _press(qtbot, window, Qt.Key.Key_P)
    assert done not in [each.text for each in window.messages.history]
    _press(qtbot, window, Qt.Key.Key_P, SHIFT)
    assert [each.text for each in window.messages.history].count(done) == 1
    _press(qtbot, window, Qt.Key.Key_X)
    assert [each.text for each in window.messages.history].count(done) == 1, "nothing was open before"


def test_next_undecided_goes_round_and_says_when_there_is_none(qtbot, window: MainWindow):
    window.grid.go_to_row(8)
    _press(qtbot, window, Qt.Key.Key_J)
    assert window.grid.current is window.album.entries()[0]
    for entry in window.album.entries():
        window.decisions.decide({entry.photo.id: Decision.ACCEPT})
    _press(qtbot, window, Qt.Key.Key_J)
    assert window.grid.current is window.album.entries()[0]
    assert window.bottom_bar.message == "Every photo that is shown is decided."


def test_where_there_is_nothing_to_scroll_there_is_no_handle(qtbot, window: MainWindow):
    bar = window.grid.verticalScrollBar()
    window.resize(1200, 400)
    qtbot.waitUntil(bar.isEnabled)
    window.set_filter(Filter.REJECTED)
    qtbot.waitUntil(lambda: not bar.isEnabled())


def test_next_group_lands_on_its_pick(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_BracketRight)
    entry = window.grid.current
    assert entry is not None and entry.group == 1 and entry.is_pick
    _press(qtbot, window, Qt.Key.Key_BracketLeft)
    entry = window.grid.current
    assert entry is not None and entry.group == 0 and entry.is_pick


def test_auto_advance_survives_a_filter(qtbot, window: MainWindow):
    window.set_filter(Filter.UNDECIDED)
    for _ in range(3):
        _press(qtbot, window, Qt.Key.Key_P)
    assert list(_decisions(window)) == ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"]
    assert _current(window) == "IMG_0004.JPG"
    assert window.album.rowCount() == 6


def test_filters_show_what_they_say(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_P)
    _press(qtbot, window, Qt.Key.Key_X)
    expected = {
        Filter.ALL: 9,
        Filter.PICKS: 3,
        Filter.ACCEPTED: 1,
        Filter.REJECTED: 1,
        Filter.UNDECIDED: 7,
        Filter.FAILED: 0,
    }
    for wanted, count in expected.items():
        window.set_filter(wanted)
        assert window.album.rowCount() == count
        assert window.album.counts()[wanted] == count


def test_the_large_view_opens_moves_and_closes_by_key(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    assert window.views.currentWidget() is window.loupe
    assert "IMG_0001.JPG" in window.loupe.words
    _press(qtbot, window, Qt.Key.Key_Right)
    assert "IMG_0002.JPG" in window.loupe.words
    _press(qtbot, window, Qt.Key.Key_X)
    assert _decisions(window) == {"IMG_0002.JPG": "reject"}
    _press(qtbot, window, Qt.Key.Key_Down)
    assert window.grid.current is not None and window.grid.current.group == 1
    _press(qtbot, window, Qt.Key.Key_Escape)
    assert window.views.currentWidget() is window.grid


def test_the_large_view_shows_the_photo_in_full_detail_at_100_percent(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    first = window.grid.current
    assert first is not None
    box = box_of(window.loupe.canvas, first)
    qtbot.waitUntil(lambda: window.previews.get(first.photo.id, box) is not None)
    _press(qtbot, window, Qt.Key.Key_Z)
    assert window.loupe.canvas.zoomed
    qtbot.waitUntil(lambda: window.loupe.canvas.picture_box().width() == 800)
    _press(qtbot, window, Qt.Key.Key_Z)
    assert not window.loupe.canvas.zoomed


def test_a_decision_that_cannot_be_saved_does_not_show(qtbot, window: MainWindow, data_dir):
    _press(qtbot, window, Qt.Key.Key_P)
    breaker = sqlite3.connect(data_dir.library, isolation_level=None)
    breaker.execute(
        "CREATE TRIGGER full BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    _press(qtbot, window, Qt.Key.Key_X)
    assert _decisions(window) == {"IMG_0001.JPG": "accept"}
    assert _current(window) == "IMG_0002.JPG", "the cursor waits at the photo that was not decided"
    assert "not saved: disk is full" in window.bottom_bar.message
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert _decisions(window) == {"IMG_0001.JPG": "accept"}, "an undo that fails changes nothing"
    breaker.execute("DROP TRIGGER full")
    breaker.close()


def test_decisions_are_there_after_a_restart(qtbot, window: MainWindow, make_window, open_album, small_album):
    _press(qtbot, window, Qt.Key.Key_P)
    window.close()
    again = make_window()
    open_album(again, small_album)
    assert _decisions(again) == {"IMG_0001.JPG": "accept"}


def test_models_that_are_missing_are_shown_as_missing_with_the_reason(window: MainWindow):
    text = window.status_panel.card(Role.AESTHETIC).text
    assert "missing" in text
    assert "models install" in text
    assert window.status_panel.offers_install
    assert "active" in window.status_panel.card(Role.QUALITY).text
    assert "9 scored, 0 from cache" in window.status_panel.card(Role.QUALITY).text
    assert "decided by composite" in window.status_panel.card(Role.COMPARATOR).text


def test_a_composite_of_fewer_models_says_so(window: MainWindow):
    entry = window.album.entries()[0]
    assert entry.ranked is not None and entry.ranked.composite_of == (Role.QUALITY,)
    assert "from 1 of 3 models" in window.album.describe(entry)


def test_the_inspector_names_what_produced_each_score(qtbot, window: MainWindow):
    window.panels.show("panel.inspector")
    html = window.inspector.html()
    assert "Rule-based IQA [rules, no checkpoint]" in html
    assert "1 of 3 models" in html
    assert "models install" in html, "a missing score says why"


def test_the_inspector_expects_no_score_of_a_photo_that_cannot_be_read(window: MainWindow):
    window.run._take(window.album.job, [PhotoFailed(0, "is truncated")])
    html = window.inspector.html()
    assert "The file is truncated." in html and "Capture" in html
    assert "scored" not in html and "weight" not in html


def test_the_inspector_names_the_judge_of_close_pairs_once(window: MainWindow):
    entry = window.album.entries()[0]
    pairs = [Verdict(0, 1, 0, 0.81, "Siamese", "ab" * 32), Verdict(0, 2, None, 0.5, "Siamese", "ab" * 32)]
    entry.verdicts = tuple(pairs)
    html = window.inspector.html()
    assert html.count("Siamese [abababab]") == 1
    assert "preferred to IMG_0002.JPG, 81% sure" in html
    assert "can't tell from IMG_0003.JPG" in html.replace("&#x27;", "'")


def test_what_a_comparator_said_stands_once_in_the_inspector(window: MainWindow):
    entry = window.album.entries()[0]
    assert entry.ranked is not None
    said = "can't tell between this and IMG_0003.JPG"
    entry.ranked = replace(entry.ranked, reasons=("softer than the pick", said), comparison=said)
    html = window.inspector.html().replace("&#x27;", "'")
    assert "softer than the pick" in html
    assert "can't tell between" not in html


def test_a_second_run_says_that_its_scores_come_from_cache(qtbot, window: MainWindow):
    with qtbot.waitSignal(window.run.ended, timeout=30_000):
        _press(qtbot, window, Qt.Key.Key_F5)
    assert "0 scored, 9 from cache" in window.status_panel.card(Role.QUALITY).text


def test_the_key_sheet_lists_every_command(qtbot, window: MainWindow):
    from gui.commands import COMMANDS
    from gui.text_sheet import TextSheet

    window.actions_["help.keys"].trigger()
    sheet = window.findChild(TextSheet)
    assert sheet is not None
    for command in COMMANDS:
        assert command.title in sheet.text
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)


def test_states_of_the_summary_line(window: MainWindow):
    from gui.bottom_bar import models_summary

    statuses = tuple(window.inspector._statuses.values())
    assert {s.state for s in statuses} >= {ModelState.ACTIVE, ModelState.MISSING}
    assert models_summary(statuses).startswith("1 of 4 models active · 3 missing")


def test_installing_is_not_offered_for_an_owners_checkpoint_that_is_missing(window: MainWindow):
    from dataclasses import replace

    statuses = [
        replace(s, state=ModelState.MISSING, embedded_default=False)
        if s.role is Role.AESTHETIC
        else replace(s, state=ModelState.ACTIVE)
        for s in window.inspector._statuses.values()
    ]
    window.status_panel.show_statuses(statuses)
    assert not window.status_panel.offers_install
