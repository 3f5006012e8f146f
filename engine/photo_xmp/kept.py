"""What is kept in `_originals` of an album, and a plan to take it away: never unasked, and to the trash."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from engine.album.scan import EXPORT_MARKER
from engine.export.journal import State, journals
from engine.export.plan import ExportPlan, FileAction, How, free_bytes
from engine.photo_xmp.originals import ORIGINALS_FOLDER, STEM_FORMAT

_NAME = re.compile(r"(\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)( \d+)?")


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The originals of one run. `lone` are those whose photo is no longer in the album: the only copies."""

    folder: Path
    made: datetime
    files: tuple[Path, ...]
    bytes: int
    lone: tuple[Path, ...]
    busy: bool  # it was cut short, or is under way

    @property
    def may_go(self) -> bool:
        return bool(self.files) and not (self.lone or self.busy)


def kept_runs(album: Path, journal_folder: Path) -> list[KeptRun]:
    """Return the runs whose originals are kept, oldest first; folders that are not ours are left out."""
    root = album / ORIGINALS_FOLDER
    if root.is_symlink() or not root.is_dir():
        return []
    busy = {
        each.target for each in journals(journal_folder) if each.state in (State.RUNNING, State.REVERTING)
    }
    found = (_run(folder, album, folder in busy) for folder in sorted(root.iterdir()))
    return [run for run in found if run is not None and run.files]


def _run(folder: Path, album: Path, busy: bool) -> KeptRun | None:
    name = _NAME.fullmatch(folder.name)
    if name is None or folder.is_symlink() or not (folder / EXPORT_MARKER).is_file():
        return None
    files = tuple(
        sorted(f for f in folder.rglob("*") if f.is_file() and f.name != EXPORT_MARKER and not f.is_symlink())
    )
    lone = tuple(file for file in files if not os.path.lexists(album / file.relative_to(folder)))
    size = sum(file.stat().st_size for file in files)
    return KeptRun(folder, datetime.strptime(name[1], STEM_FORMAT), files, size, lone, busy)


def plan_removal(album: Path, runs: list[KeptRun], older_than_days: float, now: datetime) -> ExportPlan:
    """Return what would go to the trash: the files of whole runs that are old enough and not needed."""
    old = [run for run in runs if now - run.made >= timedelta(days=older_than_days)]
    files = [file for run in old if run.may_go for file in run.files]
    actions = tuple(FileAction(f, f, f.stat().st_size, how=How.MOVE, shot=n) for n, f in enumerate(files))
    stay = tuple((run.folder, _why(run)) for run in old if not run.may_go)
    return ExportPlan(album, actions, len(actions), (), stay, free_bytes(album), How.MOVE)


def _why(run: KeptRun) -> str:
    if run.busy:
        return "writing into its photos was cut short: go on with that, or take it back, first"
    return f"{run.lone[0].name} is no longer in the album: this is the only copy that is known"
