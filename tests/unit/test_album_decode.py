import io
import os
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import piexif
import pytest
from PIL import Image, ImageCms, ImageOps
from skimage.metrics import structural_similarity

from engine.album.decode import ANALYSIS_LONG_SIDE, closer, dct_box, decode
from engine.album.reading import reason_of, room_for
from engine.errors import PhotoError
from engine.types import Photo
from tests.photos import open_photo, photo_file, wide

# EXIF Orientation -> how to store an upright image so that the tag describes it (TIFF 6.0).
STORE = {
    1: lambda image: image,
    2: ImageOps.mirror,
    3: lambda image: image.rotate(180),
    4: ImageOps.flip,
    5: lambda image: ImageOps.mirror(image).rotate(90, expand=True),
    6: lambda image: image.rotate(90, expand=True),
    7: lambda image: ImageOps.mirror(image).rotate(-90, expand=True),
    8: lambda image: image.rotate(-90, expand=True),
}


def photo_of(path: Path) -> Photo:
    return Photo(0, path.name, (path,))


def reason(path: Path) -> str:
    with pytest.raises(PhotoError) as caught:
        decode(photo_of(path))
    assert str(caught.value) == f"{path.name}: {caught.value.what}"
    assert "Traceback" not in caught.value.what
    return caught.value.what


def likeness(decoded: np.ndarray, expected: Image.Image) -> float:
    seen = Image.fromarray(decoded).resize((120, 90)).convert("L")
    return float(structural_similarity(np.asarray(seen), np.asarray(expected.resize((120, 90)).convert("L"))))


@pytest.fixture(scope="module")
def china() -> Image.Image:
    return open_photo("china")


_SCALED = [((4000, 3000), 2000), ((3000, 4000), 2000), ((6400, 4800), 1600), ((1500, 1000), 1500)]


@pytest.mark.parametrize(("size", "scaled"), _SCALED)
def test_a_jpeg_is_scaled_in_its_own_shape(tmp_path, china, size, scaled):
    path = tmp_path / "large.jpg"
    china.resize(size).save(path, quality=70)
    decoded = decode(photo_of(path))
    assert max(decoded.image.shape[:2]) == scaled
    assert (decoded.full_width, decoded.full_height) == size
    assert decoded.image.shape[1] / decoded.image.shape[0] == pytest.approx(size[0] / size[1], rel=0.01)
    assert decoded.image.dtype == np.uint8
    assert likeness(decoded.image, china) > 0.9


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_closer_look_has_twice_the_detail_and_no_more_than_the_file(tmp_path, china, suffix):
    path = tmp_path / f"a.{suffix}"
    china.resize((6600, 4400)).save(path)
    first = decode(photo_of(path))
    second = closer(first)
    assert max(second.image.shape) >= 2 * max(first.image.shape)
    assert (second.full_width, second.full_height) == (first.full_width, first.full_height) == (6600, 4400)
    assert likeness(second.image, china) > 0.9
    while max(second.image.shape) < 6600:
        second = closer(second)
    assert closer(second) is second, "there is no more"


def test_the_scale_is_the_smallest_that_suffices():
    assert dct_box((6000, 4000), ANALYSIS_LONG_SIDE) == (3000, 2000)
    assert dct_box((6400, 4000), ANALYSIS_LONG_SIDE) == (1600, 1000)
    assert dct_box((6399, 4000), ANALYSIS_LONG_SIDE) == (1599, 1000)  # rounded up when decoded: 1600
    assert dct_box((40_000, 1), 1600) == (5000, 1)


def test_a_larger_view_asks_for_more_pixels(tmp_path, china):
    path = tmp_path / "large.jpg"
    china.resize((6000, 4000)).save(path, quality=70)
    assert decode(photo_of(path), long_side=2560).image.shape == (2000, 3000, 3)
    assert decode(photo_of(path), long_side=384).image.shape == (500, 750, 3)


@pytest.mark.parametrize("orientation", STORE)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_upright_by_exif(tmp_path, china, orientation, suffix):
    path = tmp_path / f"photo{suffix}"
    exif = Image.Exif()
    exif[piexif.ImageIFD.Orientation] = orientation
    STORE[orientation](china).save(path, exif=exif)
    decoded = decode(photo_of(path))
    assert (decoded.full_width, decoded.full_height) == china.size
    assert likeness(decoded.image, china) > 0.95


