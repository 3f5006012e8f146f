"""Window-size pictures on disk: made by the engine, bounded, never in the way."""

import os
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.album import kept_previews as module
from engine.album.decode import Decoded
from engine.album.kept_previews import LONG_SIDE, PreviewCache
from engine.events import CancelToken
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import load_settings
from engine.threads import NICENESS, let_others_go_first

AMPLE = 100_000_000


def _decoded(width: int, height: int, shade: int = 90) -> Decoded:
    return Decoded(np.full((height, width, 3), shade, np.uint8), width, height)


def _name(number: int) -> str:
    return f"{number:032x}"


def _files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.jpg"))


def test_a_picture_whose_header_is_damaged_is_none(tmp_path: Path):
    cache = PreviewCache(tmp_path, AMPLE)
    cache.put(_name(1), _decoded(3000, 2000))
    (file,) = _files(tmp_path)
    data = bytearray(file.read_bytes())
    size = data.index(b"\xff\xc0") + 5  # of the frame: height, width (ITU T.81, B.2.2)
    data[size : size + 4] = b"\xfd\xe8\xfd\xe8"  # more pixels than OpenCV makes room for
    file.write_bytes(data)
    assert cache.pixels(_name(1)) is None
    cache.put(_name(2), _decoded(3000, 2000))
    whole = cache.pixels(_name(2))
    assert whole is not None and max(whole.shape) == LONG_SIDE


def test_a_large_photo_is_kept_at_the_size_of_a_window(tmp_path: Path):
    cache = PreviewCache(tmp_path, AMPLE)
    cache.put(_name(1), _decoded(3000, 2000))
    (file,) = _files(tmp_path)
    with Image.open(file) as picture:
        assert picture.size == (LONG_SIDE, 1067)
        red, green, blue = picture.convert("RGB").getpixel((800, 500))  # pyright: ignore[reportGeneralTypeIssues]
    assert (red, green, blue) == (90, 90, 90)
    assert cache.get(_name(1)) == file.read_bytes()


def test_colours_keep_their_order(tmp_path: Path):
    cache = PreviewCache(tmp_path, AMPLE)
    image = np.zeros((2000, 3000, 3), np.uint8)
    image[..., 0] = 250
    cache.put(_name(1), Decoded(image, 3000, 2000))
    with Image.open(_files(tmp_path)[0]) as picture:
        red, green, blue = picture.convert("RGB").getpixel((9, 9))  # pyright: ignore[reportGeneralTypeIssues]
    assert red > 240 and green < 10 and blue < 10


@pytest.mark.parametrize(("limit", "size"), [(0, (3000, 2000)), (AMPLE, (1600, 1200))])
def test_none_is_kept_where_none_is_wanted_or_needed(tmp_path: Path, limit: int, size: tuple[int, int]):
    PreviewCache(tmp_path, limit).put(_name(1), _decoded(*size))
    assert not _files(tmp_path)


def test_what_was_not_looked_at_for_longest_goes_first(tmp_path: Path):
    cache = PreviewCache(tmp_path, AMPLE)
    for number in range(12):
        cache.put(_name(number), _decoded(2000, 1500, number))
    for number, file in enumerate(sorted(_files(tmp_path))):
        os.utime(file, (1000 + number, 1000 + number))
    assert cache.get(_name(0)), "is looked at: the oldest file becomes the youngest"
    size = sum(file.stat().st_size for file in _files(tmp_path))
    small = PreviewCache(tmp_path, size // 2)
    small.put(_name(99), _decoded(2000, 1500))
    assert small.get(_name(0)) and small.get(_name(99)) and small.get(_name(11))
    assert small.get(_name(1)) is None and small.get(_name(4)) is None
    assert sum(file.stat().st_size for file in _files(tmp_path)) < 0.6 * size, "one file beyond the limit"


def test_a_disk_that_is_almost_full_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, module.LEAST_FREE))
    PreviewCache(tmp_path / "none" / "yet", AMPLE).put(_name(1), _decoded(3000, 2000))
    assert not _files(tmp_path)


def test_a_folder_that_cannot_be_written_costs_no_photo(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").write_text("in the way")
    cache = PreviewCache(tmp_path / "file", AMPLE)
    cache.put(_name(1), _decoded(3000, 2000))
    cache.put(_name(2), _decoded(3000, 2000))
    assert cache.get(_name(1)) is None
    assert sum("cannot be kept" in record.getMessage() for record in caplog.records) == 1


def test_a_cull_leaves_previews_of_large_photos(tmp_path: Path, make_jpeg):
    album = tmp_path / "album"
    album.mkdir()
    make_jpeg(album / "large.jpg", Image.new("RGB", (3000, 2000), (9, 99, 9)))
    make_jpeg(album / "small.jpg", Image.new("RGB", (600, 400), (9, 99, 9)))
    data = DataDir(tmp_path / "data")
    list(cull(CullJob(album), load_settings(), data, CancelToken()))
    (file,) = _files(data.previews)
    with Image.open(file) as picture:
        assert max(picture.size) == LONG_SIDE


def test_a_thread_of_the_engine_lets_others_go_first():
    if not hasattr(os, "getpriority"):
        pytest.skip("no niceness on this system")
    seen: list[int] = []

    def child() -> None:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def engine() -> None:
        let_others_go_first()
        for thread in [threading.Thread(target=child)]:
            thread.start()
            thread.join()

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=engine)
    thread.start()
    thread.join()
    assert seen == [max(NICENESS, before)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
