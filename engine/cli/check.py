"""`models check FILE`: the self-test of a weights file."""

from __future__ import annotations

import signal
import sys

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from engine.checking.known_pairs import known_photos
from engine.checking.memory import remember
from engine.checking.questions import Stopped
from engine.checking.report import CheckReport, as_json, rows
from engine.checking.role_check import place_of
from engine.checking.self_test import check_file
from engine.cli import tables
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.printable import printable
from engine.errors import EXIT_OK, EXIT_ROLE_NOT_RUN
from engine.events import CancelToken
from engine.paths import DataDir
from engine.settings import Settings

EXIT_INTERRUPTED = 130


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    """Check, print, remember. 0 when the model works, 4 when it does not; refused files raise ModelError."""
    assert options.source is not None
    place = place_of(settings, data_dir, options.device)
    known = known_photos(options.photos)
    cancel = CancelToken()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.cancel())
    try:
        with _progress() as progress:
            task = progress.add_task("Checking", total=None)
            report = check_file(
                options.source,
                place,
                known,
                lambda done, total: progress.update(task, completed=done, total=total),
                cancel,
            )
    except Stopped:
        print("Interrupted: nothing was found out.", file=sys.stderr)
        return EXIT_INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, before)
    _show(report)
    trouble = remember(data_dir.library, report)
    if trouble is not None:
        print(trouble, file=sys.stderr)
    if options.json is not None:
        write_json(options.json, as_json(report))
    return EXIT_ROLE_NOT_RUN if report.warning else EXIT_OK


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} pictures"))
    console = tables.console()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(report: CheckReport) -> None:
    table = Table(show_header=False, show_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for figure, value in rows(report):
        style = ("yellow" if report.warning else "green") if figure == "verdict" else ""
        table.add_row(figure, Text(printable(value), style=style))
    tables.console().print(table)
