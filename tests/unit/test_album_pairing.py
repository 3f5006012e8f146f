from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.album.pairing import pair


def paired(*names: str) -> set[tuple[str, ...]]:
    return {tuple(path.as_posix() for path in photo) for photo in pair(Path(name) for name in names)}


@pytest.mark.parametrize("frame", ["IMG_1.JPG", "IMG_1.heic", "img_1.jpeg"])
@pytest.mark.parametrize("raw", ["IMG_1.CR2", "img_1.dng"])
def test_raw_and_camera_frame_of_one_stem_are_one_photo(frame, raw):
    assert paired(raw, frame) == {(frame, raw)}


@pytest.mark.parametrize(
    "names",
    [
        ("a.jpg", "a.heic", "a.cr2"),
        ("a.jpg", "A.JPG", "a.cr2"),
        ("a.jpg", "a.cr2", "a.dng"),
        ("a.jpg", "a.heic"),
        ("a.jpg", "a.png"),
        ("a.png", "a.cr2"),
        ("one/a.jpg", "two/a.cr2"),
        ("a.jpg", "a (2).cr2"),
        ("a.cr2", "a.jpg.jpg"),
    ],
)
def test_whatever_is_ambiguous_stays_apart(names):
    assert paired(*names) == {(name,) for name in names}


def test_an_edited_copy_stays_apart_from_its_pair():
    assert paired("a.jpg", "a.tif", "a.nef") == {("a.jpg", "a.nef"), ("a.tif",)}


_files = st.builds(
    "{}/{}{}".format,
    st.sampled_from(["x", "X", "y"]),
    st.sampled_from(["a", "A", "ß", "SS", "b.c", ""]),
    st.sampled_from([".jpg", ".JPG", ".heic", ".cr2", ".CR2", ".dng", ".png", ".tif"]),
)


@given(st.lists(_files, unique=True))
def test_every_file_is_in_exactly_one_photo(names):
    files = [Path(name) for name in names]
    photos = pair(files)
    assert Counter(file for photo in photos for file in photo) == Counter(files)
    assert all(1 <= len(photo) <= 2 for photo in photos)
