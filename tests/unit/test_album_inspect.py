import errno
import io
import shutil
import struct
import zlib
from datetime import datetime

import piexif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.album.exif import tags_of_raw_head, tags_of_tiff
from engine.album.inspect import inspect
from engine.album.metadata import metadata_of
from engine.errors import PhotoError
from engine.types import Metadata, Photo
from tests.photos import open_photo, photo_file, write_jpeg
from tests.unit.raw_files import write_dng

ZEROTH = {piexif.ImageIFD.Make: b"NIKON CORPORATION", piexif.ImageIFD.Model: b"NIKON D70\0\0"}
EXIF = {
    piexif.ExifIFD.ExposureTime: (1, 200),
    piexif.ExifIFD.FNumber: (56, 10),
    piexif.ExifIFD.ISOSpeedRatings: 400,
    piexif.ExifIFD.FocalLength: (50, 1),
    piexif.ExifIFD.ExposureBiasValue: (-2, 3),
    piexif.ExifIFD.ExposureMode: 2,
    piexif.ExifIFD.LensModel: b"50mm f/1.8",
}
TAKEN = datetime(2024, 5, 17, 10, 30, 5, 250_000)


def photo_of(path) -> Photo:
    return Photo(0, path.name, (path,))


def metadata(path) -> Metadata:
    return inspect(photo_of(path)).metadata


@pytest.fixture(scope="module")
def china() -> Image.Image:
    return open_photo("china")


def test_what_a_camera_wrote(tmp_path, china):
    path = write_jpeg(tmp_path / "a.jpg", china, captured_at=TAKEN, orientation=6, zeroth=ZEROTH, exif=EXIF)
    assert metadata(path) == Metadata(
        width=427,
        height=640,
        captured_at=TAKEN,
        camera="NIKON D70",
        lens="50mm f/1.8",
        exposure_time=0.005,
        f_number=5.6,
        iso=400,
        focal_length=50.0,
        exposure_bias=pytest.approx(-2 / 3),
        exposure_mode=2,
    )


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".heic"])
def test_every_format_tells_size_and_time(tmp_path, china, suffix):
    path = tmp_path / f"a{suffix}"
    exif = Image.Exif()
    exif[0x0132] = "2024:05:17 10:30:05"
    if suffix == ".heic":
        import pillow_heif

        pillow_heif.from_pillow(china).save(path, exif=exif.tobytes())
    else:
        china.save(path, exif=exif)
    found = metadata(path)
    assert (found.width, found.height) == china.size
    assert found.captured_at == TAKEN.replace(microsecond=0)


def test_exif_behind_the_pixels_of_a_png(tmp_path, china):
    out = io.BytesIO()
    china.save(out, "PNG")
    block = piexif.dump({"Exif": {piexif.ExifIFD.DateTimeOriginal: "2024:05:17 10:30:05"}})[6:]
    chunk = len(block).to_bytes(4, "big") + b"eXIf" + block + zlib.crc32(b"eXIf" + block).to_bytes(4, "big")
    path = tmp_path / "a.png"
    path.write_bytes(out.getvalue()[:-12] + chunk + out.getvalue()[-12:])
    assert metadata(path).captured_at == TAKEN.replace(microsecond=0)


def test_a_header_longer_than_the_head(tmp_path, china):
    path = tmp_path / "a.jpg"
    exif = piexif.dump({"Exif": {piexif.ExifIFD.DateTimeOriginal: "2024:05:17 10:30:05"}})
    china.save(path, exif=exif, icc_profile=bytes(range(256)) * 700)
    assert metadata(path).captured_at == TAKEN.replace(microsecond=0)
    assert metadata(path).width == 640


def test_tiff_whose_directory_is_at_its_end(tmp_path, china):
    path = tmp_path / "a.tif"
    china.save(path)  # uncompressed: 800 kB of pixels
    assert path.stat().st_size > 500_000
    assert (metadata(path).width, metadata(path).height) == china.size


def test_raw(tmp_path, china):
    raw = write_dng(
        tmp_path / "a.dng", china.crop((0, 0, 300, 200)), orientation=8, taken="2024:05:17 10:30:05"
    )
    found = metadata(raw)
    assert (found.width, found.height) == (200, 300)
    assert found.camera == "Test Camera"
    assert found.captured_at == TAKEN.replace(microsecond=0)
    assert found.exposure_time == pytest.approx(0.02)


