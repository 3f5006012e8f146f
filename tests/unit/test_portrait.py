"""Faces, eyes and smiles with the real networks; the rule for eyes on made-up expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.album.decode import Decoded, decode
from engine.errors import PhotoError, RuntimeUnfitError, WeightsMissingError
from engine.models.runtime import Runtime
from engine.scoring import face_networks, portrait
from engine.scoring.center_face import CenterFace
from engine.scoring.eyes import LEAST_CLOSED, eyes_open
from engine.scoring.face_landmarks import Expression
from engine.scoring.portrait import PortraitScorer
from engine.settings import load_settings
from engine.types import Face, Photo
from tests.photos import open_photo

CENTERFACE = "centerface.onnx"
SETTINGS = load_settings().portrait_analysis


@pytest.fixture(scope="module", params=["torch", "openvino"])
def scorer(weights_dir: Path, request: pytest.FixtureRequest) -> Iterator[PortraitScorer]:
    scorer = PortraitScorer(weights_dir, SETTINGS, Runtime(request.param))
    scorer.load()
    yield scorer
    scorer.close()


def _decoded(image: Image.Image) -> Decoded:
    return Decoded(np.asarray(image.convert("RGB")), image.width, image.height)


def _faces(scorer: PortraitScorer, image: Image.Image) -> tuple[Face, ...]:
    result = scorer.score([_decoded(image)])[0]
    assert result.score is not None
    return result.score.faces


def _group_photo(people: int, head_width: int) -> Image.Image:
    """Heads of one real person in rows before a real background."""
    head = open_photo("astronaut").crop((120, 20, 320, 240))
    head = head.resize((head_width, round(head_width * 1.1)), Image.Resampling.LANCZOS)
    scene = open_photo("china").resize((2200, 1500))
    for number in range(people):
        scene.paste(head, (150 + number % 5 * 420, 150 + number // 5 * 320))
    return scene


def test_a_smiling_face_with_open_eyes(scorer: PortraitScorer):
    (face,) = _faces(scorer, open_photo("astronaut"))
    x, y, width, height = face.box
    assert 0.30 < x < 0.40 and 0.05 < y < 0.15 and 0.15 < width < 0.22 and 0.2 < height < 0.3
    assert face.eyes_open is not None and face.eyes_open > 0.9
    assert face.smile is not None and face.smile > 0.8
    assert face.prominent


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "flower"])
def test_no_face_is_seen_where_there_is_none(scorer: PortraitScorer, name: str):
    assert _faces(scorer, open_photo(name)) == ()


@pytest.mark.parametrize("head_width", [80, 110, 160, 220])
def test_a_group_of_twenty_is_seen_as_twenty(scorer: PortraitScorer, head_width: int):
    faces = _faces(scorer, _group_photo(20, head_width))
    assert len(faces) == 20
    assert all(face.prominent for face in faces)


def test_eyes_of_a_group_are_judged_where_faces_are_large_enough(scorer: PortraitScorer):
    faces = _faces(scorer, _group_photo(20, 220))
    assert sum(face.eyes_open is not None and face.eyes_open > 0.5 for face in faces) >= 19


def test_a_face_too_small_to_judge_is_cannot_tell(scorer: PortraitScorer):
    faces = _faces(scorer, _group_photo(20, 60).resize((2200, 1500)))
    assert all(face.eyes_open is None for face in faces)


@pytest.fixture
def group_file(tmp_path: Path) -> Photo:
    """A photo of 12 megapixels of a group of twenty: its faces have less than 40 pixels as it is decoded."""
    scene = Image.new("RGB", (4000, 3000), (90, 110, 130))
    scene.paste(_group_photo(20, 120), (900, 750))
    path = tmp_path / "group.jpg"
    scene.save(path, quality=95)
    return Photo(0, path, (path,))


def _share_of_known_eyes(scorer: PortraitScorer, decoded: Decoded) -> float:
    (result,) = scorer.score([decoded])
    assert result.score is not None and len(result.score.faces) > 15
    return sum(face.eyes_open is not None for face in result.score.faces) / len(result.score.faces)


def test_small_faces_are_judged_by_the_detail_that_the_file_has(scorer: PortraitScorer, group_file: Photo):
    decoded = decode(group_file)
    assert decoded.image.shape == (1500, 2000, 3)
    assert _share_of_known_eyes(scorer, decoded) > 0.9
    assert _share_of_known_eyes(scorer, replace(decoded, photo=None)) < 0.1


def test_a_file_that_is_gone_by_then_has_no_score_and_it_is_said(scorer: PortraitScorer, group_file: Photo):
    decoded = decode(group_file)
    group_file.path.unlink()
    (result,) = scorer.score([decoded])
    assert result.score is None, "one of less detail would be kept as if it were whole"
    with pytest.raises(PhotoError) as gone:
        decode(group_file)
    assert result.error == gone.value.what


def test_no_crowd_is_looked_at_more_closely(scorer: PortraitScorer, group_file: Photo, monkeypatch):
    monkeypatch.setattr(portrait, "CROWD", 15)
    assert _share_of_known_eyes(scorer, decode(group_file)) < 0.1


def test_a_small_face_in_the_background_is_not_prominent(scorer: PortraitScorer):
    scene = _group_photo(1, 160)
    large = open_photo("astronaut").crop((120, 20, 320, 240)).resize((800, 880))
    scene.paste(large, (1200, 500))
    faces = _faces(scorer, scene)
    assert [face.prominent for face in faces] == [True, False]
    assert faces[1].eyes_open is None


def test_what_produced_a_score_is_in_it(scorer: PortraitScorer):
    score = scorer.score([_decoded(open_photo("astronaut"))])[0].score
    assert score is not None
    assert score.sha256 == scorer.info.sha256
    assert score.details["detector_sha256"].startswith("09189dea")
    assert score.details["faces"] == 1


def _detector(weights_dir: Path, choice: str, kept: Path | None = None) -> CenterFace:
    return CenterFace(weights_dir / CENTERFACE, "09" * 32, Runtime(choice, kept))


def test_opencvs_answer_is_kept_and_a_damaged_one_made_anew(weights_dir: Path, tmp_path: Path):
    for damage in (b"", b"PK not an archive"):
        assert _detector(weights_dir, "auto", tmp_path).runtime.startswith("OpenVINO")
        (kept,) = tmp_path.iterdir()
        content = kept.read_bytes()
        kept.write_bytes(damage)
    assert _detector(weights_dir, "auto", tmp_path).runtime.startswith("OpenVINO")
    assert kept.read_bytes() == content
    np.savez(kept, heat=np.ones((80, 120), np.float32))  # as if OpenCV had said something else
    assert _detector(weights_dir, "auto", tmp_path).runtime == "OpenCV"


def test_both_runtimes_find_the_same_faces(weights_dir: Path):
    picture = np.asarray(_group_photo(20, 220))
    found = {runtime: _detector(weights_dir, runtime) for runtime in ("torch", "auto")}
    assert found["torch"].runtime == "OpenCV" and found["auto"].runtime.startswith("OpenVINO")
    boxes = {runtime: detector.detect(picture, 0.5) for runtime, detector in found.items()}
    assert len(boxes["auto"]) == len(boxes["torch"]) == 20
    places = {
        runtime: sorted((b.y, b.x, b.width, b.height, b.confidence) for b in found)
        for runtime, found in boxes.items()
    }
    np.testing.assert_allclose(places["auto"], places["torch"], atol=0.01)


def test_opencv_takes_over_when_openvino_fails_in_use(weights_dir: Path):
    detector = _detector(weights_dir, "auto")

    def fail(image: np.ndarray) -> None:
        raise RuntimeError("no memory left\nand more")

    detector._network.look = fail
    assert len(detector.detect(np.asarray(_group_photo(5, 220)), 0.5)) == 5
    assert detector.runtime == "OpenCV"
    assert detector.note == "OpenVINO failed, OpenCV took over: no memory left"


def test_other_answers_than_those_of_opencv_are_not_used(weights_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(face_networks, "HEAT_TOLERANCE", -1.0)
    detector = _detector(weights_dir, "auto")
    assert detector.runtime == "OpenCV"
    assert "OpenCV, not OpenVINO: OpenVINO's answers differ" in (detector.note or "")
    with pytest.raises(RuntimeUnfitError, match="f32 is off by"):
        _detector(weights_dir, "openvino")


def test_missing_weights_are_said_when_the_scorer_is_made(tmp_path: Path):
    with pytest.raises(WeightsMissingError, match="models install"):
        PortraitScorer(tmp_path, SETTINGS)


def _expression(**changes: float) -> Expression:
    return Expression(**{"blink": 0.1, "smile": 0.0, "yaw": 0.0, "pitch": 0.0, "below_eyes": 1.0, **changes})


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"blink": 0.05}, "open"),
        ({"blink": 0.80}, "closed"),
        ({"blink": 0.36}, None),  # in between
        ({"blink": 0.80, "yaw": 50.0}, None),  # turned away
        ({"blink": 0.05, "yaw": -50.0}, None),
        ({"blink": 0.05, "below_eyes": 0.3}, None),  # dark lenses
        ({"blink": 0.50, "pitch": 20.0}, None),  # looking down
        ({"blink": 0.50, "pitch": 0.0}, "closed"),
        ({"blink": 0.80, "pitch": 20.0}, "closed"),
    ],
)
def test_the_rule_for_eyes(changes: dict[str, float], answer: str | None):
    assert _said(_expression(**changes), LEAST_CLOSED) == answer


def _said(seen: Expression, face_pixels: float) -> str | None:
    value = eyes_open(seen, face_pixels)
    return None if value is None else ("open" if value >= 0.5 else "closed")


def test_a_small_face_may_have_open_eyes_but_not_closed_ones():
    assert _said(_expression(blink=0.80), LEAST_CLOSED - 1) is None
    assert _said(_expression(blink=0.05), LEAST_CLOSED - 1) == "open"
    assert _said(_expression(blink=0.36), LEAST_CLOSED - 1) is None
