"""Measures how the window copes with a large album: `python -m gui.stall_probe --photos 10000`.

The album is made of links to a few real JPEGs and scored with made-up numbers; the grid, its model and the
thumbnail threads are the real ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from engine.errors import NothingToDoError
from engine.events import AlbumListed, PhotoScored, PhotosInspected, Selected
from engine.paths import PROJECT_ROOT, DataDir
from engine.settings import load_settings
from engine.types import SCORING_ROLES, Face, Inspected, Metadata, Photo, Ranked, Role, Score, Selection
from gui.app import before_window, make_window
from gui.main_window import MainWindow

GROUP = 6  # photos per group
PHOTO_SIZE = (3000, 2000)
PHOTOS = 8  # different JPEGs
SCROLL_SECONDS = 6.0
JOB = 1_000_000  # no real job has this id


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What was measured. A stall is the longest time in which the GUI thread took no event.

    What a virtual machine's host takes for others meanwhile (Linux tells) looks like a stall, too.
    """

    photos: int
    list_shown_s: float
    stall_scrolling_ms: float
    taken_by_host_scrolling_ms: float  # of all cores together
    stall_selected_ms: float
    stall_scored_ms: float
    stall_filter_ms: float
    stall_sort_ms: float
    rss_mb: float


class StallMeter(QObject):
    """Notes the longest gap between two turns of the event loop, or between two beats beyond their pause."""

    def __init__(self, beat_ms: int = 0) -> None:
        super().__init__()
        self._last = 0.0
        self.worst_ms = 0.0
        self._timer = QTimer(self, interval=beat_ms)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        self.worst_ms, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def end(self) -> float:
        """Return the longest gap since `begin`, in ms."""
        self._timer.stop()
        self._tick()
        return self.worst_ms

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self.worst_ms = max(self.worst_ms, (now - self._last) * 1000 - self._timer.interval())
        self._last = now


def measure_stalls(seconds: float, during: Callable[[], None] = lambda: None) -> float:
    """Run the event loop for `seconds`, `during` at its beginning; return the longest stall in ms."""
    meter = StallMeter()
    loop = QEventLoop()
    meter.begin()
    QTimer.singleShot(0, during)
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
    return meter.end()


def probe(photos: int, folder: Path) -> ProbeResult:
    """Measure the real window with an album of `photos` links in `folder`."""
    before_window()
    window = make_window(load_settings(None), DataDir(folder / "data"))
    window.show()
    measure_stalls(0.5)
    try:
        return _probe(window, photos, make_album(folder / "album", photos))
    finally:
        window.close()


def _probe(window: MainWindow, count: int, photos: Sequence[Photo]) -> ProbeResult:
    scores, selection = _scores(photos), _selection(photos)
    inspected = PhotosInspected({photo.id: _inspected(photo) for photo in photos})
    album = window.album
    started = time.perf_counter()
    album.begin(JOB)
    window.thumbnails.begin(JOB)
    album.apply(JOB, [AlbumListed(tuple(photos))])
    window.show_grid()
    window.grid.viewport().repaint()
    shown = time.perf_counter() - started
    album.apply(JOB, [inspected])
    scored = measure_stalls(0.5, lambda: album.apply(JOB, scores[:500]))
    album.apply(JOB, scores)
    selected = measure_stalls(1.0, lambda: album.apply(JOB, [Selected(selection)]))
    taken = _taken_by_host_ms()
    scrolling = measure_stalls(SCROLL_SECONDS, _Scroller(window).start)
    taken = _taken_by_host_ms() - taken
    filtered = measure_stalls(1.0, window.actions_["filter.picks"].trigger)
    window.actions_["filter.all"].trigger()
    sorted_ = measure_stalls(1.0, window.actions_["sort.composite"].trigger)
    rss = psutil.Process().memory_info().rss / 1e6
    return ProbeResult(count, shown, scrolling, taken, selected, scored, filtered, sorted_, rss)