def exif_block(**tags: object) -> bytes:
    return piexif.dump(
        {"0th": {piexif.ImageIFD.Model: b"Test"}, "Exif": {piexif.ExifIFD.ISOSpeedRatings: 200}}
    )[6:]


def cr3_box(name: bytes, tags: dict[int, object]) -> bytes:
    exif = Image.Exif()
    exif.update(tags)
    tiff = exif.tobytes()[6:]
    return (len(tiff) + 8).to_bytes(4, "big") + name + tiff


def test_raw_heads_of_other_makers():
    tiff = exif_block()
    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG", exif=b"Exif\0\0" + tiff)
    raf = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + (148).to_bytes(4, "big")
    parts = {b"CMT1": {0x0110: "Test"}, b"CMT2": {0x8827: 200}}
    boxes = b"".join(cr3_box(name, tags) for name, tags in parts.items())
    order = tiff[:2]
    magic = {b"II": b"IIU\0", b"MM": b"MMOR"}[order]
    for head in (
        tiff,
        magic + tiff[4:],
        raf.ljust(148, b"\0") + jpeg.getvalue(),
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + boxes,
    ):
        found = metadata_of(tags_of_raw_head(head), None, None)
        assert (found.camera, found.iso) == ("Test", 200)


def test_identity_is_of_the_content(tmp_path):
    first = tmp_path / "a.jpg"
    shutil.copy(photo_file("china"), first)
    second = tmp_path / "sub" / "b.JPG"
    second.parent.mkdir()
    shutil.copy(first, second)
    identity = inspect(photo_of(first)).identity
    assert len(identity) == 32
    assert int(identity, 16) >= 0
    assert inspect(photo_of(second)).identity == identity
    data = bytearray(first.read_bytes())
    for change in (slice(2000, 2001), slice(len(data) - 3, len(data) - 2)):
        other = bytearray(data)
        other[change] = bytes([other[change][0] ^ 1])
        second.write_bytes(other)
        assert inspect(photo_of(second)).identity != identity
    second.write_bytes(data + b"\0")
    assert inspect(photo_of(second)).identity != identity


def test_a_longer_middle_is_another_content(tmp_path):
    head, tail = b"\xff\xd8\xff" + b"h" * 70_000, b"t" * 70_000
    (tmp_path / "a.jpg").write_bytes(head + tail)
    (tmp_path / "b.jpg").write_bytes(head + b"middle" + tail)
    a, b = (inspect(photo_of(tmp_path / name)).identity for name in ("a.jpg", "b.jpg"))
    assert a != b


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    expected = {
        "empty.jpg": "is empty (0 bytes)",
        "text.jpg": "its content is text",
        "gone.jpg": "has disappeared",
    }
    for name, words in expected.items():
        with pytest.raises(PhotoError) as caught:
            inspect(photo_of(tmp_path / name))
        assert words in caught.value.what


def test_a_damaged_image_still_has_an_identity(tmp_path):
    for name, content in (
        ("a.jpg", b"\xff\xd8\xff\xe0broken"),
        ("b.heic", b"\0\0\0\x18ftypheic" + b"x" * 99),
    ):
        (tmp_path / name).write_bytes(content)
        found = inspect(photo_of(tmp_path / name))
        assert found.metadata == Metadata()
        assert found.identity


