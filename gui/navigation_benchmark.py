"""`benchmark navigation`: how long a photographer waits for the next photo, idle and while scoring."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from rich.table import Table

from engine.album.scan import scan
from engine.cli import tables
from engine.cli.json_file import refuse_unwritable, write_json
from engine.cli.parser import Options
from engine.cli.run import settings_of
from engine.errors import EXIT_OK, FramepickError, NothingToDoError
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import Decision
from engine.words import counted
from gui import beside
from gui.app import before_window, make_window
from gui.entry import Entry
from gui.main_window import MainWindow
from gui.navigation_pilot import Pilot
from gui.stall_probe import StallMeter, probe_in_process

STEPS, JUMPS, DECISIONS = 200, 40, 200
HELD_SECONDS = 4.0
REST_MS = 500  # before a step to a neighbour that is ready, and before a jump
CULL_MS = 900_000  # that scoring the album may take
STOP_MS = 2000  # that the engine may take to let go
LINKS = 1500  # photos of the album that is scored meanwhile: more than are done before the end
FIRST_SCORED = 40  # of them, before anything is measured: jumps need some that are scored
LEAST = 4  # photos
LARGE = 20_000  # photos of the album with made-up scores that the window is given at the end

Figures = dict[str, Any]


def run_from_command_line(options: Options) -> int:
    """Measure, print a table, write the figures; return the exit code."""
    assert options.album is not None
    try:
        data_dir = DataDir.resolve(options.data_dir)
        if options.json is not None:
            refuse_unwritable(options.json)
        settings = settings_of(options, data_dir)
        figures = measure_navigation(options.album.absolute(), settings, data_dir, options.recursive)
        figures["large_album"] = probe_in_process(LARGE)
        if options.beside is not None:
            figures["beside"] = beside.measure_beside(
                options.beside.absolute(), options.album.absolute(), settings, data_dir, options.recursive
            )
    except FramepickError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    table = Table(title=f"benchmark navigation {options.album}", title_justify="left", caption_justify="left")
    meanwhile = figures["while_scoring"]
    until = "" if meanwhile["still_scoring_at_the_end"] else ", which ended before the measuring did"
    table.caption = (
        f"window of {figures['window']} on {figures['platform']}; "
        f"{counted(meanwhile['scored_meanwhile'], 'photo')} scored meanwhile{until}"
    )
    for name in ("figure", "idle", "while scoring"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for row in as_rows(figures):
        table.add_row(*row)
    tables.console().print(table)
    tables.console().print(_large_album_table(figures["large_album"]))
    if "beside" in figures:
        tables.console().print(beside.as_table(figures["beside"]))
    if options.json is not None:
        write_json(options.json, figures)
    return EXIT_OK


def _large_album_table(window: dict[str, float]) -> Table:
    table = Table(title="the window with a large album", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in window.items():
        table.add_row(name, f"{value:,.2f}")
    return table


def measure_navigation(
    album: Path, settings: Settings, data_dir: DataDir, recursive: bool = False
) -> Figures:
    """Measure in the real window, with a data directory of its own: no decision of yours is touched.

    First while the album is scored, then in the same album once the engine rests.

    Raises NothingToDoError when fewer than four photos of the album can be read.
    """
    app = before_window()
    with TemporaryDirectory(prefix="framepick-navigation-") as folder:
        own = Path(folder) / "data"
        own.mkdir()
        own.joinpath("models").symlink_to(data_dir.models, target_is_directory=True)
        links = Path(folder) / "album"
        photos = scan(album, recursive)
        _refuse_few(album, len(photos))
        _link(photos, links)
        window = make_window(settings, DataDir(own))
        window.setGeometry(QGuiApplication.primaryScreen().availableGeometry())  # as photographers work
        window.show()
        window.activateWindow()
        try:
            figures: Figures = {"window": f"{window.width()} x {window.height()}", "photos": len(photos)}
            pilot = _open(window, links)
            _refuse_few(album, _readable(window, len(photos)))
            while_scoring = _while_scoring(window, pilot)
            figures |= _measure(window, pilot) | {"while_scoring": while_scoring}
        finally:
            window.close()
    screen = QGuiApplication.primaryScreen().size()
    return figures | {
        "platform": app.platformName(),
        "screen": f"{screen.width()} x {screen.height()}",
        "cores": os.cpu_count(),
        "load_average": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def as_rows(figures: Figures) -> list[tuple[str, str, str]]:
    """Return (name, idle, while scoring) for a table."""
    rows: list[tuple[str, str, str]] = []
    for name, value in figures["while_scoring"].items():
        idle = figures.get(name)
        if isinstance(value, dict) and idle is not None:
            rows += [(f"{name} {part}", f"{idle[part]:,.1f}", f"{value[part]:,.1f}") for part in value]
        elif isinstance(value, float) and idle is not None:
            rows.append((name, f"{idle:,.1f}", f"{value:,.1f}"))
    return rows


def _refuse_few(album: Path, readable: int) -> None:
    if readable < LEAST:
        raise NothingToDoError(f"{album} holds {readable} readable photos; navigating needs {LEAST}.")


def _link(photos: Sequence[Any], folder: Path) -> None:
    """Make an album of many links to the photos, for a run that lasts."""
    folder.mkdir()
    for number in range(LINKS if photos else 0):
        photo = photos[number % len(photos)]
        folder.joinpath(f"{number:05d}{photo.path.suffix}").symlink_to(photo.path.absolute())


def _open(window: MainWindow, links: Path) -> Pilot:
    window.open_album(links)
    pilot = Pilot(window)
    pilot.wait(lambda: len(_scored(window)) >= FIRST_SCORED or not window.run.running, CULL_MS)
    return pilot


def _readable(window: MainWindow, photos: int) -> int:
    """Return how many of so many photos can be read; each is linked to again and again, in this order."""
    by_name = sorted(window.album.entries(), key=lambda entry: entry.photo.name)
    return sum(entry.error is None for entry in by_name[:photos])


def _while_scoring(window: MainWindow, pilot: Pilot) -> Figures:
    """Measure while the rest of the album is scored, and end that."""
    before = len(_scored(window))
    figures = _measure(window, pilot)
    figures["scored_meanwhile"] = len(_scored(window)) - before
    figures["still_scoring_at_the_end"] = window.run.running
    window.run.stop()
    pilot.rest(STOP_MS)
    return figures


def _scored(window: MainWindow) -> list[Entry]:
    return [entry for entry in window.album.entries() if entry.scores]


def _measure(window: MainWindow, pilot: Pilot) -> Figures:
    """Return all figures of the state the window is in."""
    if window.review.auto_advance:
        window.toggle_advance()
    window.grid.go_to_row(0)
    window.show_loupe()
    stalls = StallMeter()
    stalls.begin()
    jumps = [_jump(window, pilot) for _ in range(JUMPS)]
    unscored = [_jump(window, pilot, kept=False) for _ in range(JUMPS)]
    steps = [_step(window, pilot) for _ in range(STEPS)]
    decisions = [_decide(window, pilot, number) for number in range(DECISIONS)]
    shown, pressed = pilot.hold_right(HELD_SECONDS)
    return {
        "next_preloaded_ms": _spread(steps),
        "cold_jump_ms": _spread(jumps),
        "unscored_jump_ms": _spread(unscored),
        "decision_ms": _spread(decisions),
        "held_key_fps": shown,
        "held_key_presses_per_s": pressed / HELD_SECONDS,
        "stall_ms": stalls.end(),
    }


def _step(window: MainWindow, pilot: Pilot) -> float | None:
    """Step to the next photo, whose picture is ready."""
    row = window.grid.currentIndex().row()
    if row + 1 >= window.album.rowCount():
        window.grid.go_to_row(0)
        row = 0
    following = window.album.entry_at(row + 1)
    if following.error or not pilot.wait(lambda: pilot.is_ready(following)):
        window.grid.go_to_row(row + 1)
        return None
    pilot.rest(30)
    return pilot.timed(
        lambda: pilot.press(Qt.Key.Key_Right),
        lambda: pilot.current is following and pilot.is_ready(following),
    )


def _jump(window: MainWindow, pilot: Pilot, *, kept: bool = True) -> float | None:
    """Go to a photo of which no large picture is in memory, until it is sharp at the size of the window.

    It is a scored one, which has a picture on disk; without `kept` there is none, as before it is scored.
    """
    pilot.rest(REST_MS)
    window.previews.begin(window.album.job)  # a small album is soon known by heart
    among = _scored(window) if kept else window.album.entries()
    drawn = random.choices(among, k=50) if among else []
    cold = [e for e in drawn if window.previews.best(e.photo.id) is None]
    target = next((entry for entry in cold if entry.error is None and entry is not pilot.current), None)
    if target is None or target.inspected is None:
        return None
    on_disk, identity = window.previews.kept_on_disk, target.inspected.identity
    picture = on_disk.get(identity)
    if not kept:
        on_disk.drop(identity)
    took = pilot.timed(
        lambda: window.grid.go_to(target.photo.id), lambda: pilot.current is target and pilot.is_ready(target)
    )
    if picture is not None:
        on_disk.store(identity, picture)
    return took


def _decide(window: MainWindow, pilot: Pilot, number: int) -> float | None:
    """Decide by key, until it is on disk and painted."""
    pilot.rest(20)
    entry = pilot.current
    wanted, key = ((Decision.ACCEPT, Qt.Key.Key_P), (Decision.REJECT, Qt.Key.Key_X))[number % 2]
    return pilot.timed(lambda: pilot.press(key), lambda: entry.decision is wanted)


def _spread(times: Sequence[float | None]) -> dict[str, float]:
    """Return median, 95th and 99th percentile, and of how many; a step that never ended is left out."""
    known = [each for each in times if each is not None]
    if not known:
        return {"median": float("nan"), "p95": float("nan"), "p99": float("nan"), "samples": 0}
    median, p95, p99 = (float(np.percentile(known, share)) for share in (50, 95, 99))
    return {"median": median, "p95": p95, "p99": p99, "samples": len(known)}
