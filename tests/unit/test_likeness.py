"""Likeness on real photographs: frames of one scene are alike, other scenes are not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from engine.selection.candidate import Candidate
from engine.selection.likeness import Likeness, sketch_of
from engine.settings import load_settings
from tests.photos import NAMES, open_photo

NUMBERS = itertools.count()  # photos are told apart by their number
GROUPING = load_settings().album.grouping


def _candidate(image: Image.Image) -> Candidate:
    return Candidate(next(NUMBERS), "x", sketch=sketch_of(np.asarray(image.convert("RGB"))))


def _like(a: Image.Image, b: Image.Image) -> float:
    value = Likeness()(_candidate(a), _candidate(b))
    assert value is not None
    return value


@pytest.mark.parametrize("name", NAMES)
def test_frames_of_one_scene_are_alike_even_when_blurred_or_dark(name: str):
    photo = open_photo(name)
    reframed = photo.crop((8, 6, photo.width, photo.height))
    assert _like(photo, reframed) > GROUPING.similarity
    assert _like(photo, photo.filter(ImageFilter.GaussianBlur(6))) > GROUPING.similarity
    assert _like(photo, ImageEnhance.Brightness(photo).enhance(0.5)) > GROUPING.similarity


def test_other_scenes_are_not_alike():
    photos = [open_photo(name) for name in NAMES]
    alike = [_like(a, b) for a, b in itertools.combinations(photos, 2)]
    assert max(alike) < GROUPING.similarity


def test_without_a_sketch_nothing_is_known():
    bare, other = Candidate(next(NUMBERS), "a"), _candidate(open_photo("coffee"))
    assert Likeness()(bare, other) is None
    assert Likeness()(other, bare) is None


def test_features_speak_where_both_photos_have_them_and_only_there():
    coffee, cat = _candidate(open_photo("coffee")), _candidate(open_photo("chelsea"))
    by_sketch = Likeness()(coffee, cat)
    alike = np.float32([1.0, 0.0])
    one, other = replace(coffee, features=alike), replace(cat, features=alike)
    assert Likeness()(one, other) > by_sketch + 0.1
    for bare in (replace(other, features=None), replace(other, features=np.float32([1.0, 0.0, 0.0]))):
        assert Likeness()(one, bare) == Likeness()(bare, one) == by_sketch