def test_heic_is_turned_once_and_its_primary_image_shown(tmp_path, china):
    import pillow_heif

    path = tmp_path / "photo.heic"
    heif = pillow_heif.from_pillow(open_photo("flower"))
    heif.add_from_pillow(STORE[6](china))
    heif[1].info["exif"] = piexif.dump({"0th": {piexif.ImageIFD.Orientation: 6}})
    heif.save(path, primary_index=1, quality=80)
    decoded = decode(photo_of(path))
    assert likeness(decoded.image, china) > 0.95
    assert (decoded.full_width, decoded.full_height) == china.size


def test_a_large_heic_is_reduced(tmp_path, china):
    import pillow_heif

    path = tmp_path / "large.heic"
    large = china.resize((3523, 1600))
    pillow_heif.from_pillow(large).save(path, quality=60)
    decoded = decode(photo_of(path), long_side=1000)
    assert decoded.image.shape[:2] == (534, 1175)
    expected = np.asarray(large.reduce(3), dtype=np.int16)
    assert np.abs(decoded.image.astype(np.int16) - expected).mean() < 4


def mean_colour(path: Path) -> np.ndarray:
    return decode(photo_of(path)).image.reshape(-1, 3).mean(axis=0)


def test_embedded_profile_becomes_srgb(tmp_path):
    from engine.demo.files import display_p3

    path = tmp_path / "p3.jpg"
    Image.new("RGB", (64, 64), (200, 120, 80)).save(path, quality=95, icc_profile=display_p3())
    # Display P3 (200, 120, 80) in sRGB, by the two spaces' matrices (both use the sRGB curve).
    assert mean_colour(path) == pytest.approx((213, 117, 70), abs=3)


def test_srgb_and_broken_profiles_change_nothing(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for number, profile in enumerate((srgb, b"no profile at all", b"")):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (64, 64), (200, 120, 80)).save(path, quality=95, icc_profile=profile)
        assert mean_colour(path) == pytest.approx((200, 120, 80), abs=2)


def test_modes_become_rgb(tmp_path):
    half = tmp_path / "alpha.png"
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(half)
    assert mean_colour(half) == pytest.approx((128, 128, 128), abs=1)
    grey = tmp_path / "grey.jpg"
    Image.new("L", (40, 40), 77).save(grey)
    assert mean_colour(grey) == pytest.approx((77, 77, 77), abs=1)
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((40, 40), 0x8000, np.uint16)).save(deep)
    assert mean_colour(deep) == pytest.approx((128, 128, 128), abs=1)
    palette = tmp_path / "palette.png"
    Image.new("RGB", (40, 40), (10, 200, 30)).quantize(8).save(palette)
    assert mean_colour(palette) == pytest.approx((10, 200, 30), abs=4)
    cmyk = tmp_path / "cmyk.jpg"
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(cmyk, quality=95)
    assert mean_colour(cmyk) == pytest.approx((255, 0, 0), abs=6)
    bitmap = tmp_path / "bitmap.tif"
    Image.new("1", (40, 40), 1).save(bitmap)
    assert mean_colour(bitmap) == pytest.approx((255, 255, 255), abs=1)
    floating = tmp_path / "floating.tif"
    Image.fromarray(np.full((40, 40), 0.5, np.float32)).save(floating)
    assert mean_colour(floating) == pytest.approx((127, 127, 127), abs=1)


def test_a_large_palette_image_with_transparency_is_reduced_in_colour(tmp_path):
    path = tmp_path / "palette.png"
    image = Image.new("RGB", (4000, 400), (10, 200, 30)).quantize(8)
    image.save(path, transparency=255)
    assert decode(photo_of(path)).image.shape == (200, 2000, 3)
    assert mean_colour(path) == pytest.approx((10, 200, 30), abs=4)


