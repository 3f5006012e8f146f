"""Large pictures: one decode each, fitting exactly, of the job at hand, failures with their reason."""

import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QSize

from engine.album import decode as decoding
from engine.album.decode import Decoded
from engine.album.kept_previews import PreviewCache
from engine.types import Photo
from gui import previews as module
from gui.previews import FULL, FULL_KEPT, FULL_SIDE, Box, Previews, Wish

BOX = (600, 500)


@pytest.fixture
def previews(qapp, data_dir):
    pictures = Previews(data_dir)
    pictures.begin(1)
    yield pictures
    pictures.stop()


@pytest.fixture
def decoded(monkeypatch) -> list[str]:
    """Names of the photos in the order in which they were decoded."""
    names: list[str] = []

    def note(photo: Photo, long_side: int) -> decoding.Decoded:
        names.append(photo.name)
        return decoding.decode(photo, long_side)

    monkeypatch.setattr(module, "decode", note)
    return names


def _photos(folder, count: int) -> list[Photo]:
    files = [folder / f"IMG_{number}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        Image.new("RGB", (1200, 800), (20 * number, 99, 99)).save(file)
    return [Photo(number, file.name, (file,)) for number, file in enumerate(files)]


def _hold(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], threading.Event]:
    """Have photos decoded only when the event is set; the list holds the names of those that were begun."""
    begun, may_go_on = [], threading.Event()

    def slow(photo: Photo, long_side: int) -> decoding.Decoded:
        begun.append(photo.name)
        assert may_go_on.wait(30)
        return decoding.decode(photo, long_side)

    monkeypatch.setattr(module, "decode", slow)
    return begun, may_go_on


def _want(previews: Previews, photos: list[Photo], box: Box = BOX) -> None:
    previews.want([Wish(photo, box, QSize(1200, 800)) for photo in photos])


def _have(previews: Previews, photos: list[Photo], box: Box = BOX) -> bool:
    return all(previews.get(photo.id, box) is not None for photo in photos)


@pytest.mark.parametrize("size", [QSize(1200, 800), QSize()])
def test_a_picture_fits_its_box_to_the_pixel(qtbot, previews, tmp_path, size):
    (photo,) = _photos(tmp_path, 1)
    with qtbot.waitSignal(previews.arrived):
        previews.want([Wish(photo, BOX, size)])
    picture = previews.get(photo.id, BOX)
    assert (picture.width(), picture.height()) == (600, 400)


def test_a_photo_is_decoded_no_larger_than_it_is_shown(qtbot, previews, tmp_path, monkeypatch):
    sides: list[int] = []

    def note(photo: Photo, long_side: int) -> decoding.Decoded:
        sides.append(long_side)
        return decoding.decode(photo, long_side)

    monkeypatch.setattr(module, "decode", note)
    (photo,) = _photos(tmp_path, 1)
    with qtbot.waitSignal(previews.arrived):
        previews.want([Wish(photo, (600, 200), QSize(1200, 800))])
    assert sides == [300], "the box is low: the photo is 300 pixels wide in it"


def test_what_is_wanted_again_and_again_is_decoded_once(qtbot, previews, decoded, tmp_path):
    photos = _photos(tmp_path, 3)
    for _ in range(20):
        _want(previews, photos)
        qtbot.wait(2)
    qtbot.waitUntil(lambda: _have(previews, photos))
    assert sorted(decoded) == [photo.name for photo in photos]


def test_full_detail_has_every_pixel_and_only_the_last_are_kept(qtbot, previews, tmp_path):
    photos = _photos(tmp_path, FULL_KEPT + 1)
    for photo in photos:
        _want(previews, [photo], FULL)
        qtbot.waitUntil(lambda photo=photo: previews.get(photo.id, FULL) is not None)
    assert previews.get(photos[1].id, FULL).width() == 1200
    assert previews.get(photos[0].id, FULL) is None


def test_the_best_picture_is_the_largest(qtbot, previews, tmp_path):
    (photo,) = _photos(tmp_path, 1)
    assert previews.best(photo.id) is None
    for box in ((300, 300), FULL, (600, 600)):
        _want(previews, [photo], box)
        qtbot.waitUntil(lambda box=box: previews.get(photo.id, box) is not None)
    assert previews.best(photo.id).width() == 1200


