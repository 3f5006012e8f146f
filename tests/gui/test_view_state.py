"""Zooming and panning as geometry; faces matched by place; what is laid over a photo."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSize, QSizeF
from PySide6.QtGui import QImage

from engine.types import Face
from gui import overlays
from gui.face_match import FacePlaces, assign, partner
from gui.faces_strip import close_up
from gui.survey import best_columns
from gui.view_state import MOST_ZOOM, WHOLE, View, close_at, picture_box, whole_scale, zoomed_at

SIDES = st.integers(50, 9000)
SIZES = st.builds(QSizeF, SIDES, SIDES)
SPOTS = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(SIZES, SIZES, SPOTS, st.floats(1.05, 6))
def test_what_is_under_the_pointer_stays_there(photo, window, share, factor):
    spot = QPointF(share[0] * window.width(), share[1] * window.height())
    before = picture_box(View(1.0), photo, window)
    view = zoomed_at(View(1.0), factor, spot, photo, window)
    after = picture_box(view, photo, window)
    on_photo = [(spot.x() - box.x()) / box.width() for box in (before, after)]
    on_it = 0 <= on_photo[0] <= 1  # far beside it a width that is rounded to whole pixels counts many times
    if on_it and 0 < view.x < 1 and 0 < view.y < 1:  # else the middle was held inside the photo
        assert abs(on_photo[0] - on_photo[1]) * after.width() < 3 + factor


@given(SIZES, SIZES, SPOTS, st.lists(st.floats(0.3, 3), max_size=12))
def test_no_wheel_leads_out_of_bounds(photo, window, share, factors):
    view = WHOLE
    for factor in factors:
        spot = QPointF(share[0] * window.width(), share[1] * window.height())
        view = zoomed_at(view, factor, spot, photo, window)
        assert 0 <= view.x <= 1 and 0 <= view.y <= 1
        assert view.zoom is None or whole_scale(photo, window) < view.zoom <= MOST_ZOOM


@given(SIZES, SIZES, SPOTS, st.floats(0.4, 1.0))
def test_looking_close_keeps_the_spot_and_leaves_no_side_empty(photo, window, share, zoom):
    assume(zoom > whole_scale(photo, window))
    whole = picture_box(WHOLE, photo, window)
    spot = QPointF(whole.x() + share[0] * whole.width(), whole.y() + share[1] * whole.height())
    view = close_at(spot, photo, window, zoom)
    box = picture_box(view, photo, window)
    assert view.zoom == zoom
    sides = ((box.left(), box.right(), window.width(), spot.x(), share[0], box.width()),)
    sides += ((box.top(), box.bottom(), window.height(), spot.y(), share[1], box.height()),)
    for first, last, room, at, where, length in sides:
        if length >= room:
            assert first <= 1 and last >= room - 1, "the photo reaches from side to side"
        else:
            assert abs((first + last) / 2 - room / 2) <= 1, "a narrow photo stays in the middle"
        if first < -1 and last > room + 1:  # else a side of the photo is at a side of the window
            assert abs(first + where * length - at) < 3


@given(SIZES, SIZES)
def test_a_whole_photo_is_inside_the_window_and_never_enlarged(photo, window):
    box = picture_box(WHOLE, photo, window)
    assert box.width() <= min(photo.width(), window.width()) + 1
    assert box.height() <= min(photo.height(), window.height()) + 1


def _face(x: float, y: float, side: float = 0.1) -> Face:
    return Face((x, y, side, side), 0.9, None, 0.9)


def test_everybody_keeps_a_place_when_the_camera_moves():
    places = FacePlaces()
    first = [_face(0.7, 0.2), _face(0.1, 0.2), _face(0.4, 0.2)]
    assert [f.box[0] for f in places.arrange(1, first) if f] == [0.1, 0.4, 0.7]
    moved = [_face(0.43, 0.22), _face(0.73, 0.22), _face(0.13, 0.22)]
    assert [f.box[0] for f in places.arrange(1, moved) if f] == [0.13, 0.43, 0.73]


def test_one_who_turned_away_leaves_a_gap_and_comes_back_to_it():
    places = FacePlaces()
    places.arrange(1, [_face(0.1, 0.2), _face(0.4, 0.2), _face(0.7, 0.2)])
    without = places.arrange(1, [_face(0.1, 0.2), _face(0.7, 0.2)])
    assert [face and face.box[0] for face in without] == [0.1, None, 0.7]
    again = places.arrange(1, [_face(0.7, 0.2), _face(0.42, 0.2), _face(0.1, 0.2), _face(0.9, 0.8)])
    assert [face and face.box[0] for face in again] == [0.1, 0.42, 0.7, 0.9], "a newcomer comes last"
    assert len(places.arrange(2, [_face(0.5, 0.5)])) == 1, "another group begins anew"


def test_a_far_face_and_one_of_another_size_are_other_people():
    assert partner(_face(0.1, 0.1), [_face(0.8, 0.8)]) is None
    assert partner(_face(0.4, 0.4, 0.05), [_face(0.35, 0.35, 0.3)]) is None
    assert partner(_face(0.1, 0.1), [_face(0.5, 0.1), _face(0.14, 0.1)]) == _face(0.14, 0.1)


@given(st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)), max_size=7), st.data())
def test_nobody_is_at_two_places(corners, data):
    boxes = [(x, y, 0.1, 0.1) for x, y in corners]
    shuffled = data.draw(st.permutations(boxes))
    found = [number for number in assign(boxes, shuffled) if number is not None]
    assert len(found) == len(set(found)) == len(boxes), "each face is nearest to itself"


@given(st.floats(-0.2, 1), st.floats(-0.2, 1), st.floats(0.01, 0.9))
def test_a_close_up_lies_inside_the_picture(x, y, side):
    box = close_up(_face(x, y, side), QSize(1200, 800))
    assert box.left() >= 0 and box.right() <= 1200.001 and box.top() >= 0 and box.bottom() <= 800.001
    assert box.width() == pytest.approx(box.height())


@pytest.mark.parametrize(
    ("count", "shape", "expected"),
    [
        (0, 1.5, 1),
        (1, 1.5, 1),
        (2, 1.5, 1),
        (2, 0.67, 2),
        (4, 1.5, 2),
        (6, 1.5, 3),
        (8, 0.67, 4),
        (9, 1.5, 3),
    ],
)
def test_a_survey_fills_the_window(count, shape, expected):
    assert best_columns(count, 1300, 1000, shape) == expected


def _image(pixels: np.ndarray) -> QImage:
    height, width = pixels.shape[:2]
    rgb = np.ascontiguousarray(pixels.astype(np.uint8))
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def test_clipping_marks_what_is_blown_out_and_what_is_black():
    pixels = np.full((30, 90, 3), 128)
    pixels[:, 30:60] = (255, 100, 100)
    pixels[:, 60:] = 0
    mask = overlays.clipping(_image(pixels))
    colours = [mask.pixelColor(x, 15) for x in (10, 45, 75)]
    assert colours[0].alpha() == 0
    assert colours[1].red() > 200 > colours[1].blue()
    assert colours[2].blue() > 200 > colours[2].red()


def test_peaking_marks_sharp_edges_and_no_soft_ones():
    sharp = np.zeros((40, 80, 3))
    sharp[:, 40:] = 220
    soft = np.repeat(np.linspace(0, 220, 80)[None, :, None], 40, 0).repeat(3, 2)
    marked = [
        sum(overlays.peaking(_image(each)).pixelColor(x, 20).alpha() > 0 for x in range(80))
        for each in (sharp, soft)
    ]
    assert marked[0] >= 2 and marked[1] == 0


def test_a_histogram_has_its_peak_where_the_tones_are():
    bins = overlays.histogram(_image(np.full((50, 50, 3), (40, 128, 200))))
    assert bins.shape == (3, 256)
    assert [int(channel.argmax()) for channel in bins] == [40, 128, 200]


def test_large_pictures_are_looked_at_in_small():
    mask = overlays.clipping(_image(np.full((2000, 3000, 3), 255)))
    assert mask.width() * mask.height() <= 1.02 * overlays.MOST_PIXELS
    assert mask.pixelColor(5, 5).alpha() == 255
