"""`benchmark degradations`: measures, prints the table, writes tables and report."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from rich.table import Table as TextTable

from engine.benchmark.answers import Figures
from engine.benchmark.degradations import Measured, Plan, by_type, measure_degradations, overall
from engine.benchmark.lineup import Bench, configs_of, make_bench
from engine.benchmark.report import report_html
from engine.benchmark.result_files import refuse_unwritable_folder, write_file, write_results
from engine.benchmark.trials import Table
from engine.cli import tables
from engine.cli.bar import counting
from engine.cli.parser import Options
from engine.cli.unreadable import name_unreadable
from engine.errors import EXIT_ROLE_NOT_RUN
from engine.models.closing import closing_all
from engine.paths import DataDir
from engine.settings import Settings

TITLES = {
    Table.PLAIN: "Degradations, % right",
    Table.GUARD: "Both pictures at one size and shape",
    Table.SEMANTIC: "Subject removed or cut, background exchanged",
}


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    """Return 3 when a photo could not be read, 4 when a model that was named did not run."""
    assert options.photos is not None and options.out is not None
    refuse_unwritable_folder(options.out)
    plan = Plan(options.photos.absolute(), options.recursive, options.limit, options.seed)
    bench = make_bench(configs_of(options.models), settings, data_dir)
    measured = _measure(plan, bench)
    write_results(measured, options.out)
    write_file(options.out / "report.html", report_html(measured).encode("utf-8"))
    _print(measured)
    print(f"Tables and report: {options.out}")
    code = name_unreadable(measured.trials.unreadable)
    if options.models is not None and (measured.missing or measured.trials.failures):
        return EXIT_ROLE_NOT_RUN
    return code


def _measure(plan: Plan, bench: Bench) -> Measured:
    with closing_all(bench.judges), counting("photos") as on_photo:
        return measure_degradations(plan, bench, on_photo)


def _print(measured: Measured) -> None:
    for of, title in TITLES.items():
        tables.console().print(_table(title, overall(measured, of), by_type(measured, of)))
    for name, reason in measured.missing.items():
        print(f"{name} did not run: {reason}", file=sys.stderr)
    for name, found in measured.trials.failures.items():
        print(f"{name} failed on {len(found)} pictures, the first: {found[0]}", file=sys.stderr)


def _table(title: str, rows: Mapping[str, Figures], types: Mapping[str, Mapping[str, Figures]]) -> TextTable:
    table = TextTable(title=title, title_justify="left")
    kinds = list(dict.fromkeys(kind for row in types.values() for kind in row))
    table.add_column("model", no_wrap=True)
    for name in ("overall", "95%", "order bias", "ECE", *(kind.replace("_", " ") for kind in kinds)):
        table.add_column(name, justify="right")
    for name, found in rows.items():
        row = types[name]
        table.add_row(
            name,
            f"{100 * found.accuracy:.1f}",
            f"{100 * found.low:.1f}-{100 * found.high:.1f}",
            f"{100 * found.order_bias:.1f}",
            f"{found.calibration_error:.3f}",
            *(f"{100 * row[kind].accuracy:.1f}" if kind in row else "-" for kind in kinds),
        )
    return table
