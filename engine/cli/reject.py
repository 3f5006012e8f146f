"""`reject`: takes the rejected photos out of the album, into `_rejected` or the trash; deletes nothing."""

from __future__ import annotations

from engine.cli.export import chosen_items, print_plan, tell
from engine.cli.export_progress import ExportLine
from engine.cli.interruption import interruptible
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_OK, EXIT_SOME_UNREADABLE
from engine.export.plan import as_json
from engine.export.reject import RejectTo, carry_out_reject, plan_reject
from engine.export.trash import restore_by_hand
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.settings import Settings


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    job = CullJob(options.album.absolute(), options.recursive, infer=False)
    to = RejectTo(options.reject_to)
    items = chosen_items(job, "rejected", settings, data_dir, to="take out")
    plan = plan_reject(items, job.album, to)
    if options.json is not None:
        write_json(options.json, as_json(plan))
    if options.dry_run:
        print_plan(plan)
        return EXIT_SOME_UNREADABLE if plan.unreadable else EXIT_OK
    with interruptible() as cancel, ExportLine() as line:
        report = carry_out_reject(plan, to, data_dir.exports, cancel, line.take)
    code = tell(report)
    if report.copied:
        by_hand = restore_by_hand() if to is RejectTo.TRASH else None
        print(by_hand or "`framepick export --undo` brings back what was moved.")
    return code
