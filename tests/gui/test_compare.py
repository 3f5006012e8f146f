"""Compare and survey in the real window, by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.types import Decision, Face, Label, Role, Score, Verdict
from gui import wording
from gui.criteria import Filter
from gui.entry import Entry
from gui.main_window import MainWindow
from gui.pair import LEFT, RIGHT
from gui.survey import Tile
from gui.view_state import View

SHIFT = Qt.KeyboardModifier.ShiftModifier


def _press(qtbot, window: MainWindow, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.views.currentWidget(), key, modifier)


def _sides(window: MainWindow) -> tuple[str, ...]:
    pair = window.views.compare.pair
    return tuple(entry.photo.name if entry else "" for entry in (pair[LEFT], pair[RIGHT]))


def _decided(window: MainWindow) -> dict[str, str]:
    return {e.photo.name: e.decision.value for e in window.album.entries() if e.decision is not Decision.NONE}


def _group(window: MainWindow, number: int) -> list[Entry]:
    return [entry for entry in window.album.entries() if entry.group == number]


@pytest.fixture
def comparing(qtbot, window: MainWindow) -> MainWindow:
    _press(qtbot, window, Qt.Key.Key_C)
    assert window.views.currentWidget() is window.views.compare
    return window


def test_the_pick_meets_the_runner_up(comparing: MainWindow):
    ranks = [entry.ranked.rank for e in (0, 1) if (entry := comparing.views.compare.pair[e]) and entry.ranked]
    assert ranks == [0, 1]
    assert comparing.grid.current is comparing.views.compare.pair[RIGHT]


def test_two_selected_photos_are_compared(qtbot, window: MainWindow):
    window.grid.go_to_row(3)
    _press(qtbot, window, Qt.Key.Key_Right, SHIFT)
    names = [entry.photo.name for entry in window.grid.selected()]
    _press(qtbot, window, Qt.Key.Key_C)
    assert list(_sides(window)) == names


def test_one_side_steps_while_the_other_stays(qtbot, comparing: MainWindow):
    left, right = _sides(comparing)
    members = [entry.photo.name for entry in _group(comparing, 0)]
    other = next(name for name in members if name not in (left, right))
    key = Qt.Key.Key_Right if members.index(other) > members.index(right) else Qt.Key.Key_Left
    _press(qtbot, comparing, key)
    assert _sides(comparing) == (left, other)
    _press(qtbot, comparing, Qt.Key.Key_S)
    assert comparing.grid.current is comparing.views.compare.pair[LEFT], "marks go to the left side now"
    _press(qtbot, comparing, Qt.Key.Key_4)
    assert {e.photo.name: e.marks.stars for e in comparing.album.entries() if e.marks.stars} == {left: 4}


def test_one_key_keeps_one_and_goes_on_to_the_next_group(qtbot, comparing: MainWindow):
    champion, first = _sides(comparing)
    _press(qtbot, comparing, Qt.Key.Key_K)
    assert _decided(comparing) == {champion: "accept", first: "reject"}
    _, second = _sides(comparing)
    assert second not in (champion, first)
    _press(qtbot, comparing, Qt.Key.Key_L)
    assert _decided(comparing) == {champion: "reject", first: "reject", second: "accept"}
    left = comparing.views.compare.pair[LEFT]
    assert left is not None and left.group == 1 and left.is_pick
    comparing.review.undo()
    assert _decided(comparing) == {champion: "accept", first: "reject"}, "both at once"


def _active(window: MainWindow) -> Entry | None:
    pair = window.views.compare.pair
    return pair[pair.active]


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_P, SHIFT),
    ],
)
def test_in_the_next_group_marks_go_to_the_side_that_is_framed(qtbot, comparing: MainWindow, key, modifier):
    _press(qtbot, comparing, key, modifier)
    before = _decided(comparing)
    _, challenger = _sides(comparing)
    assert _active(comparing) is comparing.grid.current is comparing.views.compare.pair[RIGHT]
    _press(qtbot, comparing, Qt.Key.Key_X)
    assert _decided(comparing) == {**before, challenger: "reject"}, "not the pick"


def test_marks_go_to_the_framed_side_after_a_group_is_done_and_after_undo(qtbot, comparing: MainWindow):
    compare, pick = comparing.views.compare, comparing.views.compare.pair[LEFT]
    for _ in range(2):
        _press(qtbot, comparing, Qt.Key.Key_K)
    assert compare.pair[LEFT] is not pick and _active(comparing) is comparing.grid.current
    assert comparing.grid.current is compare.pair[RIGHT]
    assert pick is not None
    comparing.grid.go_to(pick.photo.id)  # as undo does
    assert _active(comparing) is comparing.grid.current is compare.pair[LEFT] is pick


def test_a_filter_that_hides_what_is_decided_skips_no_group(qtbot, window: MainWindow):
    window.set_filter(Filter.UNDECIDED)
    window.grid.go_to_row(0)
    _press(qtbot, window, Qt.Key.Key_C)
    _press(qtbot, window, Qt.Key.Key_K)
    _press(qtbot, window, Qt.Key.Key_K)
    left = window.views.compare.pair[LEFT]
    assert left is not None and left.group == 1
    assert len(_decided(window)) == 3


def test_panes_zoom_and_pan_together_each_with_its_own_offset(qtbot, comparing: MainWindow):
    compare = comparing.views.compare
    left, right = (pane.canvas for pane in compare.panes)
    _press(qtbot, comparing, Qt.Key.Key_Z)
    assert left.view.zoom == right.view.zoom == 1.0
    left.pan(QPointF(-40, 0))
    assert left.view == right.view != View(1.0)
    right.pan(QPointF(0, -60), alone=True)
    apart = right.view.y - left.view.y
    assert apart > 0
    left.pan(QPointF(-20, 5))
    assert right.view.y - left.view.y == pytest.approx(apart), "the offset is kept"
    assert right.view.x == pytest.approx(left.view.x)
    _press(qtbot, comparing, Qt.Key.Key_Y)
    before = right.view
    left.pan(QPointF(-20, 5))
    assert right.view == before, "each for itself"
    _press(qtbot, comparing, Qt.Key.Key_Y)
    assert right.view == before, "nothing jumps when they are joined again"


def test_the_wheel_zooms_both(comparing: MainWindow):
    left, right = (pane.canvas for pane in comparing.views.compare.panes)
    for _ in range(12):
        QApplication.sendEvent(left, _wheel(left.rect().center()))
    assert left.view.zoom is not None and left.view.zoom > 1.0
    assert right.view == left.view


def test_panes_are_aligned_on_the_same_face(qtbot, comparing: MainWindow):
    compare = comparing.views.compare
    for side, x in ((LEFT, 0.30), (RIGHT, 0.34)):
        entry = compare.pair[side]
        assert entry is not None
        face = Face((x, 0.2, 0.1, 0.15), 0.9, None, 0.9)
        entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=(face,))))
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_Z)
    left, right = (pane.canvas.view for pane in compare.panes)
    assert (left.x, left.y) == pytest.approx((0.35, 0.275))
    assert (right.x, right.y) == pytest.approx((0.39, 0.275))


def test_the_same_face_is_shown_as_large_at_another_focal_length(qtbot, comparing: MainWindow):
    compare = comparing.views.compare
    boxes = {LEFT: (0.30, 0.20, 0.20, 0.30), RIGHT: (0.40, 0.30, 0.08, 0.12)}
    for side, box in boxes.items():
        entry = compare.pair[side]
        assert entry is not None
        faces = (Face(box, 0.9, None, 0.9),)
        entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=faces)))
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_Z)
    left, right = (pane.canvas for pane in compare.panes)

    def faces_on_screen() -> list[tuple[float, ...]]:
        found = []
        for canvas, (x, y, width, _) in zip((left, right), boxes.values(), strict=True):
            shown = canvas.picture_box()
            found.append(
                (shown.x() + x * shown.width(), shown.y() + y * shown.height(), width * shown.width())
            )
        return found

    assert right.view.zoom == pytest.approx(1.0), "none is blown up"
    assert left.view.zoom == pytest.approx(0.4, rel=0.02)
    assert faces_on_screen()[LEFT] == pytest.approx(faces_on_screen()[RIGHT], abs=1.5)
    assert "one size" in compare._state.text()
    assert [pane.heading.text().split(" · ")[-1] for pane in compare.panes] == ["40%", "100%"]
    right.pan(QPointF(-21, 9))
    QApplication.sendEvent(right, _wheel(right.rect().center()))
    assert faces_on_screen()[LEFT] == pytest.approx(faces_on_screen()[RIGHT], abs=2.5), "they stay together"
    _press(qtbot, comparing, Qt.Key.Key_V)
    assert left.view.zoom == right.view.zoom and left.view.zoom is not None
    assert "aligned" not in compare._state.text()


def test_the_side_that_stays_does_not_move_when_the_other_steps(qtbot, comparing: MainWindow):
    compare = comparing.views.compare
    for number, entry in enumerate(_group(comparing, 0)):
        side = 0.1 * (number + 1)
        faces = (Face((0.3 - 0.05 * number, 0.3, side, side), 0.9, None, 0.9),)
        entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=faces)))
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_V)
    _press(qtbot, comparing, Qt.Key.Key_Z)
    before, names = compare.panes[LEFT].canvas.view, _sides(comparing)
    seen = set()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        _press(qtbot, comparing, key)
        seen.add((_sides(comparing)[RIGHT], compare.panes[RIGHT].canvas.view.zoom))
        assert _sides(comparing)[LEFT] == names[LEFT] and compare.panes[LEFT].canvas.view == before
    assert len(seen) == 2, "each challenger at a zoom of its own"


def test_the_verdict_says_who_and_by_what_or_that_it_cannot_tell(comparing: MainWindow):
    left, right = (comparing.views.compare.pair[side] for side in (LEFT, RIGHT))
    assert left is not None and right is not None
    verdict = Verdict(right.photo.id, left.photo.id, right.photo.id, 0.73, "Siamese", "ab" * 32)
    left.verdicts = right.verdicts = (verdict,)
    comparing.views.compare.refresh()
    said = comparing.views.compare.words.splitlines()[0]
    assert said.endswith("▶") and wording.stem(right.photo.name) in said
    assert "73% confidence · by Siamese [abababab]" in said
    left.verdicts = right.verdicts = (replace(verdict, winner=None),)
    comparing.views.compare.refresh()
    assert comparing.views.compare.words.startswith("Close pair: can't tell · by Siamese [abababab]")
    left.verdicts = right.verdicts = ()
    comparing.views.compare.refresh()
    assert comparing.views.compare.words.startswith("No close pair: composite ")
    assert right.ranked is not None
    right.ranked = replace(right.ranked, group=right.ranked.group + 1)
    said = wording.pair_sentence(None, left, right, awaited=False)
    assert said.startswith("Two different moments: composite ")


def test_the_survey_shows_the_whole_group_and_moves_by_key(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_N)
    survey = window.views.survey
    assert window.views.currentWidget() is survey
    assert survey.names == ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"]
    assert [tile.isVisible() for tile in survey._tiles] == [True] * 3
    _press(qtbot, window, Qt.Key.Key_Right)
    _press(qtbot, window, Qt.Key.Key_X)
    assert _decided(window) == {"IMG_0002.JPG": "reject"}
    assert [tile.canvas.dimmed for tile in survey._tiles] == [False, True, False]
    assert [tile.canvas.framed for tile in survey._tiles] == [False, False, True], "auto-advance"
    _press(qtbot, window, Qt.Key.Key_8)
    assert window.album.entries()[2].marks.label is Label.GREEN
    assert survey.names[0] == "IMG_0004.JPG", "the next group follows"
    _press(qtbot, window, Qt.Key.Key_PageUp)
    assert survey.names[0] == "IMG_0001.JPG"
    _press(qtbot, window, Qt.Key.Key_Escape)
    assert window.views.currentWidget() is window.grid


def test_tiles_of_a_survey_do_not_overlap(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_N)
    survey = window.views.survey
    boxes = [tile.geometry() for tile in survey._tiles]
    assert all(survey.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_the_large_view_shows_faces_overlays_and_histogram(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    entry = window.grid.current
    assert entry is not None
    faces = (Face((0.5, 0.2, 0.1, 0.15), 0.9, 0.8, 0.9), Face((0.1, 0.2, 0.1, 0.15), 0.05, None, 0.9))
    entry.set_scores((*entry.scores, Score(Role.PORTRAIT, 0.5, None, faces=faces)))
    _press(qtbot, window, Qt.Key.Key_T)
    assert window.loupe.faces.isVisible()
    assert window.loupe.faces.words.startswith("Face 1: eyes closed (95% sure); Face 2: eyes open")
    _press(qtbot, window, Qt.Key.Key_Period)
    view = window.loupe.canvas.view
    assert (view.zoom, view.x, view.y) == pytest.approx((1.0, 0.15, 0.275))
    _press(qtbot, window, Qt.Key.Key_O)
    _press(qtbot, window, Qt.Key.Key_O, SHIFT)
    assert window.actions_["loupe.peaking"].isChecked() and not window.actions_["loupe.clipping"].isChecked()
    _press(qtbot, window, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: window.loupe.histogram._bins is not None)
    assert window.loupe.histogram.isVisible()


def test_a_composite_is_never_cut_in_the_survey(qtbot, window: MainWindow):
    tile, entry = Tile(window), window.album.entries()[0]
    tile.show_entry(entry, current=True, awaited=False)
    tile.show()
    tile._name.setText("the_name_of_a_file_that_is_long")
    for width in (400, 130):
        tile.resize(width, 120)
        QApplication.processEvents()
        label = tile._composite
        assert label.width() >= label.sizeHint().width() and tile.rect().contains(label.geometry())
    assert tile._name.shown != tile._name.text(), "the name gives way"
    tile.hide()
    tile.deleteLater()


def test_the_wheel_zooms_the_large_view_where_it_points(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    canvas = window.loupe.canvas
    corner = QPoint(canvas.width() // 2 + 60, canvas.height() // 2 - 40)
    spot = canvas.spot_at(QPointF(corner))
    for _ in range(9):
        QApplication.sendEvent(canvas, _wheel(corner))
    assert canvas.zoomed
    after = canvas.spot_at(QPointF(corner))
    assert (after.x(), after.y()) == pytest.approx((spot.x(), spot.y()), abs=0.01)
    for _ in range(30):
        QApplication.sendEvent(canvas, _wheel(corner, -120))
    assert not canvas.zoomed


def test_a_click_and_the_key_zoom_where_the_pointer_is(qtbot, window: MainWindow):
    _press(qtbot, window, Qt.Key.Key_E)
    canvas = window.loupe.canvas
    entry = window.grid.current
    canvas.show_picture(QPixmap(600, 400), QSize(6000, 4000))  # as a camera's
    corner = QPoint(canvas.width() // 2 + 200, canvas.height() // 2 - 90)
    spot = canvas.spot_at(QPointF(corner))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner)
    canvas.show_picture(QPixmap(600, 400), QSize(6000, 4000))
    assert canvas.view.zoom == 1.0
    after = canvas.spot_at(QPointF(corner))
    assert (after.x(), after.y()) == pytest.approx((spot.x(), spot.y()), abs=0.001)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner)
    assert not canvas.zoomed
    canvas.show_picture(QPixmap(600, 400), QSize(6000, 4000))
    qtbot.mouseMove(canvas, corner + QPoint(1, 0))
    qtbot.mouseMove(canvas, corner)
    by_click = canvas.close_view(QPointF(corner))
    _press(qtbot, window, Qt.Key.Key_Z)
    assert canvas.view == by_click, "the key does as the click where a hand points"
    _press(qtbot, window, Qt.Key.Key_Z)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    _press(qtbot, window, Qt.Key.Key_Z)
    assert canvas.view == View(1.0), "without a hand on the mouse the middle"
    assert window.grid.current is entry


def test_a_click_in_a_comparison_keeps_the_spot_under_the_pointer(qtbot, comparing: MainWindow):
    compare = comparing.views.compare
    left, right = (pane.canvas for pane in compare.panes)
    for canvas in (left, right):
        canvas._full = QSize(6000, 4000)
    corner = QPoint(right.width() // 2 - 80, right.height() // 2 + 60)
    spot = right.spot_at(QPointF(corner))
    right.zoom_wanted.emit(QPointF(corner))
    right._full = QSize(6000, 4000)
    after = right.spot_at(QPointF(corner))
    assert (after.x(), after.y()) == pytest.approx((spot.x(), spot.y()), abs=0.001)
    assert left.view == right.view != View(1.0)
    right.zoom_wanted.emit(QPointF(corner))
    assert not left.zoomed and not right.zoomed
    _press(qtbot, comparing, Qt.Key.Key_Y)
    right._full = QSize(6000, 4000)
    right.zoom_wanted.emit(QPointF(corner))
    assert right.zoomed and not left.zoomed, "each for itself"


def _wheel(at: QPoint, delta: int = 120) -> QWheelEvent:
    no = Qt.KeyboardModifier.NoModifier
    spot = QPointF(at)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(spot, spot, QPoint(), QPoint(0, delta), none, no, phase, False)
