"""The geometry of two panes that show one face at one place and size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize, QSizeF

from engine.types import Face
from gui.follow import ALIKE, SAME_SIZE, Follow, middle
from gui.view_state import View, picture_box

WINDOW = QSizeF(900, 700)
SIZES = st.builds(QSize, st.integers(800, 8000), st.integers(800, 8000))
SPOTS = st.tuples(st.floats(0.1, 0.7), st.floats(0.1, 0.7))


@st.composite
def faces(draw: st.DrawFn) -> Face:
    (x, y), side = draw(SPOTS), draw(st.floats(0.03, 0.25))
    return Face((x, y, side, side * draw(st.floats(0.8, 1.25))), None, None, 0.9)


def on_screen(view: View, face: Face, size: QSize) -> tuple[float, float, float]:
    """Return a face's middle and its mean side, in screen pixels."""
    box = picture_box(view, QSizeF(size), WINDOW)
    x, y = middle(face)
    area = face.box[2] * box.width() * face.box[3] * box.height()
    return box.x() + x * box.width(), box.y() + y * box.height(), area**0.5


@given(faces(), SIZES, faces(), SIZES, st.floats(0.2, 2.0), st.floats(-60, 60), st.floats(-60, 60))
def test_a_face_stands_at_one_place_and_in_one_size_also_after_panning(
    ours: Face, our_size: QSize, theirs: Face, their_size: QSize, zoom: float, dx: float, dy: float
):
    follow = ALIKE.to_face(ours, our_size, theirs, their_size)
    x, y = middle(ours)
    common = View(zoom, x + dx / our_size.width() / zoom, y + dy / our_size.height() / zoom)
    view = follow.view(common)
    if not (0 < view.x < 1 and 0 < view.y < 1 and 0 < common.x < 1 and 0 < common.y < 1):
        return  # the middle of what is seen stays inside each photo
    left, right = on_screen(common, ours, our_size), on_screen(view, theirs, their_size)
    assert left[:2] == pytest.approx(right[:2], abs=2.5)  # both are put on whole pixels
    assert 1 / SAME_SIZE * 0.98 < left[2] / right[2] < SAME_SIZE * 1.02
    if not 1 / SAME_SIZE < follow.scale < SAME_SIZE:
        assert left[2] == pytest.approx(right[2], rel=0.02)


def test_faces_that_differ_by_detection_alone_leave_the_zoom_alone():
    face, nearly = (
        Face((0.4, 0.4, 0.10, 0.10), None, None, 0.9),
        Face((0.4, 0.4, 0.11, 0.11), None, None, 0.9),
    )
    size = QSize(6000, 4000)
    assert ALIKE.to_face(face, size, nearly, size).scale == 1.0
    assert ALIKE.to_face(face, QSize(), nearly, size).scale == 1.0, "no size is known: the fractions count"
    half = QSize(3000, 2000)
    assert ALIKE.to_face(face, size, face, half).scale == pytest.approx(2.0), (
        "the same picture in fewer pixels"
    )


@given(st.floats(0.2, 5.0), SPOTS, SPOTS, st.floats(0.2, 4.0), SPOTS, st.floats(0.2, 4.0), SPOTS)
def test_what_a_hand_has_set_is_what_is_shown(scale, stretch, offset, zoom, spot, other_zoom, other_spot):
    follow = Follow(scale, stretch, offset)
    view = View(zoom, *spot)
    again = follow.view(follow.common(view))
    assert (again.zoom, again.x, again.y) == pytest.approx((view.zoom, view.x, view.y))
    common = View(other_zoom, *other_spot)
    moved = follow.onto(common, view).view(common)
    assert (moved.zoom, moved.x, moved.y) == pytest.approx((view.zoom, view.x, view.y))


def test_the_middle_of_a_face_is_in_the_middle_of_its_box():
    assert middle(Face((0.2, 0.4, 0.1, 0.3), None, None, 0.9)) == pytest.approx((0.25, 0.55))


def test_whole_photos_stay_whole_whatever_the_scale():
    follow = Follow(2.0, (2.0, 2.0), (0.1, -0.2))
    view, common = follow.view(View(None, 0.3, 0.4)), follow.common(View(None, 0.7, 0.6))
    assert view.zoom is None and common.zoom is None
    assert (view.x, view.y, common.x, common.y) == pytest.approx((0.7, 0.6, 0.3, 0.4))


@pytest.mark.parametrize(("common", "view"), [(None, None), (1.5, None), (None, 1.5)])
def test_a_hand_that_leaves_no_zoom_to_compare_moves_the_spot_alone(common, view):
    follow = Follow(2.0, (2.0, 2.0), (0.1, -0.2))
    moved = follow.onto(View(common, 0.2, 0.3), View(view, 0.6, 0.7))
    assert (moved.scale, moved.stretch) == (2.0, (2.0, 2.0))
    assert moved.spot((0.2, 0.3)) == pytest.approx((0.6, 0.7))


@pytest.mark.parametrize("unknown", [(QSize(), QSize(6000, 4000)), (QSize(6000, 4000), QSize())])
def test_the_fractions_count_where_one_size_is_not_known(unknown):
    face, smaller = Face((0.4, 0.4, 0.2, 0.2), None, None, 0.9), Face((0.1, 0.1, 0.1, 0.1), None, None, 0.9)
    assert ALIKE.to_face(face, unknown[0], smaller, unknown[1]).scale == pytest.approx(2.0)


def test_the_same_picture_in_fewer_pixels_is_panned_alike():
    face = Face((0.4, 0.3, 0.1, 0.1), None, None, 0.9)
    follow = ALIKE.to_face(face, QSize(6000, 4000), face, QSize(3000, 2000))
    assert follow.spot((0.1, 0.8)) == pytest.approx((0.1, 0.8))
    squeezed = Follow(1.0, (2.0, 4.0)).to_face(face, QSize(6000, 4000), face, QSize(3000, 2000))
    assert squeezed.stretch == pytest.approx((2.0, 4.0)), "as the pane from which it is taken"
    upright = ALIKE.to_face(face, QSize(6000, 4000), face, QSize(4000, 6000))
    assert upright.stretch == pytest.approx((1.5, 2 / 3)), "a step of as many pixels"
