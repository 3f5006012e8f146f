"""`models check FILE`: the self-test of a weights file."""

from __future__ import annotations

import sys

from rich.table import Table
from rich.text import Text

from engine.checking.known_pairs import known_photos
from engine.checking.memory import remember
from engine.checking.questions import Stopped
from engine.checking.report import CheckReport, as_json, rows
from engine.checking.role_check import place_of
from engine.checking.self_test import check_file
from engine.cli import tables
from engine.cli.bar import counting
from engine.cli.interruption import interruptible
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_ROLE_NOT_RUN
from engine.paths import DataDir
from engine.settings import Settings
from engine.words import printable


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    """Check, print, remember. 0 when the model works, 4 when it does not; refused files raise ModelError."""
    assert options.source is not None
    place = place_of(settings, data_dir, options.device)
    known = known_photos(options.photos)
    try:
        with interruptible() as cancel, counting("pictures") as on_picture:
            report = check_file(options.source, place, known, on_picture, cancel)
    except Stopped:
        print("Interrupted: nothing was found out.", file=sys.stderr)
        return EXIT_INTERRUPTED
    _show(report)
    trouble = remember(data_dir.library, report)
    if trouble is not None:
        print(trouble, file=sys.stderr)
    if options.json is not None:
        write_json(options.json, as_json(report))
    return EXIT_ROLE_NOT_RUN if report.warning else EXIT_OK


def _show(report: CheckReport) -> None:
    table = Table(show_header=False, show_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for figure, value in rows(report):
        style = ("yellow" if report.warning else "green") if figure == "verdict" else ""
        table.add_row(figure, Text(printable(value), style=style))
    tables.console().print(table)
