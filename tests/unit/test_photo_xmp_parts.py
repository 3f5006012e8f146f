"""Photo files taken apart: what counts as changed, and what is refused."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.errors import SidecarError
from engine.photo_xmp.parts import FileKind, parts_of
from tests.unit.photo_xmp_files import FOREIGN, jpeg, tiff
from tests.unit.raw_files import jpeg_preview, write_dng


@pytest.fixture
def coffee(photos) -> Image.Image:
    return photos["coffee"].resize((240, 160))


def test_the_packet_of_each_kind_is_found(tmp_path, coffee):
    for name, make, kind in (("a.jpg", jpeg, FileKind.JPEG), ("a.tif", tiff, FileKind.TIFF)):
        found = parts_of(make(tmp_path / name, coffee, FOREIGN))
        assert (found.kind, found.packet) == (kind, FOREIGN.encode())
        assert parts_of(make(tmp_path / f"none-{name}", coffee)).packet is None
    dng = parts_of(write_dng(tmp_path / "a.dng", coffee, preview=jpeg_preview(coffee)))
    assert (dng.kind, dng.packet) == (FileKind.DNG, None)
    assert sum("picture" in name for name, _ in dng.rest) == 2  # the mosaic and the preview


def test_any_changed_byte_but_those_of_the_packet_is_seen(tmp_path, coffee):
    path = jpeg(tmp_path / "a.jpg", coffee, FOREIGN, b"behind the picture")
    whole, data = parts_of(path), path.read_bytes()
    packet = range(data.index(FOREIGN.encode()), data.index(FOREIGN.encode()) + len(FOREIGN.encode()))
    for at in range(20, len(data), 97):
        changed = bytearray(data)
        changed[at] ^= 1
        path.write_bytes(changed)
        try:
            same = parts_of(path).rest == whole.rest
        except SidecarError:
            same = False
        assert same == (at in packet), at


def test_any_changed_byte_of_a_tiffs_picture_or_tags_is_seen(tmp_path, coffee):
    path = tiff(tmp_path / "a.tif", coffee, FOREIGN, compression="raw")
    whole, data = parts_of(path), path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        strips = image.tag_v2[273]  # type: ignore[attr-defined]
    for at in (*strips, data.index(b"an own tag"), data.index(b"Test 1.0")):
        changed = bytearray(data)
        changed[at] ^= 1
        path.write_bytes(changed)
        assert parts_of(path).rest != whole.rest
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no JPEG, TIFF or DNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "no JPEG, TIFF or DNG"),
        (b"\xff\xd8\xff\xe1\xff", "damaged"),
        (b"\xff\xd8\xff\xe1\0\1", "damaged"),
        (b"\xff\xd8\xff\xff\xff\xff", "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"II*\0\x08\0\0\0", "too early"),
        (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", "damaged"),  # a directory that follows itself
        (b"MM\0*\0\0\0\x08" + struct.pack(">HHHII", 1, 256, 99, 1, 1) + bytes(4), "not known"),
    ],
)
def test_what_is_damaged_or_no_photo_is_refused(tmp_path, data, why):
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(SidecarError, match=why):
        parts_of(path)


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"II*\0", b"MM\0*"]))
def test_no_bytes_take_it_down(tmp_path_factory, data, magic):
    path = tmp_path_factory.getbasetemp() / "fuzzed.jpg"
    path.write_bytes(magic + data)
    try:
        parts_of(path)
    except SidecarError as error:
        assert error.what


def test_a_raw_file_that_looks_like_a_tiff_is_refused(tmp_path, coffee):
    path = write_dng(tmp_path / "a.dng", coffee)
    data = path.read_bytes()
    version = data.index(struct.pack("<HHI", 0xC612, 1, 4))
    (tmp_path / "CRW_1.TIF").write_bytes(data[:version] + struct.pack("<H", 0xFDE9) + data[version + 2 :])
    with pytest.raises(SidecarError, match="RAW file"):
        parts_of(tmp_path / "CRW_1.TIF")


def test_xmp_twice_is_refused(tmp_path, coffee):
    data = jpeg(tmp_path / "a.jpg", coffee, FOREIGN).read_bytes()
    length = int.from_bytes(data[4:6], "big") + 2
    (tmp_path / "a.jpg").write_bytes(data[:2] + data[2 : 2 + length] + data[2:])
    with pytest.raises(SidecarError, match="twice"):
        parts_of(tmp_path / "a.jpg")
