"""Groups from the keyboard, in the real window: folding, splitting, merging, and a pick of one's own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from engine.cli.cull import run_cull
from engine.cli.items import items_of
from engine.events import PhotosInspected
from engine.export.items import choose
from engine.pipeline import CullJob
from engine.report import as_json
from engine.types import Decision
from gui.criteria import Filter
from gui.main_window import MainWindow
from tests.gui.albums import inspected, listed, selected

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier
WAIT_MS = 10_000


def _press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    qtbot.keyClick(window.views.currentWidget(), key, modifier)


def _regroup(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        _press(qtbot, window, key, modifier)


def _split(qtbot: QtBot, window: MainWindow) -> None:
    _regroup(qtbot, window, Qt.Key.Key_G, CTRL | SHIFT)


def _merge(qtbot: QtBot, window: MainWindow) -> None:
    _regroup(qtbot, window, Qt.Key.Key_G, CTRL)


def _undo(qtbot: QtBot, window: MainWindow) -> None:
    _regroup(qtbot, window, Qt.Key.Key_Z, CTRL)


def _groups(window: MainWindow) -> list[int | None]:
    return [entry.group for entry in window.album.entries()]


def _number(name: str) -> int:
    return int(name[4:8])


def _shown(window: MainWindow) -> list[int]:
    return [_number(window.album.entry_at(row).photo.name) for row in range(window.album.rowCount())]


def _picks(window: MainWindow) -> list[int]:
    return [_number(entry.photo.name) for entry in window.album.entries() if entry.is_pick]


def _current(window: MainWindow) -> int:
    assert window.grid.current is not None
    return _number(window.grid.current.photo.name)


def _count(window: MainWindow) -> str:
    window.filter_bar.refresh()  # else it waits until several changes have come together
    return window.filter_bar._shown.text()


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.grid._keeping.isActive(), timeout=WAIT_MS)


@pytest.fixture
def own_rows(data_dir) -> Callable[[], dict[str, tuple[str, int]]]:
    """Read what is on disk, as another program would."""

    def read() -> dict[str, tuple[str, int]]:
        connection = sqlite3.connect(data_dir.library)
        rows = connection.execute("SELECT name, own_group, own_pick FROM decisions").fetchall()
        connection.close()
        return {name: (group, pick) for name, group, pick in rows}

    return read


# -- by hand


def test_the_current_photo_begins_a_new_group_and_undo_says_so(qtbot: QtBot, window: MainWindow, own_rows):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    _press(qtbot, window, Qt.Key.Key_Right)
    job = window.album.job
    _split(qtbot, window)
    assert _groups(window) == [0, 1, 1, 2, 2, 2, 3, 3, 3]
    assert window.bottom_bar.message == "IMG_0002.JPG begins a new group of 2."
    assert _current(window) == 2 and window.album.job == job and not window.run.running
    stored = own_rows()
    assert set(stored) == {"IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"}
    assert stored["IMG_0002.JPG"] == stored["IMG_0003.JPG"] != stored["IMG_0001.JPG"]
    assert 1 in _picks(window) and 2 in _picks(window), "each half has a pick"
    _undo(qtbot, window)
    assert _groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert window.bottom_bar.message == "Undone: IMG_0002.JPG begins a new group of 2"
    _regroup(qtbot, window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert _groups(window) == [0, 1, 1, 2, 2, 2, 3, 3, 3]


def test_selected_photos_become_a_group_of_their_own(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _split(qtbot, window)
    assert _groups(window) == [0, 1, 1, 1, 2, 2, 3, 3, 3], "2, 3 and 4; the rest of both stays together"
    assert window.bottom_bar.message == "IMG_0002.JPG and 2 more are a group of their own."


def test_a_group_is_merged_with_the_one_before(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_BracketRight)
    here = _current(window)
    _merge(qtbot, window)
    assert _groups(window) == [0] * 6 + [1] * 3 and len(_picks(window)) == 2
    assert window.bottom_bar.message == "2 groups made one: IMG_0001.JPG and 5 more."
    assert _current(window) == here
    _undo(qtbot, window)
    assert _groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2] and _current(window) == here


def test_the_groups_of_selected_photos_are_merged(qtbot: QtBot, window: MainWindow):
    for _ in range(6):
        _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _merge(qtbot, window)
    assert _groups(window) == [0] * 9 and len(_picks(window)) == 1
    assert "3 groups made one" in window.bottom_bar.message


@pytest.mark.parametrize(
    ("key", "modifier", "words"),
    [
        (Qt.Key.Key_G, CTRL | SHIFT, "This photo begins its group already."),
        (Qt.Key.Key_G, CTRL, "There is no group before."),
    ],
)
def test_what_makes_no_sense_is_said_and_written_nowhere(
    qtbot: QtBot, window: MainWindow, own_rows, key, modifier, words
):
    _press(qtbot, window, key, modifier)
    assert words in window.bottom_bar.message and own_rows() == {}


def test_the_pick_is_replaced_by_hand_and_given_back(qtbot: QtBot, window: MainWindow):
    assert 3 not in _picks(window)
    suggested = _picks(window)[0]
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_Right)
    _regroup(qtbot, window, Qt.Key.Key_B)
    assert _picks(window)[0] == 3 and len(_picks(window)) == 3
    entry = window.grid.current
    assert entry is not None and entry.ranked is not None and entry.ranked.reasons[0] == "your pick"
    assert "your pick" in window.album.describe(entry)
    assert entry.decision is Decision.NONE, "a pick is no decision"
    _press(qtbot, window, Qt.Key.Key_Left)
    _regroup(qtbot, window, Qt.Key.Key_B)
    assert _picks(window)[0] == 2, "one own pick per group"
    _regroup(qtbot, window, Qt.Key.Key_B)
    assert _picks(window)[0] == suggested
    assert window.bottom_bar.message == "IMG_0002.JPG is no longer your pick."
    for said in ("no longer your pick", "IMG_0002.JPG is your pick", "IMG_0003.JPG is your pick"):
        _undo(qtbot, window)
        assert window.bottom_bar.message.startswith("Undone: ") and said in window.bottom_bar.message
    assert _picks(window)[0] == suggested


def test_what_cannot_be_saved_does_not_show(qtbot: QtBot, window: MainWindow, data_dir):
    breaker = sqlite3.connect(data_dir.library, isolation_level=None)
    breaker.execute(
        "CREATE TRIGGER full BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    breaker.close()
    _press(qtbot, window, Qt.Key.Key_Right)
    for key, modifier in ((Qt.Key.Key_G, CTRL | SHIFT), (Qt.Key.Key_B, NOTHING)):
        _press(qtbot, window, key, modifier)
        assert "not saved: disk is full" in window.bottom_bar.message
    assert _groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2] and window.switching._task is None
    assert not any(e.marks.own_group or e.marks.own_pick for e in window.album.entries())


def test_after_a_restart_all_is_as_it_was_and_can_still_be_undone(
    qtbot: QtBot, window: MainWindow, make_window, open_album, small_album: Path, settings, data_dir
):
    _press(qtbot, window, Qt.Key.Key_Right)
    _split(qtbot, window)
    _press(qtbot, window, Qt.Key.Key_Right)
    _regroup(qtbot, window, Qt.Key.Key_B)
    _press(qtbot, window, Qt.Key.Key_P)
    window.close()
    (small_album / "IMG_0004.JPG").rename(small_album / "IMG_0004_renamed.JPG")
    (small_album / "IMG_0009.JPG").unlink()
    again = make_window()
    open_album(again, small_album)
    assert _groups(again) == [0, 1, 1, 2, 2, 2, 3, 3]
    assert _picks(again)[:2] == [1, 3]
    _press(qtbot, again, Qt.Key.Key_Z, CTRL)
    assert again.bottom_bar.message == "Undone: IMG_0003.JPG accepted"
    _undo(qtbot, again)
    assert again.bottom_bar.message == "Undone: IMG_0003.JPG is your pick" and _picks(again)[:2] == [1, 2]
    _undo(qtbot, again)
    assert _groups(again) == [0, 0, 0, 1, 1, 1, 2, 2]


def test_the_command_line_honours_groups_and_picks(
    qtbot: QtBot, window: MainWindow, small_album: Path, settings, data_dir
):
    _press(qtbot, window, Qt.Key.Key_Right)
    _split(qtbot, window)
    _press(qtbot, window, Qt.Key.Key_Right)
    _regroup(qtbot, window, Qt.Key.Key_B)
    for job in (CullJob(small_album), CullJob(small_album, infer=False)):
        result = run_cull(job, settings, data_dir)
        photos = {p["path"]: p for p in json.loads(json.dumps(as_json(result, "cpu", {}, {})))["photos"]}
        assert [p["group"] for p in photos.values()] == [0, 1, 1, 2, 2, 2, 3, 3, 3]
        assert photos["IMG_0003.JPG"]["pick"] and photos["IMG_0003.JPG"]["reasons"][0] == "your pick"
        assert not photos["IMG_0002.JPG"]["pick"]
        exported = [item.photo.name for item in choose(items_of(result, data_dir), "picks")]
        assert "IMG_0003.JPG" in exported and "IMG_0002.JPG" not in exported


def test_a_group_changed_while_scoring_shows_with_the_next_groups(qtbot: QtBot, make_window):
    """The run reads what is on disk; the window waits for it and says so."""
    window = make_window()
    window.album.apply(window.album.job, [listed(6), inspected(6), selected(range(6))])
    window.decisions.begin(Path("/nowhere"))
    window.grid.go_to_row(1)
    before = window.run.regrouped.count
    window.actions_["group.pick"].trigger()
    assert window.bottom_bar.message.endswith("is your pick. It shows with the next groups of this run.")
    assert window.run.regrouped.count == before + 1


def test_a_photo_that_was_not_read_is_not_grouped_and_hinders_no_other(qtbot: QtBot, make_window):
    window = make_window()
    read = inspected(6).inspected
    del read[3]
    window.album.apply(window.album.job, [listed(6), PhotosInspected(read), selected(range(6))])
    window.decisions.begin(Path("/nowhere"))
    window.grid.go_to_row(3)
    window.actions_["group.merge"].trigger()
    assert window.bottom_bar.message == "IMG_0003.JPG cannot be grouped: it was not read (yet)."
    window.grid.go_to_row(4)
    window.actions_["group.merge"].trigger()
    assert "2 groups made one" in window.bottom_bar.message
    assert [bool(entry.marks.own_group) for entry in window.album.entries()] == [True] * 3 + [False] + [
        True
    ] * 2


# -- folding


def test_a_folded_group_shows_its_pick_with_a_count_and_unfolds(qtbot: QtBot, window: MainWindow):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    picks = _picks(window)
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    _settle(qtbot, window)
    assert len(_shown(window)) == 3 and _shown(window)[1:] == picks[1:]
    assert _current(window) == 1, "the current photo stays"
    assert _count(window) == "3 groups folded"
    entry = window.grid.current
    assert entry is not None and "Folded group of 3" in window.album.describe(entry)
    assert window.album.counts()[Filter.ALL] == 9
    _press(qtbot, window, Qt.Key.Key_Right)
    _settle(qtbot, window)
    assert _shown(window) == picks, "away from the first group, its pick is shown"
    _press(qtbot, window, Qt.Key.Key_S)
    assert len(_shown(window)) == 5 and _current(window) == picks[1]
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    assert len(_shown(window)) == 3
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    assert _shown(window) == list(range(1, 10)) and _count(window) == ""


def test_a_click_on_the_header_folds_and_no_other_click_does(qtbot: QtBot, window: MainWindow):
    def click(row: int, below: int) -> None:
        box = window.grid.visualRect(window.album.index(row, 0))
        spot = QPoint(box.center().x(), box.top() + below)
        qtbot.mouseClick(window.grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    click(3, 12)
    assert len(_shown(window)) == 7 and _current(window) == 1, "the current photo stays where it is"
    click(3, 12)
    assert len(_shown(window)) == 9
    click(4, 12)
    assert len(_shown(window)) == 9 and _current(window) == 5, "not the group's first photo: no header"
    click(3, 80)
    assert len(_shown(window)) == 9 and _current(window) == 4


def test_deciding_goes_on_from_group_to_group_and_marks_what_is_seen(qtbot: QtBot, window: MainWindow):
    picks = _picks(window)
    _press(qtbot, window, Qt.Key.Key_BracketRight)
    _press(qtbot, window, Qt.Key.Key_BracketLeft)
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    for _ in range(3):
        _press(qtbot, window, Qt.Key.Key_P)
    decided = [_number(e.photo.name) for e in window.album.entries() if e.decision is Decision.ACCEPT]
    assert decided == picks
    _press(qtbot, window, Qt.Key.Key_Home)
    _press(qtbot, window, Qt.Key.Key_J)
    assert _current(window) not in picks, "the next undecided photo is inside a folded group, and is shown"
    assert len(_shown(window)) == 3
    _press(qtbot, window, Qt.Key.Key_X)
    _press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert _current(window) not in picks and len(_shown(window)) == 3


def test_a_filter_shows_what_passes_of_folded_groups(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    window.set_filter(Filter.UNDECIDED)
    for _ in range(3):
        _press(qtbot, window, Qt.Key.Key_P)
        _settle(qtbot, window)
    assert len(_shown(window)) == 3 and _count(window) == "6 of 9 shown, 3 groups folded"
    assert not any(window.album.entry_at(row).decision is Decision.ACCEPT for row in range(3))
    window.set_filter(Filter.PICKS)
    assert set(_shown(window)) <= set(_picks(window))


def test_a_selection_of_folded_groups_stays_on_the_photos_that_were_seen(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_S)
    assert _current(window) == 3 and _shown(window)[0] == 3
    _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    _settle(qtbot, window)
    assert [_number(e.photo.name) for e in window.grid.selected()] == [3, 4]
    _press(qtbot, window, Qt.Key.Key_X)
    rejected = [_number(e.photo.name) for e in window.album.entries() if e.decision is Decision.REJECT]
    assert rejected == [3, 4]


def test_compare_and_survey_show_the_whole_of_a_folded_group(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    _press(qtbot, window, Qt.Key.Key_N)
    assert len(window.views.survey.names) == 3
    _press(qtbot, window, Qt.Key.Key_Right)
    assert _current(window) == 2 and len(_shown(window)) == 3
    _press(qtbot, window, Qt.Key.Key_Escape)
    _press(qtbot, window, Qt.Key.Key_C)
    seen = set()
    for _ in range(3):
        seen.add(_current(window))
        _press(qtbot, window, Qt.Key.Key_Right)
    assert len(seen) >= 2, "the active side steps through the folded group"


def test_groups_that_are_dissolved_cannot_be_folded(qtbot: QtBot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    _press(qtbot, window, Qt.Key.Key_G, SHIFT)
    assert len(_shown(window)) == 9
    _press(qtbot, window, Qt.Key.Key_S)
    assert len(_shown(window)) == 9 and "Shift+G" in window.bottom_bar.message
    _press(qtbot, window, Qt.Key.Key_G, SHIFT)
    assert len(_shown(window)) == 3, "together again, they are folded as they were"


def test_split_and_merge_of_folded_groups_keep_the_current_photo(qtbot: QtBot, window: MainWindow):
    QAbstractItemModelTester(window.album, QAbstractItemModelTester.FailureReportingMode.Fatal)
    _press(qtbot, window, Qt.Key.Key_S, SHIFT)
    _press(qtbot, window, Qt.Key.Key_Right)
    _settle(qtbot, window)
    here = _current(window)
    _merge(qtbot, window)
    assert len(_shown(window)) == 2 and _current(window) == here == _shown(window)[0]
    _undo(qtbot, window)
    assert len(_shown(window)) == 3 and _current(window) == here
