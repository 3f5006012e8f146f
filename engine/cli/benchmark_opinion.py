"""`benchmark biq` and `benchmark series`: scores held against people's opinions."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from engine.benchmark.biq import PUBLISHED, Agreement, measure_biq
from engine.benchmark.bootstrap import Figure
from engine.benchmark.scorers import score_functions
from engine.benchmark.series import SeriesFigures, measure_series
from engine.benchmark.series_judges import series_judges, shipped_comparator
from engine.cli import tables
from engine.cli.bar import counting
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_OK, UsageError
from engine.models.closing import closing_all
from engine.models.registry import build_lineup
from engine.paths import DataDir
from engine.settings import Settings


def run_biq(options: Options, settings: Settings, data_dir: DataDir) -> int:
    folder = options.data
    assert folder is not None
    lineup = build_lineup(settings, data_dir)
    with closing_all(lineup.scorers.values()), counting("photos") as on_photo:
        found = measure_biq(folder, score_functions(lineup), on_photo)
    tables.console().print(_biq_table(found))
    if options.json is not None:
        write_json(options.json, {name: _plain(figures) for name, figures in found.items()})
    return EXIT_OK


def run_series(options: Options, settings: Settings, data_dir: DataDir) -> int:
    folder, splits = options.data, options.splits
    assert folder is not None
    if splits is None:
        raise UsageError("benchmark series needs --splits CSV.")
    lineup = build_lineup(settings, data_dir)
    comparator = shipped_comparator(lineup.device, settings, data_dir)
    with closing_all([*lineup.scorers.values(), comparator]), counting("photos") as on_photo:
        judges = series_judges(lineup, comparator, settings)
        found = measure_series(folder, splits, options.part, judges, on_photo)
    tables.console().print(_series_table(found, options.part))
    if options.json is not None:
        write_json(options.json, {name: _plain(figures) for name, figures in found.items()})
    return EXIT_OK


def _plain(figures: Agreement | SeriesFigures) -> dict[str, object]:
    """Return figures as JSON: the value under its name, its 95% interval under NAME_interval."""
    plain: dict[str, object] = {}
    for name, value in asdict(figures).items():
        if isinstance(value, dict):
            plain[name] = round(value["value"], 4)
            plain[f"{name}_interval"] = [round(value["low"], 4), round(value["high"], 4)]
        else:
            plain[name] = value
    return plain


def _biq_table(found: dict[str, Agreement]) -> Table:
    table = Table(title="BIQ2021, official test photos", title_justify="left")
    for column in ("model", "SRCC (95%)", "PLCC (95%)", "photos"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for name, figures in found.items():
        table.add_row(name, _with_interval(figures.srcc), _with_interval(figures.plcc), str(figures.n))
    for name, (plcc, srcc) in PUBLISHED.items():
        table.add_row(name, f"{srcc:.3f}", f"{plcc:.3f}", "2000")
    return table


def _series_table(found: dict[str, SeriesFigures], part: str) -> Table:
    series = next(iter(found.values()))
    title = f"BIQ2021, {series.series} {part} series, {series.pairs} pairs apart by 0.1 or more"
    table = Table(title=title, title_justify="left")
    for column in ("model", "best found (95%)", "pairs right (95%)", "opinion lost (95%)", "ECE"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for name, figures in found.items():
        table.add_row(
            name,
            _with_interval(figures.best_found),
            _with_interval(figures.pairs_right),
            _with_interval(figures.opinion_lost),
            "-" if figures.calibration_error is None else f"{figures.calibration_error:.3f}",
        )
    return table


def _with_interval(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}..{figure.high:.3f})"