def test_pictures_are_kept_up_to_a_number_of_bytes(qtbot, previews, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FITTED_BYTES", 3 * 4 * 300 * 200)
    photos = _photos(tmp_path, 6)
    for photo in photos:
        _want(previews, [photo], (300, 300))
        qtbot.waitUntil(lambda photo=photo: previews.get(photo.id, (300, 300)) is not None)
    assert [photo.id for photo in photos if previews.get(photo.id, (300, 300))] == [3, 4, 5]


def test_pictures_of_a_former_album_do_not_arrive(qtbot, previews, tmp_path, monkeypatch):
    begun, may_go_on = _hold(monkeypatch)
    photos = _photos(tmp_path, 2)
    _want(previews, photos)
    qtbot.waitUntil(lambda: bool(begun))
    previews.begin(2)
    may_go_on.set()
    with qtbot.assertNotEmitted(previews.arrived):
        previews._pool.waitForDone()
        QCoreApplication.processEvents()  # what the pool's threads have told arrives here
    assert previews.get(photos[0].id, BOX) is None


def test_a_photo_that_cannot_be_decoded_says_why(qtbot, previews, tmp_path):
    file = tmp_path / "empty.jpg"
    file.touch()
    with qtbot.waitSignal(previews.arrived):
        previews.want([Wish(Photo(5, file.name, (file,)), BOX, QSize())])
    assert previews.failure(5) == "is empty (0 bytes)"
    assert previews.get(5, BOX) is None and previews.best(5) is None, "no picture is no black picture"


def test_what_is_looked_at_again_is_let_go_last(qtbot, previews, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FITTED_BYTES", 3 * 4 * 300 * 200)
    photos = _photos(tmp_path, 4)
    for photo in (*photos[:3], photos[0], photos[3]):
        _want(previews, [photo], (300, 300))
        qtbot.waitUntil(lambda photo=photo: previews.get(photo.id, (300, 300)) is not None)
    assert [photo.id for photo in photos if previews.get(photo.id, (300, 300))] == [0, 2, 3]


def test_a_picture_on_disk_is_taken_where_it_is_sharp(qtbot, previews, decoded, tmp_path, data_dir):
    (photo,) = _photos(tmp_path, 1)
    green = Decoded(np.full((1800, 2700, 3), (0, 200, 0), np.uint8), 2700, 1800)
    PreviewCache(data_dir.previews, 10**9).put("ab" * 16, green)
    for box, names in (((900, 900), []), ((2000, 2000), [photo.name])):
        with qtbot.waitSignal(previews.arrived):
            previews.want([Wish(photo, box, QSize(2700, 1800), "ab" * 16)])
        assert decoded == names, "what is larger than the picture on disk is decoded"
    small = previews.get(photo.id, (900, 900))
    assert (small.width(), small.height()) == (900, 600)
    assert small.toImage().pixelColor(5, 5).green() > 190


def test_what_may_be_next_is_begun_once_what_is_shown_is_there(qtbot, previews, tmp_path, monkeypatch):
    begun, may_go_on = _hold(monkeypatch)
    photos = _photos(tmp_path, 3)
    wishes = [Wish(photo, BOX, QSize(1200, 800), ahead=photo is not photos[0]) for photo in photos]
    previews.want(wishes)
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.wait(100)
    assert begun == [photos[0].name]
    may_go_on.set()
    qtbot.waitUntil(lambda: _have(previews, photos))
    begun.clear()
    previews.want([wishes[0], Wish(photos[1], (300, 300), QSize(1200, 800), ahead=True)])
    qtbot.waitUntil(lambda: begun == [photos[1].name])  # what is shown is there already
    qtbot.waitUntil(lambda: previews.get(photos[1].id, (300, 300)) is not None)


def test_a_photo_that_cannot_be_shown_does_not_keep_the_next_from_being_fetched(qtbot, previews, tmp_path):
    broken = tmp_path / "empty.jpg"
    broken.touch()
    (photo,) = _photos(tmp_path, 1)
    previews.want(
        [Wish(Photo(7, broken.name, (broken,)), BOX, QSize()), Wish(photo, BOX, QSize(), ahead=True)]
    )
    qtbot.waitUntil(lambda: _have(previews, [photo]))
    assert previews.failure(7)


def test_the_next_photo_waits_for_the_picture_on_the_screen_not_for_its_faces(
    qtbot, previews, tmp_path, monkeypatch
):
    may_go_on = threading.Event()

    def slow(photo: Photo, long_side: int) -> decoding.Decoded:
        assert long_side != FULL_SIDE or may_go_on.wait(30)
        return decoding.decode(photo, long_side)

    monkeypatch.setattr(module, "decode", slow)
    photos = _photos(tmp_path, 2)
    ahead = Wish(photos[1], BOX, QSize(1200, 800), ahead=True)
    previews.want([*(Wish(photos[0], box, QSize(1200, 800)) for box in (BOX, FULL)), ahead])
    qtbot.waitUntil(lambda: _have(previews, photos))
    assert previews.get(photos[0].id, FULL) is None
    may_go_on.set()
    qtbot.waitUntil(lambda: previews.get(photos[0].id, FULL) is not None)


def test_neighbours_wait_for_all_pixels_where_those_are_what_is_shown(qtbot, previews, tmp_path, monkeypatch):
    begun, may_go_on = _hold(monkeypatch)
    photos = _photos(tmp_path, 2)
    previews.want([Wish(photo, FULL, QSize(1200, 800), ahead=photo is photos[1]) for photo in photos])
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.wait(100)
    assert begun == [photos[0].name]
    may_go_on.set()
    qtbot.waitUntil(lambda: _have(previews, photos, FULL))


def test_what_was_to_be_next_is_forgotten_with_another_wish(qtbot, previews, decoded, tmp_path):
    photos = _photos(tmp_path, 3)
    previews.want([Wish(photos[0], BOX, QSize()), Wish(photos[1], BOX, QSize(), ahead=True)])
    previews.want([Wish(photos[2], BOX, QSize())])
    qtbot.waitUntil(lambda: _have(previews, photos[2:]))
    qtbot.wait(100)
    assert photos[1].name not in decoded


def test_nothing_is_begun_after_the_end(qtbot, previews, tmp_path, monkeypatch):
    begun, may_go_on = _hold(monkeypatch)
    photos = _photos(tmp_path, 2)
    previews.want([Wish(photo, BOX, QSize(), ahead=photo is photos[1]) for photo in photos])
    qtbot.waitUntil(lambda: bool(begun))
    may_go_on.set()
    previews.stop()
    QCoreApplication.processEvents()
    assert begun == [photos[0].name] and not previews._ahead.activeThreadCount()
