"""JPEGs are decoded without holding up the interpreter; what comes out is Pillow's to the bit."""

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from engine.album.decode import decode, decode_here, decode_jpeg, finish
from engine.demo.files import display_p3
from engine.errors import PhotoError
from engine.types import Photo
from tests.photos import open_photo


def by_pillow(data: bytes, scale: int) -> np.ndarray:
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    full = image.size
    image.draft("RGB", (full[0] // scale, full[1] // scale))
    image.load()
    return finish(image, full, 1).image


def stored(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "jpeg", **options)
    return file.getvalue()


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"progressive": True}, {"quality": 20}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_pixels_are_those_of_pillow(mode, scale, options):
    data = stored(open_photo("china").resize((637, 427)).convert(mode), **options)
    decoded = decode_jpeg(io.BytesIO(data), Path("a.jpg"), -(-637 // scale))
    assert np.array_equal(decoded.image, by_pillow(data, scale))
    assert not decoded.image.flags.writeable


def test_a_profile_is_applied_to_every_row():
    small = open_photo("china").resize((300, 205))
    data = stored(small, icc_profile=display_p3())
    seen = decode_jpeg(io.BytesIO(data), Path("a.jpg"), 300).image
    assert np.array_equal(seen, by_pillow(data, 1))
    assert not np.array_equal(seen, by_pillow(stored(small), 1))


def test_what_pillow_refuses_is_refused_in_its_words_and_nothing_is_printed(tmp_path, capfd):
    whole, chosen, refused, taken = stored(open_photo("china")), random.Random(1), 0, 0
    path = tmp_path / "damaged.jpg"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(20):
            data[chosen.randrange(200, len(data))] ^= 1 << chosen.randrange(8)
        path.write_bytes(data)
        try:
            expected = by_pillow(bytes(data), 1)
        except (OSError, SyntaxError):
            with pytest.raises(PhotoError, match=r"damaged|truncated"):
                decode_here(path, 10_000)
            refused += 1
        else:
            assert np.array_equal(decode_here(path, 10_000).image, expected)
            taken += 1
    assert refused > 5
    assert taken > 5
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_file_that_ends_early_is_a_failed_photo(tmp_path, kept):
    whole = stored(open_photo("china"))
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(PhotoError, match="truncated"):
        decode(Photo(0, path.name, (path,)))