@pytest.mark.parametrize(
    ("tags", "field", "value"),
    [
        ({0x9003: "2024:05:17 10:30:05", 0x9291: "25"}, "captured_at", TAKEN),
        ({0x9003: "2024:05:17 10:30:05", 0x9291: "  "}, "captured_at", TAKEN.replace(microsecond=0)),
        (
            {0x9003: "0000:00:00 00:00:00", 0x9004: "2024:05:17 10:30:05"},
            "captured_at",
            TAKEN.replace(microsecond=0),
        ),
        ({0x0132: "2024-05-17T10:30:05+02:00"}, "captured_at", TAKEN.replace(microsecond=0)),
        ({0x9003: "2024:02:31 10:30:05"}, "captured_at", None),
        ({0x9003: "    :  :     :  :  "}, "captured_at", None),
        ({0x9003: 17}, "captured_at", None),
        ({0x010F: "Canon", 0x0110: "Canon EOS 40D"}, "camera", "Canon EOS 40D"),
        ({0x010F: "OLYMPUS IMAGING CORP.  ", 0x0110: "E-M1"}, "camera", "OLYMPUS E-M1"),
        ({0x010F: "EASTMAN KODAK COMPANY", 0x0110: "KODAK CX7530"}, "camera", "KODAK CX7530"),
        ({0x010F: "SANYO Electric Co.,Ltd.", 0x0110: "SR6"}, "camera", "SANYO SR6"),
        ({0x0110: "X100\0garbage"}, "camera", "X100"),
        ({0x010F: "Jolla"}, "camera", "Jolla"),
        ({0x010F: b"\xff\xfe", 0x0110: ""}, "camera", "\ufffd\ufffd"),
        ({0x8827: (800, 0)}, "iso", 800),
        ({0x8827: 65535, 0x8832: 102400}, "iso", 102400),
        ({0x8827: 0}, "iso", None),
        ({0x9204: "0"}, "exposure_bias", None),
        ({0x829A: float("inf")}, "exposure_time", None),
        ({0x829A: 0}, "exposure_time", None),
        ({0x829A: 10**400}, "exposure_time", None),
        ({0xA402: ()}, "exposure_mode", None),
    ],
)
def test_odd_values(tags, field, value):
    assert getattr(metadata_of(tags, None, None), field) == value


def test_rationals_without_denominator(tmp_path, china):
    zero = dict.fromkeys(
        (piexif.ExifIFD.ExposureTime, piexif.ExifIFD.FNumber, piexif.ExifIFD.FocalLength), (1, 0)
    )
    path = write_jpeg(tmp_path / "a.jpg", china, exif={**zero, piexif.ExifIFD.ExposureBiasValue: (0, 0)})
    found = metadata(path)
    assert (found.exposure_time, found.f_number, found.focal_length, found.exposure_bias) == (None,) * 4


_BLOCK = piexif.dump(
    {"0th": ZEROTH, "Exif": {**EXIF, piexif.ExifIFD.DateTimeOriginal: "2024:05:17 10:30:05"}}
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(6, len(_BLOCK) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_exif_is_never_an_error(changes):
    block = bytearray(_BLOCK)
    for place, value in changes:
        block[place] = value
    assert isinstance(metadata_of(tags_of_tiff(bytes(block)), 1, 1), Metadata)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_never_an_error(data):
    for head in (data, b"II*\0" + data, b"FUJIFILMCCD-RAW" + data, b"\0\0\0\x18ftypcrx CMT1" + data):
        assert isinstance(metadata_of(tags_of_raw_head(head), None, None), Metadata)


def test_a_damaged_exif_block_inside_a_jpeg(tmp_path):
    """Pillow reads the resolution from EXIF while it opens a JPEG."""
    for place in range(6, len(_BLOCK), 2):
        block = bytearray(_BLOCK)
        struct.pack_into("<H", block, place, 0xFFFF) if place + 2 <= len(block) else None
        out = io.BytesIO()
        Image.new("RGB", (16, 8)).save(out, "JPEG", exif=bytes(block))
        path = tmp_path / "a.jpg"
        path.write_bytes(out.getvalue())
        assert sorted((metadata(path).width or 0, metadata(path).height or 0)) == [8, 16]


class FailingDrive(io.BytesIO):
    """A file whose sectors cannot be read any more."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_a_drive_that_fails_is_no_photo_without_exif(monkeypatch):
    """It would land in a wrong group, without its capture time."""
    with pytest.raises(OSError, match="Input/output"):
        tags_of_tiff(FailingDrive())
    monkeypatch.setattr(Image.Exif, "get_ifd", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        tags_of_tiff(b"II*\0\x08\0\0\0\0\0\0\0\0\0")


def test_damaged_exif_is_no_exif_and_what_was_read_before_the_damage_is_kept():
    assert tags_of_tiff(b"II*\0\xff\xff\xff\xff") == {}
    # One entry, Orientation 6, and an Exif IFD that lies beyond the end.
    entries = struct.pack("<HHHIHHHHII", 2, 0x0112, 3, 1, 6, 0, 0x8769, 4, 1, 0xFFFF)
    assert tags_of_tiff(b"II*\0" + struct.pack("<I", 8) + entries + b"\0\0\0\0")[0x0112] == 6
