"""The photo at analysis size is made once, and sharing it changes no value."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.album.analysed import analysed
from engine.models.views import STEPS, VIEW_SIDE, detail_view, views_of
from engine.scoring.quality_metrics import measure
from tests.photos import open_photo, wide


def plainly_most_detailed(image: np.ndarray) -> np.ndarray:
    """Return the most detailed square of a photo of 1,600 pixels, summing each place by itself."""
    laplacian = cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_16S).astype(np.int64)
    tops = np.linspace(0, image.shape[0] - VIEW_SIDE, STEPS).astype(int)
    lefts = np.linspace(0, image.shape[1] - VIEW_SIDE, STEPS).astype(int)

    def energy(top: int, left: int) -> int:
        return int((laplacian[top : top + VIEW_SIDE, left : left + VIEW_SIDE] ** 2).sum())

    _, top, left = max((energy(top, left), -top, -left) for top in tops for left in lefts)
    return image[-top : VIEW_SIDE - top, -left : VIEW_SIDE - left]


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket"])
def test_the_most_detailed_square_is_found(name: str) -> None:
    image = np.asarray(wide(open_photo(name), 1600).crop((0, 0, 1600, 1000)))
    assert np.array_equal(detail_view(image), plainly_most_detailed(image))


@pytest.mark.parametrize("width", [300, 900, 1599, 1600, 1601, 2700])
def test_what_is_shared_changes_nothing(width: int) -> None:
    image = np.asarray(wide(open_photo("coffee"), width).convert("RGB"))
    shared = analysed(image)
    alone, together = views_of(image), views_of(image, shared)
    assert np.array_equal(alone.whole, together.whole)
    assert (alone.detail is None) == (together.detail is None) == (width <= VIEW_SIDE)
    assert alone.detail is None or np.array_equal(alone.detail, together.detail)
    assert measure(image) == measure(image, shared)
