"""Tables for the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.models.status import SUMMARY_NAMES
from engine.report import CullResult
from engine.types import SCORING_ROLES, ModelState, ModelStatus, Photo
from engine.words import counted, printable

PIPED_WIDTH = 160  # columns where the output is no terminal
STATE_STYLES = {
    ModelState.ACTIVE: "green",
    ModelState.IDLE: "cyan",
    ModelState.MISSING: "yellow",
    ModelState.FAILED: "red",
    ModelState.DISABLED: "dim",
}


def console() -> Console:
    """Return a console on stdout that does not squeeze tables when piped."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False)


def print_result(result: CullResult) -> None:
    """Print picks, counts and model status."""
    out = console()
    out.print(_picks_table(result))
    out.print(_counts(result))
    print_statuses(result.statuses)


def print_statuses(statuses: Sequence[ModelStatus]) -> None:
    """Print which checkpoint serves each role, what it did, and why not."""
    table = Table(title="Model Status:", title_justify="left", show_lines=False, expand=False)
    for column in ("role", "state", "model", "checkpoint", "device", "scored", "cached", "failed"):
        table.add_column(column, overflow="fold", justify="right" if column in _COUNTS else "left")
    for status in statuses:
        table.add_row(*_status_row(status))
    console().print(table)
    for status in statuses:
        if status.warning:
            print(f"{status.role}: WARNING: {status.warning}")
        if status.reason:
            print(f"{status.role}: {status.state}: {status.reason}")  # not in the table, which breaks words


_COUNTS = ("scored", "cached", "failed")


def _status_row(status: ModelStatus) -> list[Text]:
    digest = f" [{status.sha256[:8]}]" if status.sha256 else ""
    file = status.checkpoint.replace("\\", "/").rpartition("/")[2] if status.checkpoint else "-"
    runtime = f" ({status.runtime})" if status.runtime else ""
    cells = (
        f"{status.role.value} ({SUMMARY_NAMES[status.role]})",
        status.state.value,
        status.name,
        f"{file}{digest}",
        f"{status.device or '-'}{runtime}",
        str(status.scored),
        str(status.cached),
        str(status.failed),
    )
    row = [Text(cell) for cell in cells]
    row[1].stylize(STATE_STYLES[status.state])
    return row


def _picks_table(result: CullResult) -> Table:
    table = Table(title="Picks", title_justify="left")
    for column in ("group", "photo", "of", "composite", "aesthetic", "quality", "portrait", "why"):
        table.add_column(column, overflow="fold")
    sizes: dict[int, int] = {}
    for ranked in result.selection.ranked.values():
        sizes[ranked.group] = sizes.get(ranked.group, 0) + 1
    for photo in result.picks:
        table.add_row(*_pick_row(result, photo, sizes))
    return table


def _pick_row(result: CullResult, photo: Photo, sizes: dict[int, int]) -> list[Text]:
    ranked = result.selection.ranked[photo.id]
    models = (
        f" ({len(ranked.composite_of)} of {len(SCORING_ROLES)} models)"
        if len(ranked.composite_of) < len(SCORING_ROLES)
        else ""
    )
    scores = result.scores.get(photo.id, {})
    parts = [f"{scores[role].value:.2f}" if role in scores else "-" for role in SCORING_ROLES]
    composite = "-" if ranked.composite is None else f"{ranked.composite:.3f}{models}"
    cells = (
        str(ranked.group),
        printable(photo.name),
        str(sizes[ranked.group]),
        composite,
        *parts,
        printable("; ".join(ranked.reasons)),
    )
    return [Text(cell) for cell in cells]


def _counts(result: CullResult) -> Text:
    groups = {ranked.group for ranked in result.selection.ranked.values()}
    seconds = result.finished.seconds if result.finished else 0.0
    speed = len(result.photos) / seconds if seconds else 0.0
    return Text(
        f"{counted(len(result.photos), 'photo')}, {counted(len(groups), 'group')}, "
        f"{counted(len(result.picks), 'pick')}, {counted(len(result.selection.verdicts), 'close pair')}, "
        f"{len(result.errors):,} unreadable; "
        f"{seconds:.1f} s, {speed:.1f} photos/s"
    )
