"""Subjects removed, cut and moved, on real photographs."""

import numpy as np
import pytest

from engine.degrading.semantic import CUT, KINDS, REMOVED, SWAPPED, degraded, find_subject
from tests.photos import wide


@pytest.fixture(scope="module")
def flower(photos):
    return np.asarray(wide(photos["flower"], 480))


@pytest.fixture(scope="module")
def subject(flower):
    found = find_subject(flower)
    assert found is not None
    return found


def test_the_blossom_is_the_subject(flower, subject):
    left, top, right, bottom = subject.box
    assert left < 0.45 < right and top < 0.5 < bottom and 0.1 < subject.mask.mean() < 0.4
    again = find_subject(flower)
    assert again is not None and np.array_equal(again.mask, subject.mask)


def test_where_nothing_stands_out_there_is_no_subject():
    assert find_subject(np.full((300, 400, 3), 128, np.uint8)) is None


def test_what_is_removed_is_gone_and_the_rest_is_untouched(flower, subject):
    removed = degraded(REMOVED, flower, subject, flower)
    change = np.abs(removed.astype(int) - flower).mean(axis=2)
    height, width = change.shape
    assert change[height // 2, int(0.45 * width)] > 40
    assert change[:20, :20].max() == 0


def test_a_cut_ends_in_the_middle_of_the_subject(flower, subject):
    cut = degraded(CUT, flower, subject, flower)
    left, top, right, bottom = subject.box
    kept = cut.shape[0] / flower.shape[0] * cut.shape[1] / flower.shape[1]
    edges = [(left + right) / 2, 1 - (left + right) / 2, (top + bottom) / 2, 1 - (top + bottom) / 2]
    assert kept == pytest.approx(max(edges), abs=0.01)


def test_an_exchanged_background_keeps_the_subject(flower, subject, photos):
    swapped = degraded(SWAPPED, flower, subject, np.asarray(photos["coffee"]))
    assert swapped.shape == flower.shape
    change = np.abs(swapped.astype(int) - flower).mean(axis=2)
    height, width = change.shape
    assert change[height // 2, int(0.45 * width)] < 3 and change[:20].mean() > 20


@pytest.mark.parametrize("shape", [(40, 900, 3), (900, 40, 3), (9, 9, 3)])
def test_odd_shapes_do_no_harm(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = find_subject(image)
    if found is not None:
        assert all(degraded(kind, image, found, image).size > 0 for kind in KINDS)
