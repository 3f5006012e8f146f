"""The rules: each metric moves the way a photographer would expect, on real photographs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageFilter

from engine.album.decode import Decoded
from engine.scoring.quality import QualityScorer
from engine.scoring.quality_metrics import colourfulness, exposure, measure
from tests.photos import NAMES, open_photo, wide

COLOURED = [name for name in NAMES if name != "camera"]


def _pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("name", NAMES)
def test_blur_lowers_sharpness_and_the_overall_score(name: str):
    sharp = wide(open_photo(name), 1600)
    scores = [measure(_pixels(sharp.filter(ImageFilter.GaussianBlur(r)))) for r in (0, 1.5, 4, 10)]
    sharpness = [score.sharpness for score in scores]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[0] > sharpness[-1]
    assert scores[0].overall > scores[-1].overall


def test_a_shallow_depth_of_field_is_no_fault():
    """A sharp subject before a blurred background is as sharp as a photo that is sharp all over."""
    photo = wide(open_photo("chelsea"), 1600)
    subject = (500, 300, 1100, 800)
    shallow = photo.filter(ImageFilter.GaussianBlur(12))
    shallow.paste(photo.crop(subject), subject[:2])
    everywhere, only_subject = measure(_pixels(photo)), measure(_pixels(shallow))
    assert only_subject.sharpness > 0.85 * everywhere.sharpness
    assert only_subject.sharpness_global < 0.7 * everywhere.sharpness_global


@pytest.mark.parametrize("name", COLOURED)
def test_overexposure_clips_highlights_and_lowers_exposure(name: str):
    pixels = _pixels(open_photo(name)).astype(np.float32)
    plain, bright = measure(pixels.astype(np.uint8)), measure((pixels * 4).clip(0, 255).astype(np.uint8))
    assert bright.clipped_highlights > plain.clipped_highlights
    assert bright.exposure < plain.exposure


def test_noise_is_measured_in_smooth_parts():
    photo = wide(open_photo("rocket"), 1600)
    grain = np.random.default_rng(1).normal(0, 12, (*_pixels(photo).shape[:2], 1))
    noisy = (_pixels(photo) + grain).clip(0, 255).astype(np.uint8)
    assert measure(noisy).noise > measure(_pixels(photo)).noise + 4


def test_a_grey_photo_has_no_colour():
    assert measure(_pixels(open_photo("camera"))).colourfulness == 0.0
    assert measure(_pixels(open_photo("flower"))).colourfulness > 0.4


def test_the_size_of_the_file_matters_little():
    photo = open_photo("china")
    small, large = measure(_pixels(wide(photo, 1600))), measure(_pixels(wide(photo, 3200)))
    assert abs(small.overall - large.overall) < 0.05


def test_exposure_by_its_formula():
    """0.5 (1 - p(0) - p(255)) + 0.5 H / ln 256."""
    even = np.full(256, 1 / 256)
    assert exposure(even) == pytest.approx(0.5 * (1 - 2 / 256) + 0.5)
    black = np.zeros(256)
    black[0] = 1.0
    assert exposure(black) == 0.0


def test_colourfulness_by_its_formula():
    """Two pixels, red and blue: rg 255 and 0, yb 127.5 and -255."""
    image = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)
    spread = np.hypot(np.std([255, 0]), np.std([127.5, -255]))
    mean = np.hypot(np.mean([255, 0]), np.mean([127.5, -255]))
    assert colourfulness(image) == pytest.approx(min(1.0, (spread + 0.3 * mean) / 100))
    pale = np.array([[[120, 110, 100], [100, 110, 120]]], np.uint8)
    spread = np.hypot(np.std([10, -10]), np.std([15, -15]))
    mean = np.hypot(np.mean([10, -10]), np.mean([15, -15]))
    assert colourfulness(pale) == pytest.approx((spread + 0.3 * mean) / 100, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_any_picture_gives_numbers_in_range(image: np.ndarray):
    metrics = measure(image)
    for name in ("sharpness", "sharpness_global", "exposure", "colourfulness", "contrast", "overall"):
        assert 0.0 <= getattr(metrics, name) <= 1.0


def test_the_scorer_shows_every_metric():
    pixels = _pixels(open_photo("coffee"))
    result = QualityScorer().score([Decoded(pixels, pixels.shape[1], pixels.shape[0])])[0]
    assert result.score is not None
    assert result.score.sha256 is None
    assert set(result.score.details) >= {
        "sharpness",
        "sharpness_global",
        "exposure",
        "colourfulness",
        "contrast",
    }
    assert result.score.value == pytest.approx(measure(pixels).overall)
