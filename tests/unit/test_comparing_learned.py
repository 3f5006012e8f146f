"""The embedded default comparator on real photos."""

from __future__ import annotations

import io
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from engine.album.decode import Decoded, decode_jpeg
from engine.comparing.base import Prepared
from engine.comparing.framing import FRAMING, crop_evidence
from engine.comparing.learned import LearnedComparator
from engine.errors import ModelError, WeightsMissingError
from engine.models.hashing import sha256_of
from engine.models.own_weights import OWN_MODELS_DIR
from engine.types import Role

NAMES = ("astronaut", "chelsea", "coffee", "rocket")


@pytest.fixture(scope="module")
def comparator(weights_dir: Path) -> Iterator[LearnedComparator]:
    made = LearnedComparator(weights_dir, "cpu", 2)
    yield made
    made.close()


def saved(image: Image.Image, quality: int = 95) -> Decoded:
    """Return a photo, 1,600 pixels wide, as it is read back from a JPEG."""
    large = image.convert("RGB").resize((1600, round(1600 * image.height / image.width)))
    data = io.BytesIO()
    large.save(data, "JPEG", quality=quality)
    data.seek(0)
    return decode_jpeg(data, Path("photo.jpg"), 1600)


def prepared(comparator: LearnedComparator, image: Decoded) -> Prepared:
    return comparator.prepare([image])[0]


def test_exchanging_two_photos_gives_exactly_the_other_answer(
    comparator: LearnedComparator, photos: dict[str, Image.Image]
) -> None:
    seen = [prepared(comparator, saved(photos[name])) for name in NAMES]
    for first, second in itertools.combinations(seen, 2):
        one, other = comparator.compare(first, second), comparator.compare(second, first)
        assert one.first_over_second == 1.0 - other.first_over_second
        assert not one.flipped
        assert comparator.compare(first, second) == one
    assert comparator.compare(seen[0], seen[0]).first_over_second == 0.5


def test_a_clean_photo_beats_its_faulty_copies(
    comparator: LearnedComparator, photos: dict[str, Image.Image]
) -> None:
    wrong: list[str] = []
    for name in NAMES:
        photo = photos[name]
        large = photo.convert("RGB").resize((1600, round(1600 * photo.height / photo.width)))
        clean = prepared(comparator, saved(large))
        copies = {
            "blurred": saved(large.filter(ImageFilter.GaussianBlur(5))),
            "squeezed": saved(large, quality=8),
            "dark": saved(large.point(lambda value: value // 5)),
        }
        for fault, copy in copies.items():
            opinion = comparator.compare(clean, prepared(comparator, copy))
            if opinion.first_over_second <= 0.5:
                wrong.append(f"{name}, {fault}")
    assert not wrong


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_crop_is_told_by_the_sizes_of_the_files_however_they_are_decoded(
    comparator: LearnedComparator, photos: dict[str, Image.Image], orientation: int
) -> None:
    """The whole is decoded at half its size and the crop at its own: that one has more pixels."""
    large = photos["coffee"].convert("RGB").resize((3200, 2136))
    whole, part = as_file(large, orientation), as_file(large.crop((0, 0, 2240, 2136)), orientation)
    assert max(whole.image.shape) < max(part.image.shape)
    first, second = prepared(comparator, whole), prepared(comparator, part)
    sure, lost = crop_evidence(first[-FRAMING:].astype(float), second[-FRAMING:].astype(float))
    assert sure > 0.9
    assert lost / sure == pytest.approx(0.3, abs=0.01)
    told, exchanged = comparator.compare(first, second), comparator.compare(second, first)
    assert told.first_over_second == 1.0 - exchanged.first_over_second
    untold = [np.concatenate([each[:-FRAMING], first[-FRAMING:]]) for each in (first, second)]
    assert told.first_over_second > max(0.5, comparator.compare(*untold).first_over_second)


def as_file(upright: Image.Image, orientation: int) -> Decoded:
    """Return a photo as it is read from a JPEG of its full size; 6 is one that is turned to be upright."""
    exif, data = Image.Exif(), io.BytesIO()
    exif[274] = orientation
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose.ROTATE_90)
    stored.save(data, "JPEG", quality=90, exif=exif)
    data.seek(0)
    return decode_jpeg(data, Path("photo.jpg"), 1600)


def test_looking_is_the_same_alone_or_among_others(
    comparator: LearnedComparator, photos: dict[str, Image.Image]
) -> None:
    images = [saved(photos[name]) for name in NAMES]
    together = comparator.prepare(images)
    for image, among in zip(images, together, strict=True):
        assert np.allclose(prepared(comparator, image), among, atol=2e-2)
    assert comparator.prepare([]) == []


def test_it_says_which_weights_it_uses(comparator: LearnedComparator) -> None:
    info = comparator.info
    assert info.role is Role.COMPARATOR
    assert info.embedded_default
    assert info.sha256 == sha256_of(OWN_MODELS_DIR / "comparator.safetensors")


def test_a_head_of_another_network_is_refused(tmp_path: Path, weights_dir: Path) -> None:
    with pytest.raises(WeightsMissingError):
        LearnedComparator(weights_dir, "cpu", 1, folder=tmp_path)
    for file in OWN_MODELS_DIR.iterdir():
        shutil.copy(file, tmp_path / file.name)
    stated = tmp_path / "comparator.json"
    facts = json.loads(stated.read_text(encoding="utf-8"))
    stated.write_text(json.dumps({**facts, "network_sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(ModelError, match="trained for another"):
        LearnedComparator(weights_dir, "cpu", 1, folder=tmp_path)
