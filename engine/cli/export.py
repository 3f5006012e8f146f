"""`export`: copies the selection, verified, never overwriting."""

from __future__ import annotations

import signal
import sys

from engine.cli.cull import EXIT_INTERRUPTED, decisions_of, recursive_hint, run_cull
from engine.cli.parser import Options
from engine.errors import EXIT_OK, EXIT_SOME_UNREADABLE, NothingToDoError
from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.plan import plan_export
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.report import CullResult
from engine.settings import Settings
from engine.types import Decision, Photo


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None and options.target is not None
    job = CullJob(options.album.absolute(), options.recursive, infer=False)
    result = run_cull(job, settings, data_dir)
    photos = chosen_photos(result, options.what, data_dir, recursive_hint(job))
    cancel = CancelToken()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.cancel())
    try:
        report = execute(plan_export(photos, options.target), cancel)
    finally:
        signal.signal(signal.SIGINT, before)
    print(report.summary(), file=sys.stderr if report.failed else sys.stdout)
    if report.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_SOME_UNREADABLE if report.failed else EXIT_OK


def chosen_photos(result: CullResult, what: str, data_dir: DataDir, hint: str) -> list[Photo]:
    """Return the accepted photos or the picks. Raises NothingToDoError when there are none."""
    if what == "picks":
        photos, none = result.picks, "no picks. Run `cull` on the album first."
    else:
        decisions = decisions_of(result, data_dir)
        photos = [p for p in result.in_order if decisions.get(p.id) is Decision.ACCEPT]
        none = "no accepted photos. Accept some in the window or with `decide`, or export --what picks."
    if not photos:
        raise NothingToDoError(f"There is nothing to export: {result.album}{hint} has {none}")
    return photos
