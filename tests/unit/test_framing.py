"""Crops are told by what they show, and only where a file is really a part of the other."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.comparing.framing import FRAMING, PARTS, SIDE, crop_evidence, framing_of
from engine.models.views import whole_view

NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def framing(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image.convert("RGB"))
    return framing_of(whole_view(pixels), image.width, image.height).astype(float)


def crop(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Return that part of the picture, by shares of its sides, as it is read back from a JPEG."""
    width, height, data = image.width, image.height, io.BytesIO()
    box = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    image.convert("RGB").crop(box).save(data, "JPEG", quality=70)
    return Image.open(data)


BOXES = [
    (0, 0, 0.95, 1),
    (0, 0, 0.7, 1),
    (0, 0.2, 1, 1),
    (0.3, 0.3, 1, 1),
    (0.2, 0, 0.8, 1),
    (0.15, 0.2, 0.85, 0.9),
]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("name", NAMES)
def test_a_part_is_found_in_the_whole(name: str, box: tuple, photos: dict[str, Image.Image]) -> None:
    whole, part = framing(photos[name]), framing(crop(photos[name], *box))
    sure, lost = crop_evidence(whole, part)
    assert sure > 0.5
    assert lost / sure == pytest.approx(1 - (box[2] - box[0]) * (box[3] - box[1]), abs=0.01)
    assert np.array_equal(crop_evidence(part, whole), [-sure, -lost])


@pytest.mark.parametrize("name", NAMES)
def test_a_smaller_file_that_shows_something_else_is_no_crop(
    name: str, photos: dict[str, Image.Image]
) -> None:
    whole = photos[name]
    for other in set(NAMES) - {name}:
        scaled = photos[other].resize(whole.size)
        assert not crop_evidence(framing(whole), framing(crop(scaled, 0, 0, 0.8, 1))).any()
    # The whole picture in fewer pixels is a copy, not a part; nor is one that was only brought to its size.
    assert not crop_evidence(
        framing(whole), framing(whole.resize((whole.width // 2, whole.height // 2)))
    ).any()
    assert not crop_evidence(framing(whole), framing(crop(whole, 0, 0, 0.7, 1).resize(whole.size))).any()


@pytest.mark.parametrize("name", NAMES)
def test_frames_of_nearly_one_size_are_no_crops(name: str, photos: dict[str, Image.Image]) -> None:
    """A RAW has some pixels more at its edges than the JPEG of the same camera, or of the next frame."""
    raw = photos[name].resize((3012, 2012))
    assert not crop_evidence(framing(raw), framing(crop(raw, 0.004, 0.003, 0.996, 0.997))).any()
    assert not crop_evidence(framing(raw), framing(crop(raw, 0.01, 0, 0.99, 1))).any()
    assert crop_evidence(framing(raw), framing(crop(raw, 0.04, 0, 1, 1)))[0] > 0.5


def test_flat_pictures_prove_nothing() -> None:
    grey = Image.new("RGB", (300, 200), (90, 90, 90))
    assert not crop_evidence(framing(grey), framing(grey.crop((0, 0, 200, 200)))).any()


@pytest.mark.parametrize("size", [(1, 1), (1, 600), (60_000, 1), (59_999, 60_000)])
@pytest.mark.parametrize("grey", [0, 90, 255])
def test_sides_of_any_length_and_empty_pictures_give_numbers(
    size: tuple[int, int], grey: int, photos: dict[str, Image.Image]
) -> None:
    pixels = whole_view(np.asarray(photos["coffee"].convert("RGB")))
    flat = np.full((300, 200, 3), grey, np.uint8)
    for whole in (framing_of(pixels, 60_000, 60_000), framing_of(whole_view(flat), 60_000, 60_000)):
        for part in (framing_of(pixels, *size), framing_of(whole_view(flat), *size)):
            told = crop_evidence(whole.astype(float), part.astype(float))
            assert ((told >= 0) & (told <= 1)).all()
            assert np.array_equal(crop_evidence(part.astype(float), whole.astype(float)), -told)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30_000), st.integers(1, 30_000))
def test_what_is_kept_survives_single_precision(seed: int, width: int, height: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    kept = framing_of(picture, width, height)
    assert kept.shape == (FRAMING,)
    assert kept.dtype == np.float32
    assert kept[:2].tolist() == [width, height]
    same = crop_evidence(kept.astype(float), kept.astype(float))
    assert same.tolist() == [0.0] * PARTS
