"""Large pictures: one decode each, of the job at hand, failures with their reason."""

import pytest
from PIL import Image

from engine.album import decode as decoding
from engine.types import Photo
from gui import previews as module
from gui.previews import FULL, KEPT, Previews


@pytest.fixture
def previews(qapp):
    pictures = Previews()
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


def _have(previews: Previews, photos: list[Photo], side: int) -> bool:
    return all(previews.get(photo.id, side) is not None for photo in photos)


def test_what_is_wanted_again_and_again_is_decoded_once(qtbot, previews, decoded, tmp_path):
    photos = _photos(tmp_path, 3)
    for _ in range(20):
        previews.want(photos, 600)
        qtbot.wait(2)
    qtbot.waitUntil(lambda: _have(previews, photos, 600))
    assert sorted(decoded) == [photo.name for photo in photos]


def test_full_detail_has_every_pixel_and_only_the_last_is_kept(qtbot, previews, tmp_path):
    photos = _photos(tmp_path, 2)
    for photo in photos:
        previews.want([photo], FULL)
        qtbot.waitUntil(lambda photo=photo: previews.get(photo.id, FULL) is not None)
    assert previews.get(photos[1].id, FULL).width() == 1200
    assert previews.get(photos[0].id, FULL) is None


def test_a_bounded_number_of_pictures_is_kept(qtbot, previews, tmp_path):
    photos = _photos(tmp_path, KEPT + 3)
    for photo in photos:
        previews.want([photo], 300)
        qtbot.waitUntil(lambda photo=photo: previews.get(photo.id, 300) is not None)
    assert len(previews._kept) == KEPT


def test_pictures_of_a_former_album_do_not_arrive(qtbot, previews, tmp_path):
    photos = _photos(tmp_path, 2)
    previews.want(photos, 600)
    previews.begin(2)
    with qtbot.assertNotEmitted(previews.arrived, wait=400):
        pass
    assert previews.get(photos[0].id, 600) is None


def test_a_photo_that_cannot_be_decoded_says_why(qtbot, previews, tmp_path):
    file = tmp_path / "empty.jpg"
    file.touch()
    with qtbot.waitSignal(previews.arrived):
        previews.want([Photo(5, file.name, (file,))], 600)
    assert previews.failure(5) == "is empty (0 bytes)"
