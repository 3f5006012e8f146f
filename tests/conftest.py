"""Fixtures of all tests. Real photos, real weights, data directories that are gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from PIL import Image, ImageFilter

from tests.photos import NAMES, open_photo, photo_file, wide, write_jpeg

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# On a busy machine any example may take long. Where CI is set, Hypothesis has chosen all else by itself.
hypothesis_settings.register_profile(
    "unhurried", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEMO_MODELS = PROJECT_ROOT / ".demo" / "data" / "models"

# Threads that outlive a test by design of a library, by the start of their name, each with its reason.
_LASTING_THREADS = (
    "pymain",  # how Qt names the main thread when it first sees it
    "tqdm_monitor",  # one for the whole process, started by the first progress bar
)
_GRACE_SECONDS = 10.0  # a busy machine lets a thread that is about to end wait


@pytest.fixture(scope="session")
def weights_dir() -> Path:
    """Folder of the embedded default weights. Tests that need them fail where they are not installed."""
    from engine.models.manifest import load_manifest

    folder = Path(os.environ.get("FRAMEPICK_TEST_MODELS") or DEMO_MODELS)
    missing = [weights.file for weights in load_manifest() if not (folder / weights.file).is_file()]
    if missing:
        pytest.fail(f"{', '.join(missing)} not in {folder}. Install the weights with: make weights")
    return folder


@pytest.fixture(scope="session")
def photos() -> dict[str, Image.Image]:
    """Real photographs (RGB) by name: a face, a cat, a still life, a night scene and more."""
    return {name: open_photo(name) for name in NAMES}


@pytest.fixture(scope="session")
def photo_files() -> dict[str, Path]:
    """The files of the same photographs. They belong to packages: never write to them."""
    return {name: photo_file(name) for name in NAMES}


@pytest.fixture(scope="session")
def make_jpeg() -> Callable[..., Path]:
    """make_jpeg(path, image, *, captured_at=None, orientation=None, zeroth={}, exif={}, quality=90)."""
    return write_jpeg


@pytest.fixture(scope="session")
def small_album_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `small_album` is a copy of."""
    album = tmp_path_factory.mktemp("small") / "album"
    album.mkdir()
    start = datetime(2026, 6, 1, 12, 0, 0)
    for moment, name in enumerate(("astronaut", "coffee", "chelsea")):
        image = wide(open_photo(name), 800)
        for frame in range(3):
            shown = image.crop((4 * frame, 3 * frame, image.width, image.height))
            if frame == 2:
                shown = shown.filter(ImageFilter.GaussianBlur(8))
            taken = start + timedelta(seconds=60 * moment + frame)
            write_jpeg(album / f"IMG_{3 * moment + frame + 1:04d}.JPG", shown, captured_at=taken)
    return album


@pytest.fixture
def small_album(small_album_made: Path, tmp_path: Path) -> Path:
    """Nine JPEGs, 800 px wide: three moments a minute apart, each of three frames, the third one blurred."""
    return Path(shutil.copytree(small_album_made, tmp_path / "album"))


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's trash, moved into the test's folder."""
    import send2trash.plat_other as system

    home = tmp_path / "share"
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setattr(system, "XDG_DATA_HOME", os.fsencode(home))
    monkeypatch.setattr(system, "HOMETRASH_B", os.fsencode(home / "Trash"))
    monkeypatch.setattr(system, "get_dev", lambda path: 1)
    monkeypatch.setattr("send2trash.send2trash", system.send2trash)
    return home / "Trash"


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    left = _left_after(before)
    if left:
        pytest.fail(f"threads left running: {', '.join(thread.name for thread in left)}")


def _left_after(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return threads that are new and do not end within a short grace."""
    deadline = time.monotonic() + _GRACE_SECONDS
    left = _new_threads(before)
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = _new_threads(before)
    return left


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not thread.name.startswith(_LASTING_THREADS)
        # Threads that Qt or a library made, seen by Python only while they ran its code.
        and not isinstance(thread, threading._DummyThread)
    ]
