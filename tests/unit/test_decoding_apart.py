"""Files that crash, hang or starve a decoder cost only themselves; JPEGs are decoded where they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from engine.album import apart
from engine.album.apart import close_decoders, decode_apart
from engine.album.decode import decode, decode_here
from engine.album.inspect import inspect
from engine.benchmark.survival.samples import write_formats
from engine.errors import PhotoError
from engine.types import Photo

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_decoders_left():
    close_decoders()
    yield
    close_decoders()


@pytest.fixture
def png(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (640, 480), (200, 100, 50)).save(path)
    return path


@pytest.fixture(scope="module")
def formats(tmp_path_factory) -> list[Path]:
    return write_formats(tmp_path_factory.mktemp("formats"))


def _decoders() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if "decoder_process" in " ".join(p.cmdline())]


def test_every_format_comes_out_as_it_would_here(formats: list[Path]):
    for path in formats:
        here, there = decode_here(path, 300), decode(Photo(0, path.name, (path,)), 300)
        assert np.array_equal(here.image, there.image), path.name
        assert (here.full_width, here.full_height) == (there.full_width, there.full_height)
        assert not there.image.flags.writeable


def test_what_lies_in_the_folder_that_it_is_started_from_is_not_run(png: Path, tmp_path: Path, monkeypatch):
    for name in ("numpy", "json", "psutil"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert decode_apart(png, 300).full_width == 640


def test_a_jpeg_needs_no_other_process(tmp_path: Path):
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg")
    decode(Photo(0, "a.jpg", (tmp_path / "a.jpg",)))
    assert _decoders() == []


def test_a_decoder_that_dies_is_reported_and_replaced(png: Path):
    decode_apart(png, 300)
    (decoder,) = _decoders()
    decoder.suspend()
    threading.Timer(0.3, decoder.send_signal, [signal.SIGSEGV]).start()
    threading.Timer(0.4, decoder.resume).start()
    with pytest.raises(PhotoError, match="its decoder crashed: signal 11"):
        decode_apart(png, 300)
    assert decode_apart(png, 300).image.shape == (240, 320, 3)


def test_a_decoder_that_hangs_is_ended(png: Path, monkeypatch: pytest.MonkeyPatch):
    decode_apart(png, 300)
    _decoders()[0].suspend()
    began = time.monotonic()
    with monkeypatch.context() as patch, pytest.raises(PhotoError, match="did not come to an end"):
        patch.setattr(apart, "LONGEST", 1.0)
        decode_apart(png, 300)
    assert time.monotonic() - began < 10
    assert decode_apart(png, 300).full_width == 640


def test_a_large_picture_takes_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "large.png"
    Image.new("1", (12_000, 7_000)).save(path, compress_level=1)
    with apart.one_large_image:
        waiting = threading.Thread(target=decode_apart, args=(path, 300))
        waiting.start()
        waiting.join(3)
        assert waiting.is_alive()
    waiting.join(60)
    assert not waiting.is_alive()


def test_memory_is_limited(tmp_path: Path):
    script = "from engine.album import decoder_process as d\nd.MEMORY_LIMIT = 100_000_000\nd.serve()"
    path = tmp_path / "large.png"
    Image.new("RGB", (6_000, 6_000)).save(path, compress_level=1)
    request = f'{{"do": "decode", "path": "{path}", "long_side": 300, "large": true}}\n'
    done = subprocess.run(
        [sys.executable, "-c", script], input=request.encode(), capture_output=True, cwd=ROOT, timeout=60
    )
    assert b"needs more memory than is free" in done.stdout


def test_decoders_end_with_the_program(png: Path):
    script = (
        "import os, sys, signal; from pathlib import Path\n"
        "from engine.album import apart\n"
        "apart.decode_apart(Path(sys.argv[1]), 300)\n"
        "print(apart._pool._waiting[0].process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(png)], cwd=ROOT, capture_output=True, timeout=60)
    decoder = int(done.stdout)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(decoder) and time.monotonic() < deadline:
        if psutil.Process(decoder).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.05)
    assert not psutil.pid_exists(decoder) or psutil.Process(decoder).status() == psutil.STATUS_ZOMBIE


def test_names_of_any_kind_reach_the_decoder(png: Path, tmp_path: Path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/line\nbreak \xff\xfe.png"))
    odd.write_bytes(png.read_bytes())
    assert decode_apart(odd, 300).full_width == 640


def test_metadata_of_native_formats_is_complete(formats: list[Path]):
    files = {path.suffix: path for path in formats}
    raw = inspect(Photo(0, "raw.dng", (files[".dng"],))).metadata
    assert raw.camera == "Framepick Sample"
    assert raw.captured_at is not None and raw.captured_at.isoformat() == "2026-06-01T12:00:01"
    heic = inspect(Photo(0, "photo.heic", (files[".heic"],))).metadata
    assert (heic.width, heic.height) == (480, 320)
