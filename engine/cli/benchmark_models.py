"""`benchmark models`: every model on every runtime, beside torch."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table
from rich.text import Text

from engine.album.scan import scan
from engine.benchmark.runtimes import RuntimeFigures, measure_runtimes, probe_photos, readable
from engine.cli import tables
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.unreadable import name_unreadable
from engine.errors import EXIT_NOTHING_DONE, NothingToDoError
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import Photo


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    with TemporaryDirectory(prefix="framepick-probe-") as folder:
        photos, unreadable = readable(_photos(options, Path(folder)))
        if not photos:
            name_unreadable(unreadable)
            raise NothingToDoError(
                f"No photo in {options.photos} could be read: there is nothing to measure."
            )
        rows = measure_runtimes(photos, settings, data_dir)
    if not rows:
        raise NothingToDoError("No model is installed here. Run: main.py models install")
    what = f"{len(photos)} photos of {options.photos}" if options.photos else "probe pictures"
    tables.console().print(_table(rows, what))
    for row in rows:
        if row.error:
            print(f"{row.role} on {row.runtime}: {row.error}")
    if options.json is not None:
        write_json(options.json, {"photos": what, "models": [asdict(row) for row in rows]})
    if all(row.error for row in rows):
        return EXIT_NOTHING_DONE
    return name_unreadable(unreadable)


def _photos(options: Options, folder: Path) -> tuple[Photo, ...]:
    if options.photos is None:
        return probe_photos(folder)
    photos = scan(options.photos.absolute(), recursive=False)[: options.limit]
    if not photos:
        raise NothingToDoError(f"There are no photos in {options.photos}.")
    return photos


def _table(rows: list[RuntimeFigures], what: str) -> Table:
    table = Table(title=f"benchmark models, {what}", title_justify="left")
    for column in ("role", "model", "runtime"):
        table.add_column(column, overflow="fold")
    for column in ("load s", "CPU ms per photo", "times torch", "max deviation", "memory MB"):
        table.add_column(column, justify="right")
    for row in rows:
        digest = f" [{row.sha256[:8]}]" if row.sha256 else ""
        cells = (row.role, f"{row.model}{digest}", row.runtime, *_numbers(row))
        table.add_row(*map(Text, cells))
    return table


def _numbers(row: RuntimeFigures) -> list[str]:
    if row.error:
        return ["failed", "-", "-", "-", "-"]
    speedup = "-" if row.speedup is None else f"{row.speedup:.1f}"
    apart = "-" if row.max_deviation is None else f"{row.max_deviation:.4f}"
    return [f"{row.load_s:.1f}", f"{row.ms_per_photo:.1f}", speedup, apart, f"{row.rss_mb:,.0f}"]
