"""The degradation benchmark on real photos: what it counts, what it writes, what it cannot be fooled by."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from engine.album.scan import scan
from engine.benchmark.degradations import Plan, by_type, chosen_photos, measure_degradations, overall
from engine.benchmark.judges import ComparatorJudge, ConstantJudge, MetricJudge
from engine.benchmark.lineup import Bench
from engine.benchmark.report import report_html, worst_failures
from engine.benchmark.result_files import METADATA_COLUMNS, RESULT_COLUMNS, summary, write_results
from engine.benchmark.trials import Table
from engine.benchmark.variants import original_of, variants_of
from engine.comparing.base import Opinion
from engine.degrading.distortions import DISTORTIONS
from engine.errors import NothingToDoError
from engine.scoring.quality_metrics import measure
from tests.photos import wide


def silent(done: int, total: int) -> None:
    """No progress is shown."""


class FirstOneComparator:
    """Says 0.9 for whichever comes first: what the owner's figures could not tell from knowledge."""

    info = None

    def prepare(self, images):
        return [np.zeros(1, np.float32) for _ in images]

    def compare(self, first, second):
        return Opinion((0.9 + (1 - 0.9)) / 2, flipped=True)

    def load(self):
        """Nothing to load."""

    close = load


def sharpness(name="sharpness"):
    return MetricJudge(name, lambda image: measure(image.image).sharpness_global)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, photos, make_jpeg):
    folder = tmp_path_factory.mktemp("references")
    for name in ("astronaut", "coffee"):
        make_jpeg(folder / f"{name}.jpg", wide(photos[name], 320), quality=95)
    return folder


@pytest.fixture(scope="module")
def measured(folder):
    bench = Bench((sharpness(), ComparatorJudge("biased", FirstOneComparator()), ConstantJudge()), {})
    return measure_degradations(Plan(folder), bench, silent)


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_every_photo_gives_27_pairs_per_judge_and_table(measured):
    for table in (Table.PLAIN, Table.GUARD):
        assert {name: found.pairs for name, found in overall(measured, table).items()} == {
            "sharpness": 54,
            "biased": 54,
            "constant": 54,
        }
    counts = {kind: found.pairs for kind, found in by_type(measured)["sharpness"].items()}
    assert counts == {
        "blur": 8,
        "jpeg": 10,
        "exposure": 8,
        "crop_edge": 8,
        "crop_corner": 8,
        "crop_aspect": 8,
        "crop_centre": 4,
    }


def test_sharpness_sees_every_blur_and_a_biased_judge_sees_nothing(measured):
    assert by_type(measured)["sharpness"]["blur"].accuracy == 1.0
    for name in ("biased", "constant"):
        assert (overall(measured)[name].accuracy, overall(measured)[name].order_bias) == (0.5, 1.0)


def test_a_judge_that_likes_pixels_is_exposed_by_the_guard(folder):
    likes_pixels = MetricJudge("pixels", lambda image: min(1.0, image.full_width * image.full_height / 1e6))
    found = measure_degradations(Plan(folder), Bench((likes_pixels,), {}), silent)
    crops = [kind for kind in by_type(found)["pixels"] if kind.startswith("crop")]
    assert all(by_type(found)["pixels"][kind].accuracy == 1.0 for kind in crops)
    assert all(by_type(found, Table.GUARD)["pixels"][kind].accuracy == 0.5 for kind in crops)


def test_squares_are_all_of_one_size_and_never_enlarged(folder):
    (photo, *_) = scan(folder)
    whole, original = original_of(photo)
    side = original.square.full_width
    for variant in variants_of(photo, whole, original):
        assert variant.square.image.shape == (side, side, 3) == original.square.image.shape
        assert (variant.square.full_width, variant.square.full_height) == (side, side)
        assert min(variant.seen.image.shape[:2]) >= side
        assert not variant.square.image.flags.writeable


