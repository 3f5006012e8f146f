"""Stars and colours from the keyboard, on disk, on the cells, undone after a restart."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.library.marks import MarkChange
from engine.types import Decision, Label, Marks
from gui import marks, theme, wording
from gui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
LABELS = [label for label in Label if label is not Label.NONE]


def _press(qtbot, window: MainWindow, keys: str) -> None:
    for key in keys:
        qtbot.keyClick(window.views.currentWidget(), key)


def _marks(window: MainWindow) -> dict[str, Marks]:
    return {e.photo.name: e.marks for e in window.album.entries() if e.marks != Marks()}


def test_digits_give_stars_and_colours_and_advance(qtbot, window: MainWindow):
    _press(qtbot, window, "3678")
    assert _marks(window) == {
        "IMG_0001.JPG": Marks(stars=3),
        "IMG_0002.JPG": Marks(label=Label.RED),
        "IMG_0003.JPG": Marks(label=Label.YELLOW),
        "IMG_0004.JPG": Marks(label=Label.GREEN),
    }


def test_one_mark_leaves_the_others(qtbot, window: MainWindow):
    _press(qtbot, window, "a59p0")
    assert _marks(window) == {"IMG_0001.JPG": Marks(Decision.ACCEPT, 0, Label.BLUE)}


def test_a_colour_pressed_again_is_taken_off(qtbot, window: MainWindow):
    _press(qtbot, window, "a6")
    assert _marks(window)["IMG_0001.JPG"].label is Label.RED
    _press(qtbot, window, "6")
    assert _marks(window) == {}


def test_marks_and_their_undo_survive_a_restart(
    qtbot, make_window, open_album, window: MainWindow, small_album
):
    _press(qtbot, window, "4x")
    expected = {"IMG_0001.JPG": Marks(stars=4), "IMG_0002.JPG": Marks(Decision.REJECT)}
    window.close()
    again = make_window()
    open_album(again, small_album)
    assert _marks(again) == expected
    qtbot.keyClick(again.grid, Qt.Key.Key_Z, CTRL)
    assert again.bottom_bar.message == "Undone: IMG_0002.JPG rejected"
    qtbot.keyClick(again.grid, Qt.Key.Key_Z, CTRL)
    assert again.bottom_bar.message == "Undone: IMG_0001.JPG: 4 stars"
    assert _marks(again) == {}
    again.actions_["review.redo"].trigger()
    assert _marks(again) == {"IMG_0001.JPG": Marks(stars=4)}


def test_undo_finds_a_photo_that_was_renamed(make_window, open_album, window: MainWindow, small_album):
    window.review.rate(5)
    window.close()
    (small_album / "IMG_0001.JPG").rename(small_album / "kept.JPG")
    again = make_window()
    open_album(again, small_album)
    assert _marks(again) == {"kept.JPG": Marks(stars=5)}
    again.review.undo()
    assert _marks(again) == {}
    assert again.grid.current is not None and again.grid.current.photo.name == "kept.JPG"


def test_stars_and_colour_are_seen_on_the_cell(window: MainWindow):
    cell = window.grid.visualRect(window.album.index(1, 0))

    def seen() -> QImage:
        return window.grid.viewport().grab(cell).toImage()

    plain = seen()
    window.album.set_marks({1: Marks(label=Label.PURPLE)})
    labelled = seen()
    window.album.set_marks({1: Marks(stars=5, label=Label.PURPLE)})
    assert _pixels(plain, theme.LABEL_COLOURS[Label.PURPLE]) < 6
    assert _pixels(labelled, theme.LABEL_COLOURS[Label.PURPLE]) > 30
    assert _pixels(seen(), theme.FOCUS) > _pixels(labelled, theme.FOCUS) + 60


@pytest.mark.parametrize("one", LABELS)
def test_labels_differ_in_shape_and_not_only_in_colour(one: Label):
    shapes = {label: _shape(label) for label in LABELS}
    for other in LABELS:
        differing = int((shapes[one] != shapes[other]).sum())
        assert (differing > 60) == (one is not other), f"{one} and {other}: {differing} pixels"


@pytest.mark.parametrize(
    ("changes", "names", "expected"),
    [
        ([MarkChange(Decision.REJECT)], ["a.jpg"], "a.jpg rejected"),
        ([MarkChange(stars=1)], ["a.jpg"], "a.jpg: 1 star"),
        ([MarkChange(stars=0)], ["a.jpg", "b.jpg"], "2 photos: no stars"),
        ([MarkChange(label=Label.NONE)], ["a.jpg"], "a.jpg: no label"),
        (
            [MarkChange(Decision.ACCEPT), MarkChange(Decision.REJECT)],
            ["a.jpg", "b.jpg"],
            "1 photo accepted, 1 rejected",
        ),
        (
            [MarkChange(Decision.REJECT), MarkChange(Decision.ACCEPT), MarkChange(Decision.REJECT)],
            ["a.jpg", "b.jpg", "c.jpg"],
            "1 photo accepted, 2 rejected",
        ),
        (
            [MarkChange(stars=3), MarkChange(label=Label.RED)],
            ["a.jpg", "b.jpg"],
            "2 photos: 3 stars / red",
        ),
    ],
)
def test_a_change_in_words(changes, names, expected):
    assert wording.change_text(names, changes) == expected


def _shape(label: Label) -> np.ndarray:
    image = QImage(24, 24, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    marks.draw_label(painter, QRectF(2, 2, 20, 20), label)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(24, 24, 4)[:, :, 3] > 128


def _pixels(image: QImage, colour: QColor) -> int:
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(rgb.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(int)
    wanted = np.array([colour.blue(), colour.green(), colour.red()])
    return int((np.abs(pixels - wanted).max(axis=1) <= 12).sum())


def test_a_file_that_cannot_be_read_is_no_obstacle_to_a_selection(
    qtbot, make_window, open_album, small_album
):
    (small_album / "IMG_0010.JPG").write_bytes(b"")
    window = make_window()
    open_album(window, small_album)
    qtbot.keyClick(window.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window.grid, Qt.Key.Key_P)
    decided = {entry.photo.name for entry in window.album.entries() if entry.decision is Decision.ACCEPT}
    assert decided == {f"IMG_{number:04d}.JPG" for number in range(1, 10)}
    assert window.bottom_bar.warning == "1 of 10 photos were not marked: they cannot be read."
    window.grid.go_to_row(window.album.row(next(e.photo.id for e in window.album.entries() if e.error)))
    qtbot.keyClick(window.grid, Qt.Key.Key_X)
    assert "cannot be decided on" in window.bottom_bar.message
