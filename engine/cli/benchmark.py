"""`benchmark`: measures, prints a table, writes the figures."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from engine.benchmark.speed import as_rows, measure_speed
from engine.cli import tables
from engine.cli.commands import WindowProbe
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.unreadable import name_unreadable
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.settings import Settings


def run(
    options: Options, settings: Settings, data_dir: DataDir, window_probe: WindowProbe | None = None
) -> int:
    if options.benchmark == "degradations":
        from engine.cli.benchmark_degradations import run as run_degradations

        return run_degradations(options, settings, data_dir)
    if options.benchmark == "models":
        from engine.cli.benchmark_models import run as run_models

        return run_models(options, settings, data_dir)
    if options.benchmark == "reliability":
        from engine.cli.benchmark_reliability import run as run_reliability

        return run_reliability(options, settings, data_dir)
    if options.benchmark in ("biq", "series"):
        from engine.cli.benchmark_opinion import run_biq, run_series

        return (run_biq if options.benchmark == "biq" else run_series)(options, settings, data_dir)
    if options.benchmark == "sizes":
        from engine.cli.benchmark_sizes import run as run_sizes

        return run_sizes(options, settings, data_dir)
    return _speed(options, settings, data_dir, window_probe)


def _speed(options: Options, settings: Settings, data_dir: DataDir, probe: WindowProbe | None) -> int:
    assert options.album is not None
    figures = measure_speed(CullJob(options.album.absolute(), options.recursive), settings, data_dir)
    table = Table(title=f"benchmark speed {options.album}", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    window = probe() if probe else None
    for row in as_rows(figures):
        table.add_row(*row)
    for name, value in (window or {}).items():
        table.add_row(f"window: {name}", f"{value:,.2f}")
    tables.console().print(table)
    if options.json is not None:
        write_json(options.json, asdict(figures) | {"window": window})
    return name_unreadable(figures.unreadable)
