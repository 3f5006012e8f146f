"""Groups from the keyboard, in the real window: folding, splitting, merging, and a pick of one's own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from engine.cli.cull import run_cull
from engine.cli.items import items_of
from engine.events import Composed, PhotosInspected
from engine.export.items import choose
from engine.pipeline import CullJob
from engine.report import as_json
from engine.types import Decision
from gui.main_window import MainWindow
from tests.gui.albums import inspected, listed, selected
from tests.gui.group_keys import (
    CTRL,
    NOTHING,
    SHIFT,
    WAIT_MS,
    current,
    groups,
    merge,
    picks,
    press,
    regroup,
    split,
    undo,
)
from tests.unit.builders import candidate


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
    press(qtbot, window, Qt.Key.Key_Right)
    job = window.album.job
    split(qtbot, window)
    assert groups(window) == [0, 1, 1, 2, 2, 2, 3, 3, 3]
    assert window.bottom_bar.message == "IMG_0002.JPG begins a new group of 2."
    assert current(window) == 2 and window.album.job == job and not window.run.running
    stored = own_rows()
    assert set(stored) == {"IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"}
    assert stored["IMG_0002.JPG"] == stored["IMG_0003.JPG"] != stored["IMG_0001.JPG"]
    assert 1 in picks(window) and 2 in picks(window), "each half has a pick"
    undo(qtbot, window)
    assert groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert window.bottom_bar.message == "Undone: IMG_0002.JPG begins a new group of 2"
    regroup(qtbot, window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert groups(window) == [0, 1, 1, 2, 2, 2, 3, 3, 3]


def test_selected_photos_become_a_group_of_their_own(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    split(qtbot, window)
    assert groups(window) == [0, 1, 1, 1, 2, 2, 3, 3, 3], "2, 3 and 4; the rest of both stays together"
    assert window.bottom_bar.message == "IMG_0002.JPG and 2 more are a group of their own."


def test_a_group_is_merged_with_the_one_before(qtbot: QtBot, window: MainWindow):
    press(qtbot, window, Qt.Key.Key_BracketRight)
    here = current(window)
    merge(qtbot, window)
    assert groups(window) == [0] * 6 + [1] * 3 and len(picks(window)) == 2
    assert window.bottom_bar.message == "2 groups made one: IMG_0001.JPG and 5 more."
    assert current(window) == here
    undo(qtbot, window)
    assert groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2] and current(window) == here


def test_the_groups_of_selected_photos_are_merged(qtbot: QtBot, window: MainWindow):
    for _ in range(6):
        press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    merge(qtbot, window)
    assert groups(window) == [0] * 9 and len(picks(window)) == 1
    assert "3 groups made one" in window.bottom_bar.message


@pytest.mark.parametrize(
    ("key", "modifier", "words"),
    [
        (Qt.Key.Key_G, CTRL | SHIFT, "This photo begins its group already."),
        (Qt.Key.Key_G, CTRL, "No group is shown before this one."),
    ],
)
def test_what_makes_no_sense_is_said_and_written_nowhere(
    qtbot: QtBot, window: MainWindow, own_rows, key, modifier, words
):
    press(qtbot, window, key, modifier)
    assert words in window.bottom_bar.message and own_rows() == {}


def test_the_pick_is_replaced_by_hand_and_given_back(qtbot: QtBot, window: MainWindow):
    assert 3 not in picks(window)
    suggested = picks(window)[0]
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_Right)
    regroup(qtbot, window, Qt.Key.Key_B)
    assert picks(window)[0] == 3 and len(picks(window)) == 3
    entry = window.grid.current
    assert entry is not None and entry.ranked is not None and entry.ranked.reasons[0] == "your pick"
    assert "your pick" in window.album.describe(entry)
    assert entry.decision is Decision.NONE, "a pick is no decision"
    press(qtbot, window, Qt.Key.Key_Left)
    regroup(qtbot, window, Qt.Key.Key_B)
    assert picks(window)[0] == 2, "one own pick per group"
    regroup(qtbot, window, Qt.Key.Key_B)
    assert picks(window)[0] == suggested
    assert window.bottom_bar.message == "IMG_0002.JPG is no longer your pick."
    for said in ("no longer your pick", "IMG_0002.JPG is your pick", "IMG_0003.JPG is your pick"):
        undo(qtbot, window)
        assert window.bottom_bar.message.startswith("Undone: ") and said in window.bottom_bar.message
    assert picks(window)[0] == suggested


def test_what_cannot_be_saved_does_not_show(qtbot: QtBot, window: MainWindow, data_dir):
    breaker = sqlite3.connect(data_dir.library, isolation_level=None)
    breaker.execute(
        "CREATE TRIGGER full BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    breaker.close()
    press(qtbot, window, Qt.Key.Key_Right)
    for key, modifier in ((Qt.Key.Key_G, CTRL | SHIFT), (Qt.Key.Key_B, NOTHING)):
        press(qtbot, window, key, modifier)
        assert "not saved: disk is full" in window.bottom_bar.message
    assert groups(window) == [0, 0, 0, 1, 1, 1, 2, 2, 2] and window.switching._task is None
    assert not any(e.marks.own_group or e.marks.own_pick for e in window.album.entries())


def test_after_a_restart_all_is_as_it_was_and_can_still_be_undone(
    qtbot: QtBot, window: MainWindow, make_window, open_album, small_album: Path, settings, data_dir
):
    press(qtbot, window, Qt.Key.Key_Right)
    split(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Right)
    regroup(qtbot, window, Qt.Key.Key_B)
    press(qtbot, window, Qt.Key.Key_P)
    window.close()
    (small_album / "IMG_0004.JPG").rename(small_album / "IMG_0004_renamed.JPG")
    (small_album / "IMG_0009.JPG").unlink()
    again = make_window()
    open_album(again, small_album)
    assert groups(again) == [0, 1, 1, 2, 2, 2, 3, 3]
    assert picks(again)[:2] == [1, 3]
    press(qtbot, again, Qt.Key.Key_Z, CTRL)
    assert again.bottom_bar.message == "Undone: IMG_0003.JPG accepted"
    undo(qtbot, again)
    assert again.bottom_bar.message == "Undone: IMG_0003.JPG is your pick" and picks(again)[:2] == [1, 2]
    undo(qtbot, again)
    assert groups(again) == [0, 0, 0, 1, 1, 1, 2, 2]


def test_the_command_line_honours_groups_and_picks(
    qtbot: QtBot, window: MainWindow, small_album: Path, settings, data_dir
):
    press(qtbot, window, Qt.Key.Key_Right)
    split(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Right)
    regroup(qtbot, window, Qt.Key.Key_B)
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


def test_what_was_grouped_after_the_runs_last_selection_is_shown_when_it_ends(qtbot: QtBot, make_window):
    window = make_window()
    window.album.apply(window.album.job, [listed(4), inspected(4)])
    window.decisions.begin(Path("/nowhere"))
    window.grid.go_to_row(1)
    window.actions_["group.pick"].trigger()
    photos = tuple(candidate(n, n, look=1, aesthetic=0.9 - n / 10) for n in range(4))
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        window.switching._take_composed(Composed(photos))
    assert picks(window) == [1]
    qtbot.waitUntil(lambda: window.switching._task is None, timeout=WAIT_MS)
    photos[1].own_pick = True  # as a run that has read it itself
    window.switching._take_composed(Composed(photos))
    assert window.switching._task is None, "nothing to make anew"


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
