"""`originals`: what is kept in `_originals` of an album; moves it to the trash where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from engine.album.scan import display_name
from engine.cli.export import tell
from engine.cli.export_progress import ExportLine
from engine.cli.interruption import interruptible
from engine.cli.parser import Options
from engine.errors import EXIT_OK, NothingToDoError, UsageError
from engine.export.plan import ExportPlan, megabytes
from engine.export.report import files_in_words
from engine.export.trash import restore_by_hand, send_to_trash
from engine.paths import DataDir
from engine.photo_xmp.kept import KeptRun, kept_runs, plan_removal
from engine.photo_xmp.originals import ORIGINALS_FOLDER
from engine.settings import Settings
from engine.words import printable


def run(options: Options, _settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    album = options.album.absolute()
    if not album.is_dir():
        raise UsageError(f"{album} is no folder.")
    runs = kept_runs(album, data_dir.exports)
    if not runs:
        raise NothingToDoError(f"No originals are kept in {album / ORIGINALS_FOLDER}.")
    plan = plan_removal(album, runs, options.older_than, datetime.now())
    _print(runs, plan)
    if not options.trash:
        print("Nothing was moved. `--trash` moves these to the trash; then their photos cannot be undone.")
        return EXIT_OK
    if not plan.actions:
        raise NothingToDoError("None of them can go.")
    with interruptible() as cancel, ExportLine() as line:
        code = tell(send_to_trash(plan, data_dir.exports, cancel, line.take))
    print(restore_by_hand() or "`framepick export --undo` brings them back.")
    return code


def _print(runs: Sequence[KeptRun], plan: ExportPlan) -> None:
    going = {action.source for action in plan.actions}
    why: dict[Path, str] = dict(plan.unreadable)
    for kept in runs:
        says = "can go" if going.issuperset(kept.files) else why.get(kept.folder, "not that old")
        size = f"{files_in_words(len(kept.files))}, {megabytes(kept.bytes)}"
        print(f"{printable(display_name(kept.folder))}: {size}; {printable(says)}")
    total = f"{files_in_words(len(going))}, {megabytes(plan.total_bytes)}"
    print(f"{total} of {sum(len(kept.files) for kept in runs)} can go to the trash.")
