"""The strip of faces in the large view: how high it is, and what stands where."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication

from engine.types import Face, Role, Score
from gui.entry import Entry
from gui.faces_strip import FacesStrip
from gui.main_window import MainWindow


def _press(qtbot, window: MainWindow, key: Qt.Key) -> None:
    qtbot.keyClick(window.views.currentWidget(), key)


def _group(window: MainWindow, number: int) -> list[Entry]:
    return [entry for entry in window.album.entries() if entry.group == number]


def test_the_strip_of_faces_is_one_line_where_nobody_is_seen(qtbot, window: MainWindow):
    first, second, *_ = _group(window, 0)
    (other, *_) = _group(window, 1)
    found = (Face((0.5, 0.2, 0.1, 0.15), 0.9, 0.8, 0.9),)
    window.grid.go_to(first.photo.id)
    _press(qtbot, window, Qt.Key.Key_E)
    _press(qtbot, window, Qt.Key.Key_T)
    strip, canvas = window.loupe.faces, window.loupe.canvas
    unknown = strip.height(), canvas.height()
    for entry, faces in ((first, ()), (second, found), (other, ())):
        entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=faces)))
    window.loupe.refresh()
    assert strip.height() < 3 * strip.fontMetrics().height() < unknown[0]
    assert strip.height() + canvas.height() == sum(unknown), "the photo has the room, at once"
    lower = strip.height_for(second) - strip.height()
    box = window.loupe._box_of(second)
    assert lower > 0 and box[1] == round((canvas.height() - lower) * canvas.devicePixelRatio())
    window.grid.go_to(second.photo.id)
    assert (strip.height(), canvas.height()) == unknown
    assert box == window.loupe._box_of(second), "the picture that was fetched ahead is the one that is shown"
    window.grid.go_to(first.photo.id)
    assert (strip.height(), canvas.height()) == unknown, "inside a group nothing jumps"
    window.grid.go_to(other.photo.id)
    assert strip.height() < unknown[0]


def test_the_strip_of_faces_leaves_a_low_window_its_photo(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    _press(qtbot, window, Qt.Key.Key_T)
    high = window.loupe.faces.height()
    window.resize(window.width(), 500)
    QApplication.processEvents()
    assert window.loupe.faces.height() < min(high, window.loupe.height() / 3)


@pytest.mark.parametrize("height", [400, 800])
def test_no_badge_covers_a_face_in_the_strip(qtbot, window: MainWindow, height: int):
    (entry, *_) = _group(window, 0)
    faces = (Face((0.1, 0.2, 0.1, 0.15), 0.9, 0.9, 0.9), Face((0.5, 0.2, 0.1, 0.15), 0.1, None, 0.9))
    entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=faces)))
    strip, skin = FacesStrip(), QPixmap(400, 300)
    qtbot.addWidget(strip)
    skin.fill(QColor("#c08060"))
    strip.fit_into(height)
    strip.show_entry(entry)
    strip.show_picture(skin)
    strip.resize(400, strip.height())
    image = strip.grab().toImage()
    for at in range(2):
        tile = strip._tile(at).toRect()
        assert all(
            image.pixelColor(tile.x() + x, tile.y() + y) == QColor("#c08060")
            for x in range(1, tile.width() - 1)
            for y in range(1, tile.height() - 1)
        )
        below = image.copy(tile.x(), tile.bottom() + 1, tile.width(), image.height() - tile.bottom() - 1)
        assert (
            len({below.pixelColor(x, y).rgb() for x in range(tile.width()) for y in range(below.height())})
            > 1
        )
    clicked: list[QPointF] = []
    strip.face_wanted.connect(clicked.append)
    badge = strip._tile(1).toRect().center() + QPoint(0, strip._tile(1).toRect().height() // 2 + 8)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=badge)
    assert strip.chosen == 1 and len(clicked) == 1
