"""`benchmark soak`: an hour of random keys, and whether anything was lost, said or left behind."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from rich.table import Table

from engine.album.scan import scan
from engine.cli import tables
from engine.cli.json_file import refuse_unwritable, write_json
from engine.cli.parser import Options
from engine.cli.run import settings_of
from engine.errors import EXIT_OK, FramepickError, NothingToDoError
from engine.log import start_log
from engine.paths import DataDir
from engine.settings import Settings
from gui.app import before_window
from gui.soak.ledger import Ledger
from gui.soak.walk import Walk
from gui.soak.watch import Troubles

EXIT_TROUBLE = 1
MOST_KEYS = 60  # commands in the result

Figures = dict[str, Any]


def run_from_command_line(options: Options) -> int:
    """Walk, print a table, write the figures; return 0 only when all went well."""
    try:
        data_dir = DataDir.resolve(options.data_dir)
        if options.json is not None:
            refuse_unwritable(options.json)
        settings = settings_of(options, data_dir)
        albums = [album.absolute() for album in options.albums]
        figures = soak(albums, settings, data_dir, options.minutes, options.seed, options.json)
    except FramepickError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    table = Table(title=f"benchmark soak, {options.minutes:g} minutes", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in as_rows(figures):
        table.add_row(name, value)
    tables.console().print(table)
    for name in ("lost", "qt_warnings", "python_errors", "log_errors", "threads_left", "originals_changed"):
        for each in figures[name]:
            print(f"{name}: {each}", file=sys.stderr)
    if options.json is not None:
        write_json(options.json, figures)
    return EXIT_OK if is_clean(figures) else EXIT_TROUBLE


def soak(
    albums: Sequence[Path],
    settings: Settings,
    data_dir: DataDir,
    minutes: float,
    seed: int = 0,
    so_far: Path | None = None,
) -> Figures:
    """Walk through the real window, with a data directory of its own: no decision of yours is touched.

    What is known goes into the file `so_far` every minute, in case that the walk does not come to its end.
    Raises NothingToDoError when an album holds no photos.
    """
    for album in albums:
        if not scan(album, False):
            raise NothingToDoError(f"{album} holds no photos to walk through.")
    app = before_window()
    troubles = Troubles()
    before = fingerprint(albums)
    ledger = Ledger({file: content for file, (content, _) in before.items()})
    with TemporaryDirectory(prefix="framepick-soak-") as folder:
        own = _own_data(Path(folder), data_dir)
        start_log(own)
        troubles.begin()
        walk = Walk(albums, own, _quiet(settings), ledger, troubles, seed)
        notes = _Notes(walk, so_far)
        try:
            walk.walk(minutes * 60)
        finally:
            troubles.end()
            notes.end()
    after = fingerprint(albums)
    changed = sorted(
        str(file) for file in before.keys() | after.keys() if before.get(file) != after.get(file)
    )
    return {
        "minutes": minutes,
        "seed": seed,
        "photos": len(before),
        **_figures(walk),
        "originals_changed": changed,
        "platform": app.platformName(),
        "screen": "{} x {}".format(*QGuiApplication.primaryScreen().size().toTuple()),
        "cores": os.cpu_count(),
        "load_average": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def _figures(walk: Walk) -> Figures:
    troubles, pulse = walk.troubles, walk.pulse
    return {
        "keys": walk.keys.total(),
        "keys_in_dialogs": walk.dialogs_seen,
        "albums_opened": walk.albums_opened,
        "windows_made": walk.windows_made,
        "decisions": walk.ledger.decisions,
        "changes_of_groups": walk.ledger.regroupings,
        "albums_compared_after_opening": walk.reopened,
        "groups_compared": walk.groups_compared,
        "lost": walk.ledger.lost,
        "qt_warnings": dict(troubles.qt),
        "python_errors": dict(troubles.python),
        "log_errors": dict(troubles.logged),
        "threads_left": walk.threads_left,
        "threads_after_each_window": walk.threads,
        "memory": pulse.memory_figures(),
        "longest_stall_ms": pulse.longest_ms,
        "longest_stall_doing": pulse.longest_doing,
        "longest_stalls_by_key_ms": pulse.worst_stalls(),
        "stalls_above_100_ms": pulse.above_100_ms,
        "longest_close_ms": walk.longest_close_ms,
        "keys_by_command": dict(walk.keys.most_common(MOST_KEYS)),
        "memory_after_each_window_mb": [round(mb) for _, mb in pulse.settled],
        "widgets_after_each_window": walk.widgets_left,
        "memory_mb": [(round(at), round(mb)) for at, mb in pulse.memory[::12]],
    }


class _Notes(QObject):
    """Writes what is known so far, every minute."""

    def __init__(self, walk: Walk, file: Path | None) -> None:
        super().__init__()
        self._walk, self._file = walk, file
        walk.minute_passed.connect(self._write)

    @Slot()
    def _write(self) -> None:
        if self._file is not None:
            write_json(self._file, {"unfinished": True, **_figures(self._walk)})

    def end(self) -> None:
        self._walk.minute_passed.disconnect(self._write)


def is_clean(figures: Figures) -> bool:
    """Tell whether nothing was lost, warned of, left behind or changed."""
    kinds = ("lost", "qt_warnings", "python_errors", "log_errors", "threads_left", "originals_changed")
    return not any(figures[kind] for kind in kinds)


def as_rows(figures: Figures) -> list[tuple[str, str]]:
    """Return (name, value) for a table: how many of what is a list, the number of what is one."""
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        if name == "keys_by_command" or name.startswith(
            ("memory_", "load_", "threads_after", "widgets_after", "longest_stalls")
        ):
            continue
        if isinstance(value, dict) and name == "memory":
            rows += [(part, "" if each is None else f"{each:,.0f}") for part, each in value.items()]
        elif isinstance(value, list | dict):
            rows.append((name, f"{sum(value.values()) if isinstance(value, dict) else len(value)}"))
        else:
            rows.append((name, f"{value:,.1f}" if isinstance(value, float) else str(value)))
    return rows


def fingerprint(albums: Sequence[Path]) -> dict[Path, tuple[str, int]]:
    """Return the hash and the time of the last change of every file of the albums."""
    files = sorted({file for album in albums for file in album.rglob("*") if file.is_file()})
    return {f: (hashlib.sha256(f.read_bytes()).hexdigest(), f.stat().st_mtime_ns) for f in files}


def _own_data(folder: Path, data_dir: DataDir) -> DataDir:
    """Make a data directory with the models, and the converted networks, that are there already."""
    own = DataDir(folder / "data")
    own.converted.parent.mkdir(parents=True)
    data_dir.converted.mkdir(parents=True, exist_ok=True)
    own.models.symlink_to(data_dir.models, target_is_directory=True)
    own.converted.symlink_to(data_dir.converted, target_is_directory=True)
    return own


def _quiet(settings: Settings) -> Settings:
    """Return settings under which no sidecar is read or written: the keys alone decide."""
    sidecars = settings.sidecars.model_copy(update={"read_on_open": False, "write": "off"})
    return settings.model_copy(update={"sidecars": sidecars})
