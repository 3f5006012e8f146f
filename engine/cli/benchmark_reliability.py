"""`benchmark reliability`: prints and writes what was lost, changed or left half done."""

from __future__ import annotations

import sys

from rich.table import Table

from engine.benchmark.survival.measure import measure_reliability
from engine.cli import tables
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_CRASH, EXIT_OK
from engine.paths import DataDir
from engine.settings import Settings


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    album = options.photos.absolute() if options.photos else None
    tally = measure_reliability(settings, data_dir.models, quick=options.quick, album=album, say=_say)
    table = Table(title="benchmark reliability", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for row in tally.as_rows():
        table.add_row(*row)
    tables.console().print(table)
    for trouble in tally.troubles:
        print(trouble, file=sys.stderr)
    if options.json is not None:
        write_json(options.json, tally.as_json())
    return EXIT_OK if tally.sound else EXIT_CRASH


def _say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)
