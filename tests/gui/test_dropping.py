"""Folders dropped onto the window, anywhere on it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.types import Decision
from gui.criteria import Filter
from gui.dropping import folders_of
from gui.main_window import MainWindow

EITHER = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
WAIT_MS = 60_000


def _files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _drop(window: MainWindow, data: QMimeData) -> Qt.DropAction | None:
    """Drag onto the window and let go, with a move proposed; None where that is refused."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), EITHER, data, left, none)
    enter.setDropAction(Qt.DropAction.MoveAction)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return None
    drop = QDropEvent(QPointF(300, 300), EITHER, data, left, none)
    drop.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(window, drop)
    return drop.dropAction() if drop.isAccepted() else None


def _said(window: MainWindow) -> Sequence[str]:
    return [message.text for message in window.messages.history]


def test_a_dropped_folder_is_opened_and_never_taken_as_moved(qtbot: QtBot, make_window, small_album: Path):
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        action = _drop(window, _files(small_album))
    assert window.run.album == small_album
    assert window.album.rowCount() == 9
    assert action is Qt.DropAction.CopyAction
    assert not any("One album" in text for text in _said(window))


def test_a_dropped_photo_opens_the_folder_it_lies_in(qtbot: QtBot, make_window, small_album: Path):
    window = make_window()
    several = sorted(small_album.iterdir())[:3]
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(*several))
    assert window.run.album == small_album
    assert not any("One album" in text for text in _said(window))


def _standing(window: MainWindow) -> str:
    assert window.grid.current is not None
    return window.grid.current.photo.name


def test_a_dropped_photo_is_the_one_that_one_stands_on(qtbot: QtBot, make_window, small_album: Path):
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album / "IMG_0005.JPG", small_album / "IMG_0002.JPG"))
    assert _standing(window) == "IMG_0005.JPG"
    assert window.views.currentWidget() is window.grid
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album / "IMG_0008.JPG"))
    assert _standing(window) == "IMG_0008.JPG", "the place where one was before is of no interest"
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album))
    assert _standing(window) == "IMG_0008.JPG", "a folder goes back to where one was"


def test_a_dropped_photo_of_an_album_that_was_left_is_not_looked_for_in_the_next(
    qtbot: QtBot, window: MainWindow, small_album: Path, tmp_path: Path
):
    window.grid.go_to_row(7)
    name = _standing(window)
    (tmp_path / "other").mkdir()
    shutil.copy(small_album / "IMG_0001.JPG", tmp_path / "other" / "B.jpg")
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(tmp_path / "other" / "B.jpg"))
        window.open_album(small_album)
    assert window.run.album == small_album and _standing(window) == name


def test_a_filter_does_not_hide_the_dropped_photo(qtbot: QtBot, window: MainWindow, small_album: Path):
    window.decisions.decide({4: Decision.REJECT})
    window.set_filter(Filter.UNDECIDED)
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album / "IMG_0005.JPG"))
    assert _standing(window) == "IMG_0005.JPG"
    assert window.album.criteria.has(Filter.ALL)


def test_a_filter_that_shows_the_dropped_photo_stays(qtbot: QtBot, window: MainWindow, small_album: Path):
    window.decisions.decide({4: Decision.REJECT})
    window.set_filter(Filter.UNDECIDED)
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album / "IMG_0008.JPG"))
    assert _standing(window) == "IMG_0008.JPG"
    assert window.album.criteria.has(Filter.UNDECIDED)


def test_of_several_folders_the_first_is_opened_and_the_others_are_named(
    qtbot: QtBot, make_window, small_album: Path, tmp_path: Path
):
    other = tmp_path / "other\nshoot"
    other.mkdir()
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=WAIT_MS):
        _drop(window, _files(small_album, other))
    assert window.run.album == small_album
    assert f"One album at a time: {small_album.name} is opened, not other\\nshoot." in _said(window)


@pytest.mark.parametrize("kind", ["text", "page", "nothing"])
def test_what_is_no_file_is_refused(make_window, kind: str):
    data = QMimeData()
    if kind == "text":
        data.setText("/etc")
    if kind == "page":
        data.setUrls([QUrl("https://example.org/photo.jpg")])
    window = make_window()
    assert _drop(window, data) is None
    assert window.run.album is None


def test_a_folder_that_is_gone_is_told_and_the_album_stays(window: MainWindow, tmp_path: Path):
    before = window.run.album
    _drop(window, _files(tmp_path / "gone" / "photo.jpg"))
    assert window.run.album == before
    assert any("gone" in text and "no folder" in text for text in _said(window))


def test_no_part_of_the_window_takes_the_drop_for_itself(window: MainWindow):
    """A search field would take a folder's address for text."""
    window.search()
    assert [part for part in window.findChildren(QWidget) if part.acceptDrops()] == []


def test_a_folder_counts_once(tmp_path: Path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"")
    assert folders_of(_files(tmp_path, file, tmp_path)) == [tmp_path]


def test_the_place_to_drop_lights_up_while_something_is_held_over_it(make_window, small_album: Path):
    window = make_window()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def lit_by(data: QMimeData) -> bool:
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), EITHER, data, left, none))
        return window.welcome.is_lit

    text = QMimeData()
    text.setText("hello")
    assert lit_by(_files(small_album))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.welcome.is_lit
    assert not lit_by(text)
    assert lit_by(_files(small_album))
    _drop(window, _files(small_album))
    assert not window.welcome.is_lit
