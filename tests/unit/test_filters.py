"""Filters say in words why a photo is not suggested, and say nothing of what was not measured."""

from __future__ import annotations

from typing import Any

import pytest

from engine.selection.filters import filter_failures
from engine.settings import Album, load_settings
from engine.types import Role
from tests.unit.builders import candidate, face

ALBUM = load_settings().album


def asking(part: str, **wanted: Any) -> Album:
    return ALBUM.model_copy(update={part: getattr(ALBUM, part).model_copy(update=wanted)})


OPEN, CLOSED = face(eyes=0.9), face(eyes=0.05)
BEHIND, HIDDEN = face(eyes=0.05, prominent=False), face(eyes=None)


@pytest.mark.parametrize(
    ("wanted", "below", "at", "said"),
    [
        (
            {"min_sharpness": 0.4},
            {"sharpness": 0.39},
            {"sharpness": 0.4},
            "too soft to pick (0.39, 0.40 needed)",
        ),
        (
            {"min_sharpness": 0.02},
            {"sharpness": 0.0164},
            {"sharpness": 0.02},
            "too soft to pick (0.016, 0.020 needed)",
        ),
        (
            {"min_iqa_score": 0.5},
            {"quality": 0.49},
            {"quality": 0.5},
            "low technical quality (0.49, 0.50 needed)",
        ),
        (
            {"min_ava_score": 5.5},
            {"aesthetic": 0.49},
            {"aesthetic": 0.5},
            "low aesthetic score (5.4, 5.5 needed)",
        ),
    ],
)
def test_a_photo_below_what_is_asked_for_fails_in_words(wanted, below, at, said):
    settings = asking(
        "quality", **{"min_sharpness": 0.0, "min_iqa_score": 0.0, "min_ava_score": 1.0} | wanted
    )
    (failure,) = filter_failures(candidate(0, **below), settings)
    assert failure.startswith(said)
    assert filter_failures(candidate(0, **at), settings) == []


def test_what_was_not_measured_fails_nothing():
    strict = asking("quality", min_sharpness=1.0, min_iqa_score=1.0, min_ava_score=10.0)
    unseen = candidate(0, aesthetic=None, quality=None, portrait=None)
    assert filter_failures(unseen, strict) == []
    assert len(filter_failures(candidate(0), strict)) == 3


@pytest.mark.parametrize(
    ("faces", "fails"),
    [((CLOSED,), True), ((OPEN, CLOSED), True), ((OPEN,), False), ((BEHIND, HIDDEN), False), ((), False)],
)
def test_open_eyes_are_asked_of_prominent_faces_where_they_are_required(faces, fails):
    seen = candidate(0, faces=faces)
    assert Role.PORTRAIT in seen.scores
    said = ["eyes closed, and open eyes are required"] if fails else []
    assert filter_failures(seen, asking("portrait", require_eyes_open=True)) == said
    assert filter_failures(seen, asking("portrait", require_eyes_open=False)) == []
