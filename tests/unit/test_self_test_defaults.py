"""The self-test of what comes with the program: our own weights, and the portrait model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.checking.knowledge import Answer, Knowledge, Polarity, Verdict, judge
from engine.checking.known_faces import ask_faces
from engine.checking.known_pairs import KnownPhotos, known_photos
from engine.checking.report import CheckReport, rows
from engine.checking.self_test import Place, check_file
from engine.errors import NothingToDoError
from engine.events import CancelToken
from engine.models.device import Device
from engine.models.own_weights import OWN_MODELS_DIR
from engine.models.runtime import Runtime
from engine.scoring.base import ModelInfo, ScoreResult
from engine.types import Face, Role, Score


@pytest.fixture(scope="module")
def place(weights_dir: Path) -> Place:
    return Place(Device("cpu"), Runtime(), models_dir=weights_dir)


def checked(path: Path, place: Place, photos: int) -> CheckReport:
    found = known_photos()
    known = KnownPhotos(found.photos[:photos], found.source)
    return check_file(path, place, known, lambda done, total: None, CancelToken())


def test_learned_quality_knows_good_photos(place: Place) -> None:
    report = checked(OWN_MODELS_DIR / "quality.safetensors", place, 2)
    assert report.verdict is Verdict.WORKS and report.warning is None
    assert report.facts is not None and report.facts.role is Role.QUALITY
    assert report.facts.validation["test_srcc"] == pytest.approx(0.867, abs=1e-3)
    assert report.runtime is not None and report.runtime.startswith("torch")


def test_no_order_moves_the_embedded_comparator(place: Place) -> None:
    report = checked(OWN_MODELS_DIR / "comparator.safetensors", place, 3)
    known = report.knowledge
    assert report.verdict is Verdict.WORKS and known is not None
    assert (known.order_bias, known.polarity) == (0.0, Polarity.FIRST)
    assert min(known.by_kind.values()) == 1.0


def test_the_portrait_model_finds_what_is_known(place: Place, weights_dir: Path) -> None:
    report = checked(weights_dir / "face_landmarker.task", place, 9)
    assert report.verdict is Verdict.WORKS and report.knowledge is not None
    kinds = report.knowledge.by_kind
    assert kinds == dict.fromkeys(("one face", "eyes open", "no face", "several faces"), 1.0)
    assert dict(rows(report))["known faces right"].startswith("100.0% (11 of 11")


class Finding:
    """A portrait model that finds the same faces in everything."""

    def __init__(self, *faces: Face) -> None:
        self._faces = faces

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(Role.PORTRAIT, "the same", "1")

    def load(self) -> None: ...

    def close(self) -> None: ...

    def score(self, images):
        return [ScoreResult(Score(Role.PORTRAIT, 0.5, None, faces=self._faces)) for _ in images]


class ByWidth(Finding):
    """Finds a face, or not, by how wide the picture is."""

    def score(self, images):
        faces = [self._faces * (each.full_width % 2) for each in images]
        return [ScoreResult(Score(Role.PORTRAIT, 0.5, None, faces=each)) for each in faces]


FACE = Face((0.1, 0.1, 0.5, 0.5), 0.1, 0.5, 0.9)


def asked(model: Finding, photos=None) -> Knowledge:
    photos = known_photos().photos if photos is None else photos
    return ask_faces(model, photos, lambda done, total: None, CancelToken())


def test_portrait_models_that_know_nothing_are_told() -> None:
    assert asked(Finding()).verdict is Verdict.SAME
    assert asked(Finding(FACE)).verdict is Verdict.SAME
    assert asked(Finding(replace(FACE, confidence=float("nan")))).verdict is Verdict.NAN
    wide = [
        replace(photo, image=photo.image[:, : -1 - number % 2])
        for number, photo in enumerate(known_photos().photos)
    ]
    found = asked(ByWidth(FACE), wide)
    assert found.verdict in (Verdict.CHANCE, Verdict.SAME)


def test_without_photos_of_faces_nothing_is_claimed() -> None:
    flowers = [photo for photo in known_photos().photos if photo.name == "flower"]
    with pytest.raises(NothingToDoError, match="no photos of faces"):
        asked(Finding(FACE), flowers)


def answers(lead: dict[str, float]) -> list[Answer]:
    return [
        Answer(f"photo {number}", kind, each if number else 0.3, (0.5 + each, 0.5 - each), False)
        for kind, each in lead.items()
        for number in range(20)
    ]


def test_a_whole_kind_wrong_is_no_knowledge() -> None:
    weak = {"blur": 0.3, "noise": 0.3, "dark": 0.3, "bright": 0.3, "faded": 0.3, "cast": 0.3, "jpeg": -0.3}
    assert judge(answers(weak)).verdict is Verdict.CHANCE
    assert judge(answers({**weak, "jpeg": 0.3})).verdict is Verdict.WORKS
    assert judge(answers({"blur": -0.3, "noise": -0.3})).verdict is Verdict.REVERSED
