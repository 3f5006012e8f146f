"""What arrives while photos are scored costs the window little, and undoes nothing decided meanwhile."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from engine.events import AlbumListed, MarksRead, PhotosInspected
from engine.library.decisions import DecisionStore
from engine.telemetry import Figures, Stage
from engine.types import Decision, Marks
from gui.main_window import MainWindow
from gui.performance_panel import PerformancePanel
from gui.row_changes import RowsModel

Opened = Callable[[MainWindow, Path], None]


def test_marks_are_read_beside_the_window(
    window: MainWindow, open_album: Opened, small_album: Path, monkeypatch: pytest.MonkeyPatch
):
    window.actions_["review.accept"].trigger()
    real, threads = DecisionStore.marks, []

    def marks(*given) -> dict[int, Marks]:
        threads.append(threading.current_thread())
        return real(*given)

    monkeypatch.setattr(DecisionStore, "marks", marks)
    open_album(window, small_album)
    assert threads and threading.main_thread() not in threads
    assert [entry.decision for entry in window.album.entries()].count(Decision.ACCEPT) == 1


def test_what_is_decided_while_marks_are_read_stays(window: MainWindow):
    first = window.album.entries()[0]
    window.actions_["review.accept"].trigger()  # the first one
    window.run._take(window.album.job, [MarksRead({first.photo.id: Marks(Decision.REJECT)})])
    assert first.decision is Decision.ACCEPT, "what was read is older"


def test_what_is_undone_while_marks_are_read_stays_undone(window: MainWindow, small_album: Path):
    """Undo needs no photo that is known: it may come between the listing of an album and its marks."""
    album, entries = window.album, window.album.entries()
    inspected = {entry.photo.id: entry.inspected for entry in entries if entry.inspected}
    window.actions_["review.accept"].trigger()
    window.decisions.begin(small_album)
    album.begin(album.job)
    window.run._take(album.job, [AlbumListed(tuple(entry.photo for entry in entries))])
    window.actions_["review.undo"].trigger()
    stale = MarksRead({entries[0].photo.id: Marks(Decision.ACCEPT)})
    window.run._take(album.job, [PhotosInspected(inspected), stale])
    assert {entry.decision for entry in album.entries()} == {Decision.NONE}


def test_marks_that_were_read_show_after_the_album_is_opened_anew(
    window: MainWindow, open_album: Opened, small_album: Path
):
    """What was decided before belongs to the former opening: another program may have changed it since."""
    window.actions_["review.accept"].trigger()
    open_album(window, small_album)
    first = window.album.entries()[0]
    window.run._take(window.album.job, [MarksRead({first.photo.id: Marks(Decision.REJECT)})])
    assert first.decision is Decision.REJECT


def test_marks_that_cannot_be_read_are_told(window: MainWindow):
    window.run._take(window.album.job, [MarksRead({}, "Decisions could not be read: the disk is gone.")])
    assert "Decisions could not be read" in window.bottom_bar.message


def _figures(seconds: float) -> Figures:
    return Figures("run", seconds, 40, {"decode": Stage(40, 8.0, 8.0)}, ())


def test_a_panel_that_nobody_sees_is_filled_when_it_is_looked_at(qtbot: QtBot):
    panel = PerformancePanel()
    qtbot.addWidget(panel)
    for seconds in (20.0, 21.0):
        panel.show_figures(_figures(seconds))
    assert panel._stages.rowCount() == 0
    panel.show()
    assert panel._stages.rowCount() == 1 and "40 photos in 21.0 s" in panel._words.text()
    panel.show_figures(_figures(22.0))
    assert "40 photos in 22.0 s" in panel._words.text()


def test_a_panel_behind_another_one_is_filled_when_it_comes_to_the_front(window: MainWindow, qtbot: QtBot):
    panel = window.panels.performance
    window.panels.show("panel.models")
    qtbot.waitUntil(lambda: panel.visibleRegion().isEmpty(), timeout=5_000)
    panel.show_figures(_figures(33.0))
    window.inspector._show()
    assert "33.0 s" not in panel._words.text() and not window.inspector.toPlainText()
    window.panels.show("panel.performance")
    qtbot.waitUntil(lambda: "33.0 s" in panel._words.text(), timeout=5_000)
    window.panels.show("panel.inspector")
    qtbot.waitUntil(lambda: "IMG_0001" in window.inspector.toPlainText(), timeout=5_000)


def test_an_album_that_is_begun_wipes_figures_that_nobody_saw(qtbot: QtBot):
    panel = PerformancePanel()
    qtbot.addWidget(panel)
    panel.show_figures(_figures(20.0))
    panel.clear()
    panel.show()
    assert "40 photos" not in panel._words.text()


def test_the_inspector_lays_out_only_what_is_new(window: MainWindow, qtbot: QtBot):
    window.panels.show("panel.inspector")
    qtbot.waitUntil(lambda: "IMG_0001" in window.inspector.toPlainText(), timeout=5_000)
    changes = QSignalSpy(window.inspector.document().contentsChanged)
    window.inspector._show()
    assert changes.count() == 0
    window.actions_["review.reject"].trigger()
    window.inspector._show()
    assert changes.count() > 0, "the next photo is shown"


def test_a_switch_that_cannot_be_turned_goes_back(window: MainWindow, qtbot: QtBot):
    """Although its model's state is the one that is shown already."""
    role = next(s.role for s in window.switching._statuses if s.state.value == "missing")
    switch = window.status_panel.card(role).switch
    switch.setEnabled(True)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not switch.isChecked()


def test_copies_are_told_apart_when_an_album_is_opened(make_window, open_album: Opened, small_album: Path):
    """Marks of byte-identical files go by name: all identities have to be known before marks are read."""
    shutil.copy(small_album / "IMG_0001.JPG", small_album / "IMG_0001b.JPG")
    window = make_window()
    open_album(window, small_album)
    window.decisions.decide({window.album.entries()[0].photo.id: Decision.ACCEPT})
    open_album(window, small_album)
    accepted = [e.photo.name for e in window.album.entries() if e.decision is Decision.ACCEPT]
    assert accepted == ["IMG_0001.JPG"]


def _times_asked(work: Callable[[], None]) -> int:
    """How often the model is asked for its number of rows: QListView does once for each photo it lays out."""
    asked: list[bool] = []
    sys.setprofile(lambda frame, *_: asked.append(frame.f_code is RowsModel.rowCount.__code__))
    try:
        work()
    finally:
        sys.setprofile(None)
    return sum(asked)


def test_a_decision_lays_no_photo_out_anew(window: MainWindow):
    grid, photo = window.grid, window.album.entries()[0].photo.id
    grid.scheduleDelayedItemsLayout()
    assert _times_asked(grid.executeDelayedItemsLayout) >= window.album.total
    window.album.set_marks({photo: Marks(Decision.ACCEPT)})
    assert _times_asked(grid.executeDelayedItemsLayout) == 0
