"""Thumbnails: loaded on threads, keyed by job and photo, bounded."""

import threading
import time
from types import SimpleNamespace

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


def test_while_much_is_wished_for_one_worker_leaves_it_to_the_others(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REST_S", 0.3)
    wishes = module._Wishes()
    first, second = (
        module._Wish((1, number), _photo(tmp_path, number, (9, 9, 9), (8, 8)), None, QSize(9, 9))
        for number in range(2)
    )
    wishes.add(first)
    wishes.add(second)
    asked = time.monotonic()
    assert wishes.take() is second
    assert time.monotonic() - asked < 0.3, "at once"
    assert wishes.take(at_rest=True) is first
    assert 0.25 < time.monotonic() - asked < 5


def test_what_is_wished_for_again_is_nothing_new(cache, tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    wishes = module._Wishes()
    wish = module._Wish((1, 0), _photo(tmp_path, 0, (9, 9, 9), (8, 8)), None, QSize(9, 9))
    wishes.add(wish)
    now[0] += 0.9 * module.REST_S
    wishes.add(wish)  # a cell that is painted again
    now[0] += 0.2 * module.REST_S
    taken: list[module._Wish | None] = []
    worker = threading.Thread(target=lambda: taken.append(wishes.take(at_rest=True)))
    worker.start()
    worker.join(5)
    wishes.close()
    worker.join(5)
    assert taken == [wish]


def test_a_worker_that_waits_for_rest_keeps_no_wish_from_the_others(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REST_S", 60.0)
    wishes = module._Wishes()
    taken: list[module._Wish | None] = []
    waiting = threading.Thread(target=lambda: taken.append(wishes.take(at_rest=True)))
    waiting.start()
    photo = _photo(tmp_path, 0, (9, 9, 9), (8, 8))
    wanted = [module._Wish((1, number), photo, None, QSize(9, 9)) for number in range(5)]
    for wish in wanted:
        wishes.add(wish)
    assert [wishes.take() for _ in wanted] == wanted[::-1]
    assert not taken
    wishes.close()
    waiting.join(10)
    assert taken == [None], "closing ends the wait"


def test_a_picture_has_its_colours_and_memory_of_its_own():
    pixels = np.zeros((5, 7, 3), np.uint8)
    pixels[1, 2] = (250, 128, 3)
    image = module.to_qimage(pixels[:, ::-1])  # not in the order of memory
    pixels[:] = 99
    assert (image.width(), image.height()) == (7, 5)
    assert image.pixelColor(4, 1).getRgb() == (250, 128, 3, 255)
    assert image.pixelColor(0, 0).getRgb() == (0, 0, 0, 255)


@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((384, 256), (196, 157), (196, 130)),
        ((256, 384), (196, 157), (104, 157)),
        ((384, 1), (196, 157), (196, 1)),
        ((384, 256), (300, 300), (300, 200)),
        ((100, 80), (196, 157), (100, 80)),
    ],
)
def test_a_picture_fits_its_box_and_is_never_enlarged(size, box, expected):
    width, height = size
    small = module.fit(np.full((height, width, 3), 77, np.uint8), QSize(*box))
    assert small.shape == (expected[1], expected[0], 3)
    assert (small == 77).all()
