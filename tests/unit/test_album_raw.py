import os
from datetime import datetime

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from engine.album.decode import decode
from engine.album.formats import RAW_SUFFIXES, Kind, kind_of
from engine.album.inspect import inspect
from engine.album.scan import scan
from engine.errors import PhotoError
from engine.types import Photo
from tests.photos import open_photo, wide
from tests.unit.raw_files import jpeg_preview, write_dng

SENSOR = (1200, 800)
# EXIF Orientation of the RAW -> how the sensor saw an upright picture.
SEEN = {1: 0, 3: 180, 6: 90, 8: -90}


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return wide(open_photo("china"), 1200).resize(SENSOR)


def photo_of(path) -> Photo:
    return Photo(0, path.name, (path,))


def likeness(image: np.ndarray, expected: Image.Image) -> float:
    size = (120, 90) if expected.width > expected.height else (90, 120)
    a, b = (np.asarray(i.convert("L").resize(size)) for i in (Image.fromarray(image), expected))
    return float(structural_similarity(a, b))


def upright_for(orientation: int, picture: Image.Image) -> Image.Image:
    """An upright picture whose sensor frame is landscape, so that the DNG's size stays the same."""
    return picture if orientation in (1, 3) else picture.transpose(Image.Transpose.ROTATE_270)


@pytest.mark.parametrize("orientation", SEEN)
def test_a_preview_without_orientation_follows_the_raw(tmp_path, picture, orientation):
    upright = upright_for(orientation, picture)
    sensor = upright.rotate(SEEN[orientation], expand=True)
    raw = write_dng(tmp_path / "a.dng", sensor, orientation=orientation, preview=jpeg_preview(sensor))
    decoded = decode(photo_of(raw))
    assert (decoded.full_width, decoded.full_height) == upright.size
    assert likeness(decoded.image, upright) > 0.9


def test_a_preview_with_its_own_orientation_is_turned_once(tmp_path, picture):
    upright = upright_for(6, picture)
    sensor = upright.rotate(90, expand=True)
    raw = write_dng(tmp_path / "a.dng", sensor, orientation=6, preview=jpeg_preview(sensor, orientation=6))
    assert likeness(decode(photo_of(raw)).image, upright) > 0.9


@pytest.mark.parametrize("stated", [None, 1])
def test_a_preview_that_is_upright_already_stays(tmp_path, picture, stated):
    upright = upright_for(8, picture)
    sensor = upright.rotate(-90, expand=True)
    raw = write_dng(tmp_path / "a.dng", sensor, orientation=8, preview=jpeg_preview(upright, stated))
    assert likeness(decode(photo_of(raw)).image, upright) > 0.9


@pytest.mark.parametrize(("stated", "turned"), [(3, True), (1, False)])
def test_a_preview_of_an_upside_down_raw_follows_its_own_word(tmp_path, picture, stated, turned):
    sensor = picture.rotate(180)
    preview = jpeg_preview(sensor if turned else picture, stated)
    raw = write_dng(tmp_path / "a.dng", sensor, orientation=3, preview=preview)
    assert likeness(decode(photo_of(raw)).image, picture) > 0.9


def test_the_preview_is_used_not_the_sensor(tmp_path, picture):
    other = open_photo("flower").resize(SENSOR)
    raw = write_dng(tmp_path / "a.dng", picture, preview=jpeg_preview(other))
    assert likeness(decode(photo_of(raw)).image, other) > 0.9


@pytest.mark.parametrize("orientation", SEEN)
def test_without_a_useful_preview_the_sensor_is_developed(tmp_path, picture, orientation):
    upright = upright_for(orientation, picture)
    sensor = upright.rotate(SEEN[orientation], expand=True)
    tiny = jpeg_preview(open_photo("flower").resize((160, 120)))
    for preview in (None, tiny):
        raw = write_dng(tmp_path / "a.dng", sensor, orientation=orientation, preview=preview)
        decoded = decode(photo_of(raw))
        assert (decoded.full_width, decoded.full_height) == upright.size
        assert max(decoded.image.shape) >= 1000
        assert likeness(decoded.image, upright) > 0.8


def test_a_small_preview_suffices_for_a_thumbnail(tmp_path, picture):
    other = open_photo("flower").resize((600, 400))
    raw = write_dng(tmp_path / "a.dng", picture, preview=jpeg_preview(other))
    assert likeness(decode(photo_of(raw), long_side=384).image, other) > 0.9


def test_raw_and_jpeg_of_one_shot_show_the_jpeg(tmp_path, picture):
    write_dng(tmp_path / "IMG_1.DNG", picture)
    open_photo("flower").save(tmp_path / "IMG_1.JPG")
    (photo,) = scan(tmp_path)
    assert [file.name for file in photo.files] == ["IMG_1.JPG", "IMG_1.DNG"]
    assert likeness(decode(photo).image, open_photo("flower")) > 0.9


def test_damaged_raw_files_fail_in_words(tmp_path, picture):
    whole = write_dng(tmp_path / "a.dng", picture).read_bytes()
    cut = tmp_path / "cut.dng"
    for content in (whole[:5000], b"II*\0" + b"\xff" * 5000, b"\0\0\0\x18ftypcrx " + b"\0" * 5000):
        cut.write_bytes(content)
        with pytest.raises(PhotoError) as caught:
            decode(photo_of(cut))
        assert caught.value.what.startswith("is ")


@pytest.mark.skipif(os.name == "nt", reason="file names of POSIX")
def test_a_name_that_is_no_text(tmp_path, picture):
    raw = write_dng(tmp_path / "a.dng", picture, preview=jpeg_preview(picture))
    try:
        os.rename(os.fsencode(raw), os.fsencode(tmp_path) + b"/\xe9.dng")  # noqa: PTH104
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (photo,) = scan(tmp_path)
    assert likeness(decode(photo).image, picture) > 0.9


@pytest.mark.parametrize("suffix", sorted(RAW_SUFFIXES))
def test_a_raw_that_is_tiff_inside_is_read_whatever_its_camera_calls_it(tmp_path, picture, suffix):
    raw = write_dng(
        tmp_path / f"a{suffix}", picture, preview=jpeg_preview(picture), taken="2026:06:01 12:00:00"
    )
    assert [photo.files for photo in scan(tmp_path)] == [(raw,)]
    assert likeness(decode(photo_of(raw)).image, picture) > 0.9
    assert inspect(photo_of(raw)).metadata.captured_at == datetime(2026, 6, 1, 12)


# First bytes of real files: Canon EOS D60, Minolta DiMAGE A1, Sigma SD9.
@pytest.mark.parametrize(
    ("suffix", "head"),
    [
        (".crw", b"II\x1a\0\0\0HEAPCCDR\2\0\1\0"),
        (".mrw", b"\0MRM\0\0\n\x0c\0PRD\0\0\0\x18"),
        (".x3f", b"FOVb\2\0\2\0002001234"),
    ],
)
def test_a_raw_that_is_no_tiff_is_known_by_its_content_and_fails_alone(tmp_path, suffix, head):
    assert kind_of(head, ".jpg") is Kind.RAW
    raw = tmp_path / f"a{suffix}"
    raw.write_bytes(head + b"\0" * 4000)
    with pytest.raises(PhotoError, match=r"is (truncated|damaged)"):
        decode(photo_of(raw))
