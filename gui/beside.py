"""`benchmark navigation --beside VENV`: the same steps in other viewers that are installed there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from rich.table import Table

from engine.album.scan import scan
from engine.errors import NothingToDoError
from engine.paths import DataDir
from engine.settings import Settings
from gui.app import before_window, make_window
from gui.main_window import MainWindow
from gui.navigation_pilot import Pilot
from gui.stall_probe import StallMeter

PHOTOS = 40  # at most
LEAST = 4
SIZE = (1600, 1000)  # of each program's window
REST_MS = 500
BEAT_MS = 10
RUN_S = 600  # that a program may take for its steps
CULL_MS = 900_000
SCRIPT = Path(__file__).with_name("beside_pilot.py")
JPEG = (".jpg", ".jpeg")
NOT_INSTALLED = "not installed"
RESTS = {"after_rest": REST_MS, "without_rest": 0}

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Another program: its command, its distribution's name, and its key for the next photo."""

    command: str
    key: str


VIEWERS = (Viewer("cullet", "Space"), Viewer("foto-util", "Right"))


def measure_beside(
    venv: Path, album: Path, settings: Settings, data_dir: DataDir, recursive: bool = False
) -> dict[str, Figures | str]:
    """Step through the album's JPEGs in Framepick and in each viewer; return figures, or why there are none.

    All work on copies, with data directories of their own. Raises NothingToDoError for fewer than four JPEGs.
    """
    files = [photo.path for photo in scan(album, recursive) if photo.path.suffix.lower() in JPEG][:PHOTOS]
    if len(files) < LEAST:
        raise NothingToDoError(f"{album} holds {len(files)} JPEGs; stepping beside others needs {LEAST}.")
    with TemporaryDirectory(prefix="framepick-beside-") as folder:
        copies = Path(folder) / "album"
        copies.mkdir()
        for file in files:
            shutil.copy2(file, copies / file.name)
        found: dict[str, Figures | str] = _of_framepick(Path(folder), copies, settings, data_dir)
        for viewer in VIEWERS:
            found[viewer.command] = _of_viewer(viewer, venv, Path(folder), copies)
    return found


def as_table(figures: dict[str, Figures | str]) -> Table:
    """Return one row per program; what is missing says why."""
    table = Table(title="from the key to the next photo painted, ms", title_justify="left")
    table.add_column("program")
    for name in ("after 0.5 s: median", "p90", "without rest: median", "p90", "longest block"):
        table.add_column(name, justify="right")
    for name, found in figures.items():
        if isinstance(found, str):
            table.add_row(name, found)
            continue
        title = f"{name} {found['version']}" if found.get("version") else name
        rests = [found[rest] for rest in RESTS]
        cells = [each[part] if each else None for each in rests for part in ("median", "p90")]
        blocked = max((each["stall_ms"] for each in rests if each), default=None)
        table.add_row(title, *("-" if cell is None else f"{cell:,.0f}" for cell in (*cells, blocked)))
    return table


def _of_framepick(
    folder: Path, album: Path, settings: Settings, data_dir: DataDir
) -> dict[str, Figures | str]:
    """Step through an album that was just opened, and again when it is scored, as others prepare theirs."""
    before_window()
    own = folder / "data"
    own.mkdir()
    own.joinpath("models").symlink_to(data_dir.models, target_is_directory=True)
    window = make_window(settings, DataDir(own))
    window.show()
    window.resize(*SIZE)
    window.activateWindow()
    try:
        window.open_album(album)
        pilot = Pilot(window)
        pilot.wait(lambda: window.album.total > 0 and window.album.is_read)
        window.run.stop()
        unscored = _steps(window, pilot)
        window.open_album(album)
        pilot.wait(lambda: not window.run.running, CULL_MS)
        return {"Framepick, nothing scored": unscored, "Framepick, scored": _steps(window, pilot)}
    finally:
        window.close()


def _steps(window: MainWindow, pilot: Pilot) -> Figures:
    window.show_loupe()
    found: Figures = {}
    for name, rest in RESTS.items():
        window.previews.begin(window.album.job)  # nothing in memory
        window.grid.go_to_row(0)
        first = window.album.entry_at(0)
        pilot.wait(lambda first=first: pilot.is_ready(first))
        pilot.rest(REST_MS)
        stalls = StallMeter(BEAT_MS)
        stalls.begin()
        times = [_step(window, pilot, rest) for _ in range(window.album.rowCount() - 1)]
        known = [each for each in times if each is not None]
        found[name] = _spread(known, len(times) - len(known), stalls.end())
    return found


def _step(window: MainWindow, pilot: Pilot, rest: int) -> float | None:
    if rest:
        pilot.rest(rest)
    following = window.album.entry_at(window.grid.currentIndex().row() + 1)
    return pilot.timed(
        lambda: pilot.press(Qt.Key.Key_Right),
        lambda: pilot.current is following and pilot.is_ready(following),
    )


def _of_viewer(viewer: Viewer, venv: Path, folder: Path, album: Path) -> Figures | str:
    python = _python_of(venv)
    version = _version_of(viewer, python) if python is not None else None
    if python is None or version is None:
        return NOT_INSTALLED
    found: Figures = {"version": version}
    for name, rest in RESTS.items():
        home = folder / f"{viewer.command}-{name}"
        home.mkdir()
        result = home / "result.json"
        trouble = _drive(viewer, python, album, home, result, rest)
        if not result.exists():
            return trouble or "it ended without a figure"
        told = json.loads(result.read_text(encoding="utf-8"))
        if not told["times_ms"]:
            return "no next photo was seen: it may have changed"
        found[name] = _spread(told["times_ms"], told["missed"], told["stall_ms"])
    return found


def _drive(viewer: Viewer, python: Path, album: Path, home: Path, result: Path, rest: int) -> str:
    """Run the program to its end; return what went wrong, empty when nothing did."""
    words = [viewer.command, viewer.key, rest, *SIZE, result, album]
    places = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    environment = os.environ | dict.fromkeys(places, str(home))
    try:
        done = subprocess.run(
            [str(python), "-I", str(SCRIPT), *map(str, words)],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it could not be measured: {error}"[:200]
    last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return f"it ended badly: {last}"[:200] if done.returncode else ""


def _python_of(venv: Path) -> Path | None:
    places = (venv / "bin" / "python", venv / "Scripts" / "python.exe")
    return next((place for place in places if place.exists()), None)


def _version_of(viewer: Viewer, python: Path) -> str | None:
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    words = [str(python), "-I", "-c", code, viewer.command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _spread(times: Sequence[float], missed: int, stall_ms: float) -> Figures:
    median, p90 = (float(np.percentile(times, share)) for share in (50, 90)) if times else (None, None)
    return {"median": median, "p90": p90, "samples": len(times), "missed": missed, "stall_ms": stall_ms}
