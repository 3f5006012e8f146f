import io
import os

import numpy as np
import pytest
from PIL import Image

from engine.album.scan import CACHE_TAG, scan
from engine.album.thumbnails import LONG_SIDE, ThumbnailCache, make_thumbnail
from engine.errors import PhotoError
from engine.types import Photo
from tests.photos import open_photo, photo_file, wide

IDENTITY = "ab" * 16


@pytest.fixture
def image() -> np.ndarray:
    return np.asarray(wide(open_photo("china"), 1800))


def test_what_is_put_is_got(tmp_path, image):
    cache = ThumbnailCache(tmp_path / "cache" / "thumbnails")
    assert cache.get(IDENTITY) is None
    data = cache.put(IDENTITY, image)
    assert ThumbnailCache(tmp_path / "cache" / "thumbnails").get(IDENTITY) == data
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) == LONG_SIDE == 384
        seen = np.asarray(picture.convert("RGB").resize((60, 40)), dtype=np.int16)
    expected = np.asarray(Image.fromarray(image).resize((60, 40), Image.Resampling.BOX), dtype=np.int16)
    assert np.abs(seen - expected).mean() < 10
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.parent.name for path in files] == ["thumbnails", "ab"]  # sharded, nothing left beside it
    assert files[0].read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_an_album_around_the_cache_does_not_show_it(tmp_path, image):
    open_photo("china").save(tmp_path / "a.jpg")
    ThumbnailCache(tmp_path / "data" / "cache" / "thumbnails").put(IDENTITY, image)
    assert [photo.name for photo in scan(tmp_path, recursive=True)] == ["a.jpg"]


def test_a_small_photo_is_not_enlarged(tmp_path):
    data = ThumbnailCache(tmp_path).put(IDENTITY, np.zeros((30, 40, 3), np.uint8))
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (40, 30)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 cut off", b"\0" * 4000])
def test_a_broken_file_is_as_none(tmp_path, image, content):
    cache = ThumbnailCache(tmp_path)
    cache.put(IDENTITY, image)
    (file,) = tmp_path.rglob("*.jpg")
    file.write_bytes(content)
    assert cache.get(IDENTITY) is None
    assert cache.get(IDENTITY) is None
    assert cache.put(IDENTITY, image) == cache.get(IDENTITY)


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path, image, caplog):
    (tmp_path / "file").touch()
    cache = ThumbnailCache(tmp_path / "file" / "thumbnails")  # a file is in the way
    assert cache.put(IDENTITY, image).startswith(b"\xff\xd8")
    assert cache.put("cd" * 16, image).startswith(b"\xff\xd8")
    assert cache.get(IDENTITY) is None
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


@pytest.mark.skipif(os.name == "nt", reason="a limit of POSIX stands in for a full disk")
def test_a_full_disk_leaves_nothing_behind(tmp_path, image, caplog):
    import resource

    cache = ThumbnailCache(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))  # bytes that a file may have
    try:
        data = cache.put(IDENTITY, image)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert data.startswith(b"\xff\xd8")
    assert cache.get(IDENTITY) is None
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [CACHE_TAG]
    assert "cannot be kept" in caplog.text


def test_a_thumbnail_made_anew():
    path = photo_file("china")
    made = make_thumbnail(Photo(0, "china.jpg", (path,)))
    assert made.shape == (256, 384, 3)
    assert made.dtype == np.uint8


def test_a_photo_that_cannot_be_read(tmp_path):
    with pytest.raises(PhotoError):
        make_thumbnail(Photo(0, "gone.jpg", (tmp_path / "gone.jpg",)))
