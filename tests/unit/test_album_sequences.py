from datetime import datetime, timedelta

import pytest

from engine.album.sequences import find_sequences
from engine.types import Metadata, SequenceKind

START = datetime(2026, 6, 1, 12, 0, 0)


def frame(seconds: float, bias: float | None = 0.0, **other) -> Metadata:
    """A frame in aperture priority: more bias is a longer time."""
    known = {
        "captured_at": START + timedelta(seconds=seconds),
        "camera": "Test",
        "exposure_time": 0.01 * 2 ** (bias or 0.0),
        "f_number": 8.0,
        "iso": 100,
        "focal_length": 24.0,
        "exposure_bias": bias,
        "exposure_mode": 0,
    }
    return Metadata(**{**known, **other})


def sequences(*frames: Metadata) -> list[list[int]]:
    found = find_sequences(list(enumerate(frames)))
    assert all(kind is SequenceKind.BRACKET for _, kind in found.values())
    numbers = sorted({number for number, _ in found.values()})
    assert numbers == list(range(len(numbers)))
    return [[photo for photo, place in found.items() if place[0] == number] for number in numbers]


@pytest.mark.parametrize(
    "biases", [(0, -2, 2), (-1, 0, 1), (0, -1 / 3, 1 / 3), (0, -1, 1, -2, 2), (1, -1, 3), (0, -0.7, 0.7)]
)
def test_a_bracket(biases):
    frames = [frame(0.3 * number, bias) for number, bias in enumerate(biases)]
    assert sequences(*frames) == [list(range(len(biases)))]


def test_two_brackets_in_a_row_are_two():
    frames = [frame(0.3 * number, bias) for number, bias in enumerate((0, -2, 2, 0, -2, 2))]
    assert sequences(*frames) == [[0, 1, 2], [3, 4, 5]]


def test_single_frames_around_a_bracket_stay_out():
    frames = [frame(0.5 * number, bias) for number, bias in enumerate((0, 0, 0, -2, 2, 0, 0))]
    assert sequences(*frames) == [[2, 3, 4]]


def test_a_burst_is_none():
    assert sequences(*(frame(0.1 * number) for number in range(20))) == []
    drifting = [frame(0.1 * number, 0.0, exposure_time=0.01 * 1.3**number) for number in range(5)]
    assert sequences(*drifting) == []


def test_two_frames_are_none():
    assert sequences(frame(0, -1), frame(0.3, 1)) == []


@pytest.mark.parametrize("pause", [3.5, 60, 600])
def test_compensation_set_by_hand_is_none(pause):
    assert sequences(*(frame(pause * number, bias) for number, bias in enumerate((0, 1 / 3, 2 / 3)))) == []


def test_uneven_compensation_is_none():
    assert sequences(frame(0, 0), frame(1, 1 / 3), frame(2, -1)) == []


def test_bias_without_effect_on_the_exposure_is_none():
    assert sequences(*(frame(0.3 * n, bias, exposure_time=0.01) for n, bias in enumerate((0, -2, 2)))) == []


def test_auto_bracket_with_manual_exposure():
    def manual(seconds: float, time: float, mode: int = 2) -> Metadata:
        return frame(seconds, 0.0, exposure_time=time, exposure_mode=mode)

    times = (1 / 100, 1 / 400, 1 / 25)
    assert sequences(*(manual(0.4 * n, time) for n, time in enumerate(times))) == [[0, 1, 2]]
    assert sequences(*(manual(0.4 * n, time) for n, time in enumerate(times * 2))) == [[0, 1, 2], [3, 4, 5]]
    assert sequences(*(manual(0.4 * n, time, mode=1) for n, time in enumerate(times))) == []


def test_long_exposures_take_their_time():
    long = [frame(t, b, exposure_time=e) for t, b, e in ((0, 0, 8.0), (9, -2, 2.0), (12, 2, 32.0))]
    assert sequences(*long) == [[0, 1, 2]]


@pytest.mark.parametrize("change", [{"f_number": 11.0}, {"focal_length": 70.0}, {"captured_at": None}])
def test_another_setting_breaks_it(change):
    frames = [frame(0, 0), frame(0.3, -2), frame(0.6, 2, **change)]
    assert sequences(*frames) == []


def test_two_cameras_at_once():
    mixed = [frame(0.3 * n, bias, camera=name) for n, bias in enumerate((0, -2, 2)) for name in ("A", "B")]
    assert sequences(*mixed) == [[0, 2, 4], [1, 3, 5]]


def test_photos_without_exif():
    assert sequences(*[Metadata()] * 5) == []
    assert sequences(*(frame(0.3 * n, None) for n in range(3))) == []