def test_files_have_the_columns_that_owners_know(measured, tmp_path):
    write_results(measured, tmp_path)
    results, metadata = (
        rows_of(tmp_path / "unified_results.csv"),
        rows_of(tmp_path / "degradations_metadata.csv"),
    )
    assert tuple(results[0]) == RESULT_COLUMNS and tuple(metadata[0]) == METADATA_COLUMNS
    assert len(results) == 3 * 54 and len(metadata) == 54
    document = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    for name, found in document["overall"].items():
        of_judge = [row for row in results if row["model_name"] == name]
        assert found["accuracy"] == pytest.approx(
            np.mean([float(row["correct"]) for row in of_judge]), abs=1e-6
        )
        confidence = np.mean([float(row["confidence"]) for row in of_judge])
        assert found["avg_confidence"] == pytest.approx(confidence, abs=1e-6)
        assert found["total_pairs"] == 54
    blurred = [r for r in results if r["model_name"] == "sharpness" and r["degradation_type"] == "blur"]
    assert document["by_degradation"]["blur"]["sharpness"] == np.mean([float(r["correct"]) for r in blurred])
    assert {row["degraded"] for row in results} == {row["degraded"] for row in metadata}


def test_scores_stand_beside_answers_that_have_them(measured, tmp_path):
    write_results(measured, tmp_path)
    for row in rows_of(tmp_path / "unified_results.csv"):
        if row["model_name"] == "sharpness":
            drop = float(row["score_original"]) - float(row["score_degraded"])
            assert float(row["confidence"]) == pytest.approx(0.5 + abs(drop) / 2, abs=2e-6)
            assert float(row["correct"]) == (0.5 if drop == 0 else float(drop > 0))
        else:
            assert row["score_original"] == row["score_degraded"] == ""


def test_the_report_shows_failures_with_their_pictures_and_escapes_names(measured):
    page = report_html(measured)
    assert page.count("data:image/jpeg;base64,") == 2 * (len(worst_failures(measured, "sharpness")) + 6)
    assert "data:image/png;base64," in page and "would be right in 100%" in page
    assert "<script" not in page


def test_worst_failures_are_wrong_answers_the_surest_first(measured):
    surest = [failure.trial.answer for failure in worst_failures(measured, "sharpness")]
    assert surest and all(answer.correct == 0 for answer in surest)
    assert [answer.confidence for answer in surest] == sorted((a.confidence for a in surest), reverse=True)


def test_a_photo_that_cannot_be_read_is_named_and_left_out(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "broken.jpg").write_bytes((folder / "coffee.jpg").read_bytes()[:300])
    found = measure_degradations(Plan(tmp_path), Bench((sharpness(),), {}), silent)
    assert list(found.trials.unreadable) == ["broken.jpg"] == list(summary(found)["unreadable"])
    assert found.photos == ("astronaut.jpg", "coffee.jpg")


def test_nothing_readable_is_said(tmp_path):
    with pytest.raises(NothingToDoError, match="nothing to measure"):
        measure_degradations(Plan(tmp_path), Bench((sharpness(),), {}), silent)


def test_the_seed_draws_the_photos(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02d}.jpg").touch()
    drawn = [[p.name for p in chosen_photos(Plan(tmp_path, limit=5, seed=seed))] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == sorted(drawn[0]) and len(drawn[0]) == 5
    assert len(chosen_photos(Plan(tmp_path, limit=99))) == 30


def test_all_27_degradations_have_names_of_their_own():
    assert len({each.name for each in DISTORTIONS}) == len(DISTORTIONS) == 27


def test_what_was_shown_is_told_variant_by_variant_and_photos_without_a_subject_are_named(
    tmp_path, photos, make_jpeg
):
    make_jpeg(tmp_path / "astronaut.jpg", wide(photos["astronaut"], 320))
    plain = np.full((200, 300, 3), 128, np.uint8)
    Image.fromarray(plain).save(tmp_path / "plain.jpg")
    found = measure_degradations(Plan(tmp_path), Bench((sharpness(),), {}), silent).trials
    plain_facts = [each for each in found.facts if each.original == "plain.jpg"]
    assert len(found.facts) == 54 and len(plain_facts) == 27
    assert {(each.original, each.degraded) for each in found.facts} == {
        (trial.original, trial.degraded) for trial in found.trials if trial.table is Table.PLAIN
    }
    sizes = {(each.width, each.height) for each in plain_facts if "crop" not in each.type}
    assert sizes == {(300, 200)} and all(len(each.sha256) == 64 for each in found.facts)
    assert found.without_subject == ["plain.jpg"]