def _taken_by_host_ms() -> float:
    """Return how long virtual cores had to wait for real ones since the start; 0 where nobody tells."""
    return getattr(psutil.cpu_times(), "steal", 0.0) * 1000


class _Scroller(QObject):
    """Scrolls the grid a third of a screen per frame, as a hurried hand does, and back at the end."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._bar = window.grid.verticalScrollBar()
        self._step = window.grid.viewport().height() // 3
        self._timer = QTimer(self, interval=16)
        self._timer.timeout.connect(self._scroll)

    @Slot()
    def start(self) -> None:
        self._timer.start()

    @Slot()
    def _scroll(self) -> None:
        if self._bar.value() >= self._bar.maximum():
            self._bar.setValue(0)
        self._bar.setValue(self._bar.value() + self._step)


def make_album(folder: Path, count: int) -> list[Photo]:
    """Return `count` photos whose files are links to a few real JPEGs."""
    folder.mkdir(parents=True, exist_ok=True)
    originals = [_write_jpeg(folder / f"original_{number}.jpg", number) for number in range(PHOTOS)]
    photos: list[Photo] = []
    for number in range(count):
        file = folder / f"IMG_{number:05d}.jpg"
        if not file.exists():
            os.link(originals[number % PHOTOS], file)
        photos.append(Photo(number, file.name, (file,)))
    return photos


def _write_jpeg(file: Path, seed: int) -> Path:
    if not file.exists():
        rough = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(rough).resize(PHOTO_SIZE, Image.Resampling.BICUBIC).save(file, quality=90)
    return file


def _inspected(photo: Photo) -> Inspected:
    taken = datetime(2026, 6, 1) + timedelta(seconds=20 * (photo.id // GROUP) + photo.id % GROUP)
    meta = Metadata(
        *PHOTO_SIZE, taken, "Camera", None, exposure_time=1 / 250, f_number=2.8, iso=400, focal_length=50
    )
    return Inspected(f"{photo.id:032x}", meta)


def _scores(photos: Sequence[Photo]) -> list[PhotoScored]:
    numbers = random.Random(1)
    faces = (Face((0.4, 0.4, 0.1, 0.1), 0.9, 0.5, 0.9),)
    return [
        PhotoScored(photo.id, tuple(_score(role, numbers.random(), faces) for role in SCORING_ROLES))
        for photo in photos
    ]


def _score(role: Role, value: float, faces: tuple[Face, ...]) -> Score:
    return Score(role, value, None, {}, "0" * 64, False, faces if role is Role.PORTRAIT else ())


def _selection(photos: Sequence[Photo]) -> Selection:
    ranked = {
        photo.id: Ranked(
            photo.id,
            photo.id // GROUP,
            photo.id % GROUP,
            photo.id % GROUP == 0,
            0.6,
            SCORING_ROLES,
            ("softer than the pick",),
        )
        for photo in photos
    }
    groups = sorted(ranked, key=lambda photo: (-ranked[photo].group, photo))  # another order than listed
    return Selection(tuple(groups), ranked)


def probe_in_process(photos: int = 10_000) -> dict[str, float]:
    """Measure in a program of its own, whose memory and threads are the window's alone.

    Raises NothingToDoError with the program's last words when it does not end well.
    """
    with tempfile.TemporaryDirectory(prefix="framepick-probe-") as folder:
        file = Path(folder) / "window.json"
        command = [sys.executable, "-m", "gui.stall_probe", "--photos", str(photos), "--json", str(file)]
        no_screen = (
            sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
        )
        environment = os.environ | ({"QT_QPA_PLATFORM": "offscreen"} if no_screen else {})
        done = subprocess.run(
            command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise NothingToDoError(f"The window could not be measured: {done.stderr.strip()[-400:]}")
        return json.loads(file.read_text(encoding="utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Print what was measured; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gui.stall_probe", description=__doc__)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="framepick-probe-") as folder:
        result = asdict(probe(options.photos, Path(folder)))
    for name, value in result.items():
        print(f"{name:22} {value:10.1f}" if isinstance(value, float) else f"{name:22} {value:10}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
