"""Agreement with people, and the culling test, on a small data set of real photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.album.decode import Decoded
from engine.benchmark.biq import measure_biq
from engine.benchmark.bootstrap import bootstrap
from engine.benchmark.series import (
    Judged,
    by_preferences,
    by_scores,
    measure_series,
    read_series,
)
from engine.benchmark.series_judges import ScoreJudge
from engine.biq2021 import read_ratings, read_splits
from engine.errors import UsageError
from engine.scoring.quality_metrics import measure
from tests.unit.opinion_files import BLURS, write_biq


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


def sharpness(image: Decoded) -> float:
    return measure(image.image).sharpness_global


def test_an_interval_holds_its_value_and_narrows_with_more_items() -> None:
    values = np.random.default_rng(1).random(1000)
    few = bootstrap(20, lambda drawn: float(values[drawn].mean()))
    many = bootstrap(1000, lambda drawn: float(values[drawn].mean()))
    assert few.low <= few.value <= few.high
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_an_interval_leaves_out_one_draw_in_forty_at_each_end() -> None:
    values, seen = np.random.default_rng(1).random(50), []

    def measure(drawn: np.ndarray) -> float:
        seen.append(float(values[drawn].mean()))
        return seen[-1]

    found = bootstrap(len(values), measure)
    drawn = np.array(seen[:-1])
    assert found.value == seen[-1] == pytest.approx(values.mean())
    assert (drawn < found.low).mean() == (drawn > found.high).mean() == 0.025


def test_sharpness_agrees_with_opinions_that_are_of_sharpness(
    tmp_path: Path, photos: dict[str, Image.Image]
) -> None:
    write_biq(tmp_path, photos)
    found = measure_biq(tmp_path, {"sharp": sharpness, "dull": lambda image: -sharpness(image)}, quiet)
    assert found["sharp"].srcc.value > 0.6
    assert found["dull"].srcc.value == pytest.approx(-found["sharp"].srcc.value)
    assert found["sharp"].n == len(read_ratings(tmp_path, "test"))


def test_the_sharpest_of_a_series_is_found_and_the_dullest_loses_all(
    tmp_path: Path, photos: dict[str, Image.Image]
) -> None:
    splits = write_biq(tmp_path, photos)
    judges = {"sharp": ScoreJudge(sharpness), "dull": ScoreJudge(lambda image: -sharpness(image))}
    judges["blind"] = ScoreJudge(lambda image: 0.0)
    found = measure_series(tmp_path, splits, "test", judges, quiet)
    assert found["sharp"].best_found.value == 1.0
    assert found["sharp"].pairs_right.value == 1.0
    assert found["sharp"].opinion_lost.value == 0.0
    assert found["dull"].best_found.value == 0.0
    assert found["dull"].pairs_right.value == 0.0
    assert found["blind"].pairs_right.value == 0.5, "equal scores are half right"
    assert found["dull"].opinion_lost.value == pytest.approx(0.6)
    series = read_series(tmp_path, splits, "test")
    assert found["sharp"].series == len(series)
    assert found["sharp"].pairs == len(series) * 6  # all pairs of four opinions lie 0.1 apart or more


def test_how_sure_answers_are_is_held_against_people(tmp_path: Path, photos: dict[str, Image.Image]) -> None:
    splits = write_biq(tmp_path, photos)

    class Sure(ScoreJudge):
        """Right about every pair, at 0.9."""

        def judge(self, looks: Sequence[float]) -> Judged:
            told = np.where(super().judge(looks).preferences > 0.5, 0.9, 0.1)
            np.fill_diagonal(told, 0.5)
            return by_preferences(told)

    judges = {"sure": Sure(sharpness), "scorer": ScoreJudge(sharpness)}
    found = measure_series(tmp_path, splits, "test", judges, quiet)
    assert found["sure"].calibration_error == pytest.approx(0.1)
    assert found["scorer"].calibration_error is None  # it says who wins, not how surely


def test_equal_scores_count_half_and_a_comparator_chooses_by_sums() -> None:
    assert by_scores(np.array([0.5, 0.5])).preferences.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    told = np.array([[0.5, 0.6, 0.6], [0.4, 0.5, 0.9], [0.4, 0.1, 0.5]])
    assert by_preferences(told).choice == 1


def test_no_photo_of_the_other_part_is_judged(tmp_path: Path, photos: dict[str, Image.Image]) -> None:
    splits = write_biq(tmp_path, photos)
    listed = read_splits(splits)
    for part in ("dev", "test"):
        for photo in (photo for series in read_series(tmp_path, splits, part) for photo in series):
            assert listed[photo.name].series_split == part


def test_a_photo_alone_is_no_series_and_names_without_opinion_are_passed_by(
    tmp_path: Path, photos: dict[str, Image.Image]
) -> None:
    splits = write_biq(tmp_path, dict(list(photos.items())[:1]))
    lines = splits.read_text(encoding="utf-8").splitlines()
    lines.append(lines[1].replace("(0)", "(77)"))  # nobody said what they think of it
    splits.write_text("\n".join(lines), encoding="utf-8")
    ((*names,),) = [[photo.name for photo in series] for series in read_series(tmp_path, splits, "test")]
    assert len(names) == len(BLURS)
    splits.write_text("\n".join([lines[0], lines[1], lines[-1]]), encoding="utf-8")
    for part in ("test", "dev"):
        with pytest.raises(UsageError, match=f"no {part} series"):
            read_series(tmp_path, splits, part)


def test_what_is_missing_is_named(tmp_path: Path, photos: dict[str, Image.Image]) -> None:
    splits = write_biq(tmp_path, photos)
    with pytest.raises(UsageError, match=r"nowhere.*cannot be read"):
        read_ratings(tmp_path / "nowhere", "test")
    gone = read_ratings(tmp_path, "test")[0].path
    gone.unlink()
    with pytest.raises(UsageError, match=r"not in"):
        read_ratings(tmp_path, "test")
    with pytest.raises(UsageError, match="no column 'series'"):
        _without_series(splits)


def _without_series(splits: Path) -> None:
    text = splits.read_text(encoding="utf-8").replace("series,series_split", "a,b", 1)
    splits.write_text(text, encoding="utf-8")
    read_splits(splits)


@pytest.mark.parametrize("opinion", ["1.2", "-0.1", "good", "nan"])
def test_an_opinion_outside_0_to_1_is_refused(
    opinion: str, tmp_path: Path, photos: dict[str, Image.Image]
) -> None:
    write_biq(tmp_path, dict(list(photos.items())[:1]))
    file = tmp_path / "Test (Images and MOS).csv"
    file.write_text(file.read_text(encoding="utf-8").replace("0.8", opinion, 1), encoding="utf-8")
    with pytest.raises(UsageError, match="no opinion"):
        read_ratings(tmp_path, "test")


def test_photos_may_lie_beside_the_lists(tmp_path: Path, photos: dict[str, Image.Image]) -> None:
    write_biq(tmp_path, dict(list(photos.items())[:1]))
    for file in (tmp_path / "Images").iterdir():
        file.rename(tmp_path / file.name)
    (tmp_path / "Images").rmdir()
    assert len(read_ratings(tmp_path, "test")) == len(BLURS)
