"""`cull`: scan to picks without a window."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from engine.cli import tables
from engine.cli.interruption import interruptible
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.progress import ProgressLine
from engine.cli.unreadable import name_unreadable
from engine.errors import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, EXIT_ROLE_NOT_RUN, NothingToDoError
from engine.library.decisions import DecisionStore, PhotoKey
from engine.models.device import device_of
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.report import CullResult, as_json
from engine.settings import Settings
from engine.telemetry import read_telemetry
from engine.types import Decision, ModelState, ModelStatus, Role


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    job = CullJob(
        options.album.absolute(), options.recursive, options.without, options.device, check_new=True
    )
    result = run_cull(job, settings, data_dir)
    if options.json is not None:
        device = device_of(settings, job.device).name
        telemetry = read_telemetry(result.finished.telemetry_file if result.finished else None)
        write_json(options.json, as_json(result, device, decisions_of(result, data_dir), telemetry))
    if not result.photos:
        raise NothingToDoError(f"There are no photos in {job.album}{recursive_hint(job)}.")
    tables.print_result(result)
    return exit_code(result, options.require, learned=settings.quality.method == "learned")


def run_cull(job: CullJob, settings: Settings, data_dir: DataDir, *, say_scoring: bool = False) -> CullResult:
    """Run a job to its end, showing progress. Ctrl+C stops it; what was scored is kept.

    With `say_scoring` a line tells how many photos have to be scored first, if any.
    """
    result = CullResult(job.album)
    with interruptible() as cancel, ProgressLine(say_scoring) as line:
        for event in cull(job, settings, data_dir, cancel):
            result.take(event)
            line.take(event)
    return result


def decisions_of(result: CullResult, data_dir: DataDir) -> dict[int, Decision]:
    """Read what was decided on the photos of a result."""
    keys = [PhotoKey.of(p, result.inspected[p.id]) for p in result.photos if p.id in result.inspected]
    store = DecisionStore(data_dir.library)
    try:
        return store.decisions(result.album, keys)
    finally:
        store.close()


def exit_code(result: CullResult, required: Iterable[Role], *, learned: bool = False) -> int:
    """Return the exit code of a finished run, and say on stderr why it is not 0.

    With `learned`, quality counts as run only if the learned model judged, not the rules in its place.
    """
    if result.finished is not None and result.finished.cancelled:
        print("Interrupted: not all photos were scored.", file=sys.stderr)
        return EXIT_INTERRUPTED
    names = {photo.id: photo.name for photo in result.photos}
    code = name_unreadable({names[i]: reason for i, reason in sorted(result.errors.items())})
    if all(ranked.composite is None for ranked in result.selection.ranked.values()):
        print("Nothing could be culled: no photo has a score.", file=sys.stderr)
        return EXIT_NOTHING_DONE
    idle = _not_run(result, required, learned)
    for line in idle:
        print(line, file=sys.stderr)
    if idle:
        return EXIT_ROLE_NOT_RUN
    return code


def _not_run(result: CullResult, required: Iterable[Role], learned: bool) -> list[str]:
    statuses = {status.role: status for status in result.statuses}
    told = {role: _why_not_run(statuses[role], learned) for role in sorted(required)}
    return [f"Required role {role} did not run: {why}" for role, why in told.items() if why]


def _why_not_run(status: ModelStatus, learned: bool) -> str | None:
    if status.state is not ModelState.ACTIVE:
        return f"{status.state}: {status.reason or 'no photo needed it'}"
    if status.role is Role.QUALITY and learned and status.sha256 is None:  # rules have no weights
        return f"{status.reason}. If rules are enough, set quality.method: rules."
    return None


def recursive_hint(job: CullJob) -> str:
    inside = not job.recursive and any(Path(entry).is_dir() for entry in job.album.iterdir())
    return " itself; --recursive takes the folders inside" if inside else ""
