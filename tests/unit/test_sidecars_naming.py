"""Which sidecar belongs to which photo, and which one wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.album.scan import scan
from engine.sidecars.naming import Naming, Place, SidecarNames, speaks_of


@pytest.fixture
def places(tmp_path):
    """places(files, naming) -> the place of each photo, by the photo's name."""

    def find(files: str, naming: Naming = Naming.BASENAME) -> dict[str, Place]:
        for name in files.split():
            (tmp_path / name).touch()
        photos = scan(tmp_path)
        names = SidecarNames(photos, naming)
        return {photo.name: names.place(photo) for photo in photos}

    return find


@pytest.mark.parametrize(
    ("files", "naming", "photo", "sidecar", "others", "extension"),
    [
        ("a.CR2", "basename", "a.CR2", "a.xmp", [], "CR2"),
        ("a.CR2", "full", "a.CR2", "a.CR2.xmp", [], None),
        ("a.jpg", "basename", "a.jpg", "a.xmp", [], None),
        ("a.jpg a.CR2", "basename", "a.jpg", "a.xmp", [], "CR2"),
        ("a.jpg a.CR2", "full", "a.jpg", "a.CR2.xmp", [], None),
        ("a.jpg a.CR2 a.CR2.xmp", "basename", "a.jpg", "a.CR2.xmp", [], None),
        ("a.jpg a.CR2 a.xmp", "full", "a.jpg", "a.xmp", [], "CR2"),
        ("a.jpg a.CR2 a.xmp a.CR2.xmp", "basename", "a.jpg", "a.xmp", ["a.CR2.xmp"], "CR2"),
        ("a.jpg a.CR2 a.xmp a.CR2.xmp", "full", "a.jpg", "a.CR2.xmp", ["a.xmp"], None),
        ("a.jpg a.CR2 a.jpg.xmp", "basename", "a.jpg", "a.xmp", ["a.jpg.xmp"], "CR2"),
        ("a.jpg a.png", "basename", "a.png", "a.png.xmp", [], None),
        ("a.jpg a.png a.xmp", "basename", "a.png", "a.png.xmp", ["a.xmp"], None),
        ("a.jpg a.png a.CR2", "basename", "a.jpg", "a.xmp", [], "CR2"),
        ("a.jpg a.png a.CR2", "basename", "a.png", "a.png.xmp", [], None),
        ("a.jpg a.jpeg a.CR2", "basename", "a.CR2", "a.xmp", [], "CR2"),
        ("a.jpg a.XMP", "basename", "a.jpg", "a.XMP", [], None),
        ("a.b.jpg", "basename", "a.b.jpg", "a.b.xmp", [], None),
    ],
)
def test_place(places, files, naming, photo, sidecar, others, extension):
    place = places(files, Naming(naming))[photo]
    assert place.path.name == sidecar
    assert [each.name for each in place.others] == others
    assert place.extension == extension


def test_no_two_photos_share_a_sidecar(places):
    found = places("a.jpg a.png a.tif b.CR2 b.NEF b.jpg c.jpg c.CR2 d.jpg e.jpg.png e.jpg")
    paths = [place.path for place in found.values()]
    assert len(set(paths)) == len(paths) == 10


def test_a_short_name_that_is_another_photo_s_long_name_is_not_used(places):
    found = places("e.jpg e.jpg.png e.jpg.xmp")
    assert found["e.jpg"].path.name == "e.jpg.xmp"
    assert found["e.jpg.png"].path.name == "e.jpg.png.xmp"


def test_a_sidecar_made_for_another_file_is_not_this_photo_s(places):
    photo = scan(Path(next(iter(places("a.jpg").values())).path.parent))[0]
    assert speaks_of(None, photo) and speaks_of("JPG", photo)
    assert not speaks_of("CR2", photo)