def test_content_decides_not_the_name(tmp_path, china):
    names = {"PNG": "a.jpg", "JPEG": "b.png", "WEBP": "c.tif", "TIFF": "d.heic"}
    for form, name in names.items():
        china.save(tmp_path / name, form)
        assert likeness(decode(photo_of(tmp_path / name)).image, china) > 0.95
    china.save(tmp_path / "e.cr2", "JPEG")
    assert likeness(decode(photo_of(tmp_path / "e.cr2")).image, china) > 0.95


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"these are my holiday notes\n" * 9, "its content is text"),
        ("Grüße\n".encode() * 300, "its content is text"),
        (b"\0" * 5000, "its content is nothing but zeros"),
        (b"%PDF-1.7 ...", "its content is a PDF document"),
        (b"GIF89a....", "its content is a GIF image"),
        (b"\0\0\0\x20ftypisom0000", "its content is a video"),
        (b"\0\0\0\x20ftypavif0000", "its content is an AVIF image"),
        (bytes(range(200, 256)) * 20, "its content is unknown data"),
    ],
)
def test_what_is_no_image_is_named(tmp_path, content, words):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    assert words in reason(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".heic"])
def test_truncated_files_fail(tmp_path, china, suffix):
    whole = tmp_path / f"whole{suffix}"
    if suffix == ".heic":
        import pillow_heif

        pillow_heif.from_pillow(china).save(whole)
    else:
        china.save(whole)
    data = whole.read_bytes()
    for keep in (0.2, 0.5, 0.9):
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(data[: int(len(data) * keep)])
        words = reason(cut)
        assert words.startswith("is truncated"), words
        assert suffix != ".jpg" or words == "is truncated"


def test_gone_files_and_dangling_links(tmp_path):
    assert reason(tmp_path / "gone.jpg") == "has disappeared"
    if os.name != "nt":
        (tmp_path / "link.jpg").symlink_to(tmp_path / "gone.jpg")
        assert reason(tmp_path / "link.jpg") == "is a link to a file that is not there"


def test_reasons_of_the_system(tmp_path):
    path = tmp_path / "a.jpg"
    assert reason_of(PermissionError(13, "Permission denied"), path) == "cannot be read: permission denied"
    assert reason_of(OSError(5, "Input/output error"), path) == "cannot be read: Input/output error"
    assert reason_of(MemoryError(), path) == "needs more memory than is free"
    assert reason_of(KeyError(12801), path) == "is damaged"  # a number alone tells nobody anything


def test_reasons_of_libraw(tmp_path):
    import rawpy

    path = tmp_path / "a.nef"
    path.write_bytes(b"MM\0*" + bytes(range(256)) * 40)
    with pytest.raises(rawpy.LibRawError) as raised:
        rawpy.imread(str(path))
    assert reason_of(raised.value, path) == "is damaged (Unsupported file format or not RAW file)"
    assert reason_of(rawpy.LibRawIOError(b"Input/output error"), path) == "is truncated"


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99))


def test_decompression_bombs_are_refused_by_their_header(tmp_path):
    for size in ((50_000, 50_000), (70_000, 10), (16_000, 15_700)):
        path = tmp_path / "bomb.png"
        path.write_bytes(png_header(*size))
        assert "is too large" in reason(path)
    path.write_bytes(png_header(16_000, 15_000))  # within the limit: fails for want of data only
    assert "is too large" not in reason(path)
    jpeg = io.BytesIO()
    Image.new("RGB", (16, 16)).save(jpeg, "JPEG")
    data = bytearray(jpeg.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (65_000).to_bytes(2, "big") * 2
    path = tmp_path / "bomb.jpg"
    path.write_bytes(data)
    assert "is too large" in reason(path)


def test_damaged_exif_does_not_lose_the_photo(tmp_path, china):
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: 1, piexif.ImageIFD.Make: b"Test" * 20}})
    for number in range(8, len(exif), 3):
        damaged = bytearray(exif)
        damaged[number] ^= 0xFF
        out = io.BytesIO()
        china.resize((64, 43)).save(out, "JPEG", exif=bytes(damaged))
        path = tmp_path / "damaged.jpg"
        path.write_bytes(out.getvalue())
        assert decode(photo_of(path)).image.size == 64 * 43 * 3


def test_many_threads_decode_alike(tmp_path, china):
    from engine.demo.files import display_p3

    path = tmp_path / "p3.jpg"
    wide(china, 2000).save(path, icc_profile=display_p3())
    expected = decode(photo_of(path)).image
    start = threading.Barrier(4)

    def work(_: int) -> bool:
        start.wait(timeout=20)
        return all(np.array_equal(decode(photo_of(path)).image, expected) for _ in range(3))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))


def test_originals_are_not_touched(tmp_path, china):
    path = tmp_path / "a.jpg"
    china.save(path)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    decode(photo_of(path))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_photo_from_a_package(tmp_path):
    decoded = decode(photo_of(photo_file("rocket")))
    assert decoded.image.shape == (427, 640, 3)


def test_large_images_take_turns_and_others_do_not():
    with room_for(20_000, 10_000), ThreadPoolExecutor(1) as pool:
        assert pool.submit(room_for(12_000, 9_000).acquire, False).result() is False
        with room_for(4000, 3000), room_for(4000, 3000):
            pass
