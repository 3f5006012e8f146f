"""The degraded variants, each against a computation of its own."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import correlate1d

from engine.degrading.distortions import DISTORTIONS, Distortion

BY_NAME = {distortion.name: distortion for distortion in DISTORTIONS}


@pytest.fixture(scope="module")
def image(photos) -> np.ndarray:
    return np.asarray(photos["chelsea"])  # (300, 451, 3)


def test_there_are_27_variants_with_names_of_their_own():
    assert len(BY_NAME) == len(DISTORTIONS) == 27
    assert Counter(d.type for d in DISTORTIONS) == {
        "blur": 4,
        "jpeg": 5,
        "exposure": 4,
        "crop_edge": 4,
        "crop_corner": 4,
        "crop_aspect": 4,
        "crop_centre": 2,
    }


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=lambda d: d.name)
def test_the_photo_itself_is_left_alone_and_the_copy_differs(distortion: Distortion, image):
    original = image.copy()
    original.flags.writeable = False
    worse = distortion.apply(original)
    assert np.array_equal(original, image)
    assert worse.dtype == np.uint8 and worse.ndim == 3 and worse.shape[2] == 3
    assert worse.shape != image.shape or not np.array_equal(worse, image)


@pytest.mark.parametrize(("sigma", "size"), [(1, 7), (2, 13), (4, 25), (8, 49)])
def test_blur_is_a_gaussian_cut_off_at_three_sigma(image, sigma, size):
    offsets = np.arange(size) - size // 2
    kernel = np.exp(-(offsets**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    expected = image.astype(np.float64)
    for axis in (0, 1):
        expected = correlate1d(expected, kernel, axis=axis, mode="mirror")
    found = BY_NAME[f"blur_sigma{sigma}"].apply(image)
    assert np.abs(found - expected).max() <= 1.0


@pytest.mark.parametrize("quality", [80, 60, 40, 20, 10])
def test_jpeg_is_compressed_once_at_that_quality(image, quality):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="jpeg", quality=quality)
    variant = BY_NAME[f"jpeg_q{quality}"]
    assert variant.encoded(image) == buffer.getvalue()
    assert np.array_equal(variant.apply(image), np.asarray(Image.open(buffer)))


def test_other_variants_are_written_at_quality_95(image):
    variant = BY_NAME["exposure_-1stops"]
    buffer = io.BytesIO()
    Image.fromarray(variant.apply(image)).save(buffer, format="jpeg", quality=95)
    assert variant.encoded(image) == buffer.getvalue()


@pytest.mark.parametrize(("stops", "factor"), [("-2", 0.25), ("-1", 0.5), ("+1", 2.0), ("+2", 4.0)])
def test_exposure_multiplies_and_saturates(stops, factor):
    ramp = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    found = BY_NAME[f"exposure_{stops}stops"].apply(ramp)[0, :, 0]
    assert list(found) == [min(255, round(value * factor)) for value in range(256)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crop_edge_right20", np.s_[:, :361]),
        ("crop_edge_right30", np.s_[:, :316]),
        ("crop_edge_bottom20", np.s_[:240]),
        ("crop_edge_bottom30", np.s_[:210]),
        ("crop_corner_topleft70", np.s_[:210, :316]),
        ("crop_corner_topleft60", np.s_[:180, :271]),
        ("crop_corner_bottomright70", np.s_[90:, 135:]),
        ("crop_corner_bottomright60", np.s_[120:, 180:]),
        ("crop_aspect_tall60", np.s_[:, 90:361]),
        ("crop_aspect_tall50", np.s_[:, 112:338]),
        ("crop_aspect_wide60", np.s_[60:240]),
        ("crop_aspect_wide50", np.s_[75:225]),
        ("crop_centre_centre70", np.s_[45:255, 68:384]),
        ("crop_centre_centre60", np.s_[60:240, 90:361]),
    ],
)
def test_crops_keep_the_part_they_are_named_after(image, name, expected):
    assert np.array_equal(BY_NAME[name].apply(image), image[expected])


def test_crops_of_a_tiny_image_keep_a_pixel():
    tiny = np.zeros((1, 1, 3), np.uint8)
    assert all(d.apply(tiny).shape == (1, 1, 3) for d in DISTORTIONS)
