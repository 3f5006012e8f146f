from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from engine.album.panoramas import find_panoramas, is_panorama_step, measure_shift
from engine.selection.likeness import sketch_of
from engine.types import Metadata, SequenceKind
from tests.photos import NAMES, open_photo

START = datetime(2026, 6, 1, 12, 0, 0)
WIDE = ("china", "flower", "coffee", "chelsea", "rocket")


def crops(
    name: str, shift: float, *, frames: int = 3, downward: bool = False, noise: float = 4
) -> list[np.ndarray]:
    """Frames that slide over a photo by `shift` of their width (or height), hand-held, with sensor noise."""
    rng = np.random.default_rng(1)
    picture = np.asarray(open_photo(name))
    picture = picture.swapaxes(0, 1) if downward else picture
    width = int((picture.shape[1] - 4) / (1 + shift * (frames - 1)))
    cut = []
    for number in range(frames):
        left, top = int(number * shift * width) + rng.integers(0, 4), rng.integers(0, 5)
        part = picture[top : picture.shape[0] - 4 + top, left : left + width].astype(float)
        part = np.clip(part + rng.normal(0, noise, part.shape), 0, 255).astype(np.uint8)
        cut.append(part.swapaxes(0, 1) if downward else part)
    return cut


def found(frames: list[np.ndarray], pause: float = 2.0, **other) -> dict[int, tuple[int, SequenceKind]]:
    known = {"camera": "Test", "exposure_time": 0.01, "f_number": 8.0, "iso": 100, "focal_length": 24.0}
    photos = [
        (number, Metadata(captured_at=START + timedelta(seconds=pause * number), **{**known, **other}))
        for number in range(len(frames))
    ]
    return find_panoramas(photos, {number: sketch_of(image) for number, image in enumerate(frames)})


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("shift", [0.25, 0.4, 0.6])
def test_a_panorama_to_either_side(name, shift):
    frames = crops(name, shift)
    whole = {number: (0, SequenceKind.PANORAMA) for number in range(3)}
    assert found(frames) == whole
    assert found(frames[::-1]) == whole


@pytest.mark.parametrize("name", ["china", "coffee", "chelsea", "flower"])
def test_a_panorama_downwards(name):
    assert len(found(crops(name, 0.4, downward=True))) == 3


def test_the_shift_is_measured():
    a, b, _ = (sketch_of(image) for image in crops("china", 0.6))
    shift = measure_shift(a, b)
    assert (shift.dx, shift.dy) == pytest.approx((0.6, 0.0), abs=0.05)
    assert measure_shift(b, a).dx == pytest.approx(-0.6, abs=0.05)
    assert is_panorama_step(shift)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pause", [0.1, 2.0])
def test_a_burst_is_none(name, pause):
    assert found(crops(name, 0.02, frames=5), pause) == {}


def test_a_burst_that_follows_something_is_none():
    assert found(crops("china", 0.25), pause=0.1) == {}


def test_two_frames_or_a_turn_back_are_none():
    frames = crops("china", 0.4)
    assert found(frames[:2]) == {}
    assert found([frames[0], frames[1], frames[0]]) == {}


@pytest.mark.parametrize("other", [{"camera": None}, {"exposure_time": None}])
def test_without_exif_none(other):
    assert found(crops("china", 0.4), **other) == {}


def test_minutes_apart_is_none():
    assert found(crops("china", 0.4), pause=60) == {}


def test_different_photos_are_never_a_step():
    sketches = [sketch_of(np.asarray(open_photo(name))) for name in NAMES]
    sketches += [np.full_like(sketches[0], 200), np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))]
    steps = [
        (a, b)
        for a, first in enumerate(sketches)
        for b, second in enumerate(sketches)
        if a != b and is_panorama_step(measure_shift(first, second))
    ]
    assert steps == []


def test_two_panoramas_of_one_walk():
    one, two = crops("china", 0.4), crops("coffee", 0.4)
    height = min(one[0].shape[0], two[0].shape[0])
    places = found([image[:height] for image in (*one, *two)])
    assert [places[number][0] for number in range(6)] == [0, 0, 0, 1, 1, 1]


def test_a_photo_without_sketch_is_in_none():
    frames = crops("china", 0.4)
    photos = [(number, Metadata()) for number in range(3)]
    assert find_panoramas(photos, {0: sketch_of(frames[0])}) == {}
    assert find_panoramas([], {}) == {}


@pytest.mark.parametrize(("bar", "moved"), [(210, 8), (230, 12), (240, 16), (350, 20)])
def test_a_fence_is_not_mistaken_for_its_next_bar(bar, moved):
    places = np.arange(640)
    rows = [np.sin((places + moved * number) * 2 * np.pi / bar) * 90 + 128 for number in range(4)]
    sketches = [sketch_of(np.tile(row.astype(np.uint8)[:, None], (480, 1, 3))) for row in rows]
    assert not any(is_panorama_step(measure_shift(a, b)) for a, b in pairwise(sketches))
