"""Thumbnails: loaded on threads, keyed by job and photo, bounded."""

import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize

from engine.album.thumbnails import ThumbnailCache
from engine.paths import DataDir
from engine.types import Photo
from gui import thumbnails as module
from gui.thumbnails import Thumbnails


def _photo(folder, number: int, colour: tuple[int, int, int], size=(640, 480)) -> Photo:
    file = folder / f"IMG_{number:04d}.jpg"
    Image.new("RGB", size, colour).save(file, quality=95)
    return Photo(number, file.name, (file,))


@pytest.fixture
def cache(tmp_path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def loader(qapp, cache):
    thumbnails = Thumbnails(cache)
    thumbnails.begin(1)
    yield thumbnails
    thumbnails.stop()


def _fetch(qtbot, loader: Thumbnails, photo: Photo, identity: str | None = None):
    with qtbot.waitSignal(loader.arrived, timeout=10_000) as arrived:
        loader.get(photo, identity)
    assert arrived.args == [photo.id]
    return loader.get(photo, identity)


def test_a_thumbnail_comes_and_fits_the_box(qtbot, loader, tmp_path):
    loader.set_box(QSize(120, 120))
    pixmap = _fetch(qtbot, loader, _photo(tmp_path, 0, (200, 30, 30)))
    assert (pixmap.width(), pixmap.height()) == (120, 90)
    colour = pixmap.toImage().pixelColor(60, 45)
    assert colour.red() > 180 and colour.green() < 60


def test_another_box_brings_another_size_and_shows_the_old_one_meanwhile(qtbot, loader, tmp_path):
    photo = _photo(tmp_path, 0, (200, 30, 30))
    loader.set_box(QSize(120, 120))
    _fetch(qtbot, loader, photo)
    loader.set_box(QSize(60, 60))
    with qtbot.waitSignal(loader.arrived, timeout=10_000):
        assert loader.get(photo, None).width() == 120
    assert loader.get(photo, None).width() == 60


def test_a_thumbnail_of_a_former_album_that_comes_late_is_dropped(qtbot, loader, tmp_path, monkeypatch):
    begun, may_go_on = threading.Event(), threading.Event()
    real = module.load

    def slow(*arguments):
        begun.set()
        assert may_go_on.wait(10)
        return real(*arguments)

    monkeypatch.setattr(module, "load", slow)
    loader.get(_photo(tmp_path, 0, (200, 30, 30)), None)
    assert begun.wait(10)
    loader.begin(2)
    with qtbot.assertNotEmitted(loader.arrived, wait=300):
        may_go_on.set()
    monkeypatch.setattr(module, "load", real)
    (tmp_path / "other").mkdir()
    pixmap = _fetch(qtbot, loader, _photo(tmp_path / "other", 0, (30, 30, 200)))
    assert pixmap.toImage().pixelColor(5, 5).blue() > 180, "same id, other job: not the former picture"


def test_the_last_wish_is_granted_first(qapp, cache, tmp_path):
    wishes = module._Wishes()
    photos = [_photo(tmp_path, number, (9, 9, 9), (8, 8)) for number in range(module.MOST_WAITING + 5)]
    for photo in photos:
        wishes.add(module._Wish((1, photo.id), photo, None, QSize(9, 9)))
    taken = [wishes.take().key[1] for _ in range(3)]
    assert taken == [photos[-1].id, photos[-2].id, photos[-3].id]
    assert len(wishes._waiting) == module.MOST_WAITING - 3, "the oldest wishes are forgotten"


def test_what_is_being_loaded_is_not_asked_for_again(cache, tmp_path):
    wishes = module._Wishes()
    wish = module._Wish((1, 0), _photo(tmp_path, 0, (9, 9, 9), (8, 8)), None, QSize(9, 9))
    wishes.add(wish)
    assert wishes.take() is wish
    wishes.add(wish)
    assert not wishes._waiting
    wishes.done(wish.key)
    wishes.add(wish)
    assert wishes._waiting


def test_a_bounded_number_is_kept(qtbot, cache, tmp_path):
    loader = Thumbnails(cache, kept=3, workers=1)
    loader.begin(1)
    for number in range(5):
        _fetch(qtbot, loader, _photo(tmp_path, number, (9, 9, 9), (32, 32)))
    loader.stop()
    assert len(loader._kept) == 3


def test_a_broken_file_is_a_null_pixmap_and_is_not_tried_again(qtbot, loader, tmp_path):
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 broken")
    photo = Photo(3, file.name, (file,))
    assert _fetch(qtbot, loader, photo).isNull()
    with qtbot.assertNotEmitted(loader.arrived, wait=200):
        loader.get(photo, None)


def test_a_known_photo_comes_from_the_cache_without_its_file(qtbot, loader, cache, tmp_path):
    pixels = np.full((300, 384, 3), (20, 160, 20), np.uint8)
    ThumbnailCache(cache.thumbnails).put("ab" * 16, pixels)
    gone = Photo(0, "gone.jpg", (tmp_path / "gone.jpg",))
    pixmap = _fetch(qtbot, loader, gone, "ab" * 16)
    assert pixmap.width() == 384 and pixmap.toImage().pixelColor(9, 9).green() > 140


def test_a_photo_that_is_new_to_the_cache_is_put_there(qtbot, loader, cache, tmp_path):
    _fetch(qtbot, loader, _photo(tmp_path, 0, (9, 9, 9)), "cd" * 16)
    assert ThumbnailCache(cache.thumbnails).get("cd" * 16) is not None
