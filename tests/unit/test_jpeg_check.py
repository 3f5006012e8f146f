"""JPEGs that are odd are decoded apart, all others in the program, and none of them harms it."""

from __future__ import annotations

import io
import random
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.album import apart
from engine.album.apart import close_decoders
from engine.album.decode import decode
from engine.album.jpeg_check import MOST_SCANS, needs_care
from engine.benchmark.survival.bad_inputs import feed_damaged_jpegs
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.jpeg_kinds import write_jpeg_kinds
from engine.errors import PhotoError
from engine.settings import load_settings
from engine.types import Photo

ODD = {
    "arithmetic",
    "arithmetic_progressive",
    "hierarchical",
    "huge_progressive",
    "huge_sides",
    "lossless",
    "many_scans",
}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory) -> dict[str, Path]:
    return {path.stem: path for path in write_jpeg_kinds(tmp_path_factory.mktemp("kinds"))}


@pytest.fixture(autouse=True)
def no_decoders_left():
    close_decoders()
    yield
    close_decoders()


def _is_odd(path: Path) -> bool:
    with path.open("rb") as file:
        odd = needs_care(file)
        assert file.tell() == 0
    return odd


def _decoders() -> int:
    return sum("decoder_process" in " ".join(p.cmdline()) for p in psutil.Process().children())


def _photo(path: Path) -> Photo:
    return Photo(0, path.name, (path,))


def test_what_is_odd(kinds: dict[str, Path]):
    assert {name for name, path in kinds.items() if _is_odd(path)} == ODD


def test_photographs_are_not_odd(photo_files: dict[str, Path], photos, tmp_path: Path):
    for name, image in photos.items():
        for number, options in enumerate(({}, {"progressive": True}, {"quality": 5}, {"subsampling": 0})):
            path = tmp_path / f"{name}{number}.jpg"
            image.save(path, "JPEG", **options)
            assert not _is_odd(path), path.name
    flat = tmp_path / "flat.jpg"
    Image.new("RGB", (6000, 4000), (128, 120, 110)).save(flat, quality=10)
    assert not _is_odd(flat)


def test_the_odd_ones_alone_are_decoded_apart(kinds: dict[str, Path]):
    for name, path in kinds.items():
        if name not in ODD:
            try:
                decode(_photo(path), 300)
            except PhotoError:
                assert name in ("twelve_bits", "sixteen_bits")
    assert _decoders() == 0
    assert decode(_photo(kinds["many_scans"]), 300).image.shape == (320, 480, 3)
    assert _decoders() == 1


def test_a_file_of_endless_scans_is_given_up(
    kinds: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(apart, "PATIENCE", 1.0)
    image = Image.effect_noise((3000, 2400), 40).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", progressive=True, quality=10)
    data = buffer.getvalue()
    last = data[data.rfind(b"\xff\xda") : -2]
    scan = last[: 2 + int.from_bytes(last[2:4], "big") + 8]
    path = tmp_path / "scans.jpg"
    path.write_bytes(data[:-2] + scan * 20_000 + data[-2:])
    began = time.monotonic()
    with pytest.raises(PhotoError, match="did not come to an end"):
        decode(_photo(path), 1600)
    assert time.monotonic() - began < apart.LONGEST


def test_the_scans_that_are_too_many(kinds: dict[str, Path], tmp_path: Path):
    data = kinds["progressive"].read_bytes()
    own = data.count(b"\xff\xda")
    last = data[data.rfind(b"\xff\xda") : -2]
    for count, odd in ((MOST_SCANS, False), (MOST_SCANS + 1, True)):
        path = tmp_path / f"{count}.jpg"
        path.write_bytes(data[:-2] + last * (count - own) + data[-2:])
        assert _is_odd(path) is odd


@given(st.binary(max_size=400), st.integers(0, 3))
def test_it_takes_any_bytes(rest: bytes, start: int):
    head = (b"\xff\xd8", b"\xff\xd8\xff\xe1\x00\x08", b"\xff\xd8\xff\xc2\x00\x11\x08", b"\xff\xd8\xff")[start]
    file = io.BytesIO(head + rest)
    assert needs_care(file) in (True, False)
    assert file.tell() == 0


def test_what_stands_between_segments_hides_nothing(kinds: dict[str, Path]):
    """Decoders skip stray bytes and fill bytes before a marker: so does the check."""
    data = kinds["many_scans"].read_bytes()
    dice = random.Random(1)
    for _ in range(30):
        stray = bytes(dice.choice((0x00, 0x41)) for _ in range(dice.randrange(90)))
        stray += b"\xff\x00" * dice.randrange(3) + b"\xff" * dice.randrange(90)
        assert needs_care(io.BytesIO(data[:2] + stray + data[2:])), stray


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are forked")
def test_damaged_jpegs_harm_nothing(kinds: dict[str, Path], tmp_path: Path):
    tally = Tally()
    feed_damaged_jpegs(list(kinds.values()), tmp_path, load_settings(), 64, tally)
    assert (tally.bad_inputs, tally.damaged_jpegs) == (64, 64)
    assert tally.sound, tally


def test_apart_or_here_the_pixels_are_the_same(kinds: dict[str, Path], monkeypatch: pytest.MonkeyPatch):
    here = decode(_photo(kinds["progressive"]), 300)
    monkeypatch.setattr("engine.album.decode.needs_care", lambda _: True)
    there = decode(_photo(kinds["progressive"]), 300)
    assert np.array_equal(here.image, there.image)
