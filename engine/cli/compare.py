"""`compare`: which picks are others without a role. Nothing is scored that is in the cache."""

from __future__ import annotations

import sys
from typing import Any

from rich.table import Table
from rich.text import Text

from engine.cli import tables
from engine.cli.cull import exit_code, recursive_hint, run_cull
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import NothingToDoError
from engine.models.status import short_name
from engine.paths import DataDir, as_text
from engine.pipeline import CullJob
from engine.report import CullResult, status_as_json
from engine.selection.difference import (
    Difference,
    difference,
    difference_in_words,
    opinions_without,
    without_roles,
)
from engine.selection.picks import select
from engine.settings import Settings
from engine.types import ModelState, Role, Selection
from engine.words import printable

SCHEMA = 1


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    job = CullJob(options.album.absolute(), options.recursive)
    result = run_cull(job, settings, data_dir, say_scoring=True)
    if not result.photos:
        raise NothingToDoError(f"There are no photos in {job.album}{recursive_hint(job)}.")
    opinions = opinions_without(result.opinions, options.without)
    without = select(without_roles(result.candidates, options.without), settings.album, opinions)
    changes = difference(result.selection, without)
    if options.json is not None:
        write_json(options.json, as_json(result, options.without, without, changes))
    _print(result, options.without, changes)
    return exit_code(result, ())


def as_json(
    result: CullResult, off: frozenset[Role], without: Selection, changes: Difference
) -> dict[str, Any]:
    """Return the document of --json; photos by their paths relative to the album."""
    names = {photo.id: photo.name for photo in result.photos}
    return {
        "schema": SCHEMA,
        "album": as_text(result.album),
        "without": [role.value for role in Role if role in off],
        "picks": [photo.name for photo in result.picks],
        "picks_without": [names[i] for i in without.order if without.ranked[i].pick],
        "differ": changes.count,
        "changed": [
            {
                "group": change.group,
                "with": [names[i] for i in change.with_roles],
                "without": [names[i] for i in change.without_roles],
            }
            for change in changes.groups
        ],
        "models": [status_as_json(status) for status in result.statuses],
    }


def _print(result: CullResult, off: frozenset[Role], changes: Difference) -> None:
    statuses = [status for status in result.statuses if status.role in off]
    for status in statuses:
        if status.state is not ModelState.ACTIVE:
            print(
                f"{status.role} has no part in the picks, it is {status.state}: "
                f"{status.reason or 'no photo needed it'}",
                file=sys.stderr,
            )
    if changes.groups:
        tables.console().print(_table(result, changes))
    print(f"{difference_in_words(changes.count, [short_name(status) for status in statuses])}.")
    tables.print_statuses(result.statuses)


def _table(result: CullResult, changes: Difference) -> Table:
    names = {photo.id: photo.name for photo in result.photos}
    table = Table(title="Groups whose pick changes", title_justify="left")
    for column in ("group", "photo now", "photo without"):
        table.add_column(column, overflow="fold")
    for change in changes.groups:
        sides = (
            ", ".join(names[i] for i in side) or "-" for side in (change.with_roles, change.without_roles)
        )
        table.add_row(str(change.group), *(Text(printable(side)) for side in sides))
    return table
