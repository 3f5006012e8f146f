"""Files that owners train on, to the letter: which row is at fault and why, and which photo is meant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from engine.errors import TrainingError
from engine.training.ava_file import read_opinions
from engine.training.photo_files import PhotoFiles
from engine.training.preparation import augmented
from engine.training.settings import (
    SMALLEST_INPUT,
    Augment,
    CropTransform,
    OpinionData,
    PairData,
    Split,
)
from engine.training.skipped import Skipped
from engine.training.triage_files import read_pairs

NAMES = ("000001-01.JPG", "000001-02.JPG", "000001-03.JPG", "a.b.jpg", "a.jpg")
VOTES = "0 1 5 17 38 36 15 6 5 1 1 22 1396"
HEADER = "series_id,compareFile1,compareFile2,LEFT,RIGHT\n"
GOOD = "1,1-1.JPG,1-3.JPG,6,2\n"
JSON = '{"series_id": "1", "image_a_path": "1-1.JPG", "image_b_path": "1-2.JPG", "chosen_image": "A"}\n'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in NAMES:
        Image.new("RGB", (8, 6)).save(folder / name, "JPEG")
    return folder


def _pairs(folder: Path, images: Path, text: str, name: str, most: float = 0.7):
    (folder / name).write_text(text, encoding="utf-8")
    skipped = Skipped(most)
    data = PairData(pairs=folder / name, images=images, max_bad_fraction=most)
    return read_pairs(data, skipped), skipped.rows


def _opinions(folder: Path, images: Path, text: str):
    (folder / "AVA.txt").write_text(text, encoding="utf-8")
    skipped = Skipped(0.9)
    data = OpinionData(labels=folder / "AVA.txt", images=images, max_bad_fraction=0.9)
    return read_opinions(data, skipped), skipped.rows


@pytest.mark.parametrize(
    ("name", "text", "line", "why"),
    [
        ("p.csv", HEADER + GOOD + "1,1-1.JPG,1-2.JPG,x,0\n", 3, "could not convert string to float: 'x'"),
        ("p.csv", HEADER + "\n" + GOOD + "\n1,1-1.JPG,1-2.JPG,0,0\n", 5, "LEFT 0 and RIGHT 0 are no votes"),
        ("p.csv", HEADER + "1,1-1.JPG,1-2.JPG,3,-1\n" + GOOD, 2, "LEFT 3 and RIGHT -1 are no votes"),
        ("p.csv", HEADER + "1,1-1.JPG,1-2.JPG,inf,1\n" + GOOD, 2, "LEFT inf and RIGHT 1 are no votes"),
        ("p.csv", HEADER + ",1-1.JPG,1-2.JPG,3,1\n" + GOOD, 2, "series or a photo is not named"),
        ("p.csv", HEADER + "1,1-1.JPG,,3,1\n" + GOOD, 2, "series or a photo is not named"),
        ("p.jsonl", JSON + "[]\n", 2, "no JSON object"),
        ("p.jsonl", JSON + '{"series_id": "1"}\n', 2, "no chosen_image"),
        ("p.txt", "1 1 2 0.9 1 2\n1 1 x 0.9 1 2\n", 2, "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_the_row_at_fault_is_named_and_why(tmp_path, images, name, text, line, why):
    found, rows = _pairs(tmp_path, images, text, name)
    assert len(found) == 1
    assert rows == [("malformed row", f"{name}, line {line}", why)]


def test_a_photo_that_is_not_there_is_named(tmp_path, images):
    found, rows = _pairs(tmp_path, images, HEADER + GOOD + "1,1-8.JPG,1-9.JPG,1,0\n", "p.csv")
    assert len(found) == 1
    assert rows == [("missing photo", "p.csv, line 3", "1-8.JPG, 1-9.JPG not in the folder of photos")]


def test_comments_of_a_pairlist_are_no_pairs(tmp_path, images):
    found, rows = _pairs(tmp_path, images, "# series, photos, share, ranks\n1 1 2 0.9 1 2\n", "p.txt", 0.0)
    assert len(found) == 1 and not rows


def test_of_two_rows_on_one_photo_the_first_counts(tmp_path, images):
    text = f"1 a {VOTES}\n2 a 9 9 9 9 9 9 9 9 9 9 1 2 3\n3 b {VOTES}\n4 nonsense\n"
    (sample,), rows = _opinions(tmp_path, images, text)
    assert sample.votes == (0, 1, 5, 17, 38, 36, 15, 6, 5, 1)
    assert rows == [
        ("malformed row", "AVA.txt, line 2", "photo a stands there twice"),
        ("malformed row", "AVA.txt, line 4", "2 columns instead of 15"),
        ("missing photo", "b", f"not in {images}"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\n \n", "is empty"), (b"\xff\xfe1 a", "is no text in UTF-8")],
)
def test_a_file_without_rows_is_refused(tmp_path, images, content, said):
    (tmp_path / "AVA.txt").write_bytes(content)
    with pytest.raises(TrainingError, match=said):
        read_opinions(OpinionData(labels=tmp_path / "AVA.txt", images=images, max_bad_fraction=0), Skipped(0))


def test_a_file_that_is_not_there_is_named(tmp_path, images):
    with pytest.raises(TrainingError, match=r"AVA.txt cannot be read: No such file"):
        read_opinions(OpinionData(labels=tmp_path / "AVA.txt", images=images, max_bad_fraction=0), Skipped(0))


# -- photos by name


def test_photos_are_found_by_name_with_and_without_suffix(images):
    (images / "000001-01.CSV").touch()
    files = PhotoFiles(images)
    for name in ("000001-01", "000001-01.jpeg", "D:\\old\\000001-01.JPG", "/mnt/000001-01.png"):
        assert files.find(name) == images / "000001-01.JPG"
    assert files.find("a.b") == images / "a.b.jpg"
    assert files.find("a") == files.find("a.jpg") == images / "a.jpg"
    assert files.find("c") is None


def test_photos_of_ones_home_are_found(images, monkeypatch):
    monkeypatch.setenv("HOME", str(images.parent))
    monkeypatch.setenv("USERPROFILE", str(images.parent))
    assert PhotoFiles(Path("~/photos")).find("a") == images / "a.jpg"


def test_a_folder_that_is_not_there_or_holds_no_photos_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    with pytest.raises(TrainingError, match="there are no photos in"):
        PhotoFiles(tmp_path / "empty")
    for folder in (tmp_path / "absent", tmp_path / "empty" / "notes.txt"):
        with pytest.raises(TrainingError, match="is no folder"):
            PhotoFiles(folder)


# -- settings of a run


@pytest.mark.parametrize(("val", "test", "fits"), [(0.5, 0.4, True), (0.5, 0.5, False), (0.9, 0.2, False)])
def test_a_split_leaves_something_to_train_on(val, test, fits):
    if fits:
        assert Split(val_fraction=val, test_fraction=test).test_fraction == test
        return
    with pytest.raises(ValidationError, match="nothing to train on"):
        Split(val_fraction=val, test_fraction=test)


GREY = (0.5, 0.5, 0.5)


def _transform(resize: int, crop: int, std: tuple[float, float, float] = GREY) -> CropTransform:
    return CropTransform(resize_size=resize, crop_size=crop, normalize_mean=GREY, normalize_std=std)


def test_a_crop_is_as_large_as_networks_need_and_no_larger_than_the_photo():
    assert _transform(SMALLEST_INPUT, SMALLEST_INPUT).crop_size == SMALLEST_INPUT
    for resize, crop in ((SMALLEST_INPUT + 1, SMALLEST_INPUT - 1), (100, 101)):
        with pytest.raises(ValidationError, match="crop_size must lie between"):
            _transform(resize, crop)
    with pytest.raises(ValidationError, match="normalize_std must be above 0"):
        _transform(100, 90, (0.5, 0.0, 0.5))


# -- augmentation


class _AsItIs:
    """Stands for a transform where the augmentation alone is looked at."""

    def cropped(self, image: np.ndarray) -> np.ndarray:
        return image


def _augment(**changes: object) -> Augment:
    none = {"horizontal_flip": False, "smallest_crop": 1.0, "brightness": 0, "contrast": 0, "saturation": 0}
    return Augment.model_validate(none | changes)


def _made(image: np.ndarray, augment: Augment, count: int = 60) -> list[np.ndarray]:
    return [augmented(image, _AsItIs(), augment, np.random.default_rng(seed)) for seed in range(count)]


@pytest.fixture
def ramp() -> np.ndarray:
    """(20, 30, 3): red rises to the right, green downwards; blue is even."""
    rows, columns = np.mgrid[0:20, 0:30]
    return np.stack([4 * columns, 5 * rows, np.full((20, 30), 60)], axis=2).astype(np.uint8)


def test_without_augmentation_a_photo_stays_as_it_is(ramp):
    assert all(np.array_equal(made, ramp) for made in _made(ramp, _augment(), 5))


def test_half_of_the_photos_are_mirrored_where_that_is_wanted(ramp):
    made = _made(ramp, _augment(horizontal_flip=True))
    mirrored = sum(np.array_equal(each, ramp[:, ::-1]) for each in made)
    assert 15 < mirrored < 45
    assert mirrored + sum(np.array_equal(each, ramp) for each in made) == len(made)


def test_a_window_has_the_photos_shape_and_is_no_smaller_than_asked(ramp):
    made = _made(ramp, _augment(smallest_crop=0.5))
    sizes = {each.shape[:2] for each in made}
    assert len(sizes) > 3 and all(10 <= high <= 20 and 15 <= wide <= 30 for high, wide in sizes)
    assert all(abs(wide / high - 1.5) < 0.1 for high, wide in sizes)
    corners = set()
    for each in made:
        left, top = int(each[0, 0, 0]) // 4, int(each[0, 0, 1]) // 5
        high, wide = each.shape[:2]
        assert np.array_equal(each, ramp[top : top + high, left : left + wide])
        corners.add((left, top))
    assert len(corners) > 10, "not the same place each time"


@pytest.mark.parametrize("most", [0.2, 0.5])
def test_brightness_changes_both_ways_and_no_more_than_asked(ramp, most):
    factors = np.array([made[..., 2].mean() / 60 for made in _made(ramp, _augment(brightness=most))])
    assert factors.min() >= 1 - most - 0.02 and factors.max() <= 1 + most + 0.02
    assert factors.min() < 1 - most / 2 and factors.max() > 1 + most / 2


def test_contrast_and_saturation_change_by_themselves(ramp):
    spread = [made[..., 0].std() / ramp[..., 0].std() for made in _made(ramp, _augment(contrast=0.5))]
    assert min(spread) < 0.8 and max(spread) > 1.2
    grey = np.repeat(ramp[..., :1], 3, axis=2)
    assert all(np.array_equal(made, grey) for made in _made(grey, _augment(saturation=0.5), 10))
    assert not all(np.array_equal(made, ramp) for made in _made(ramp, _augment(saturation=0.5), 10))


def test_what_marks_the_padding_is_not_toned(ramp):
    class Padded:
        def cropped(self, image: np.ndarray) -> np.ndarray:
            return np.concatenate([image, np.ones((*image.shape[:2], 1), np.uint8)], axis=2)

    made = augmented(ramp, Padded(), _augment(brightness=0.9), np.random.default_rng(1))
    assert made.shape == (20, 30, 4) and (made[..., 3] == 1).all()
    assert not np.array_equal(made[..., :3], ramp)
