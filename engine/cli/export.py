"""`export`: plans, then copies, moves, links or packs the selection; goes on with it or takes it back."""

from __future__ import annotations

import sys
from dataclasses import replace

from engine.album.scan import display_name
from engine.cli.cull import recursive_hint, run_cull
from engine.cli.export_progress import ExportLine
from engine.cli.interruption import interruptible
from engine.cli.items import items_of
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_SOME_UNREADABLE, NothingToDoError
from engine.export.asked import Asked, small_paths
from engine.export.execute import execute
from engine.export.items import ExportItem, asks_for_picks, choose, parse_what
from engine.export.layout import Layout
from engine.export.lists import check_list
from engine.export.plan import ExportOptions, ExportPlan, How, as_json, megabytes, plan_export, plan_of_lists
from engine.export.recover import go_on, revert, the_last, the_unfinished
from engine.export.report import ExportReport, RevertReport
from engine.export.small_jpegs import check_folder
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.settings import Settings
from engine.words import counted, printable

_NOTHING = {
    "accepted": "accepted photos. Accept some in the window or with `decide`, or export --what picks.",
    "picks": "picks. Run `cull` on the album first.",
}


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    if options.recovery is not None:
        return _recover(options.recovery, data_dir)
    assert options.album is not None
    for path in options.lists:
        check_list(path, options.target)
    parse_what(options.what)
    Layout(options.layout)
    job = CullJob(options.album.absolute(), options.recursive, infer=False)
    items = chosen_items(job, options.what, settings, data_dir)
    if options.thumbnails is not None:
        check_folder(options.thumbnails, (file for item in items for file in item.photo.files))
    plan = _plan(options, items)
    if options.json is not None and options.target is not None:
        write_json(options.json, as_json(plan))
    if options.dry_run:
        return _tell_plan(options, plan)
    asked = _asked(options, items, job.album.name, data_dir)
    with interruptible() as cancel, ExportLine() as line:
        return tell(execute(plan, data_dir.exports, cancel, line.take, asked=asked))


def _plan(options: Options, items: list[ExportItem]) -> ExportPlan:
    if options.target is None:
        folder = options.lists[0].parent if options.lists else options.thumbnails
        assert options.album is not None and folder is not None
        return plan_of_lists(folder.absolute(), len(items))
    assert options.album is not None
    return plan_export(
        items,
        ExportOptions(
            options.target,
            How(options.how),
            options.layout,
            options.sidecars,
            archive_name=options.album.absolute().name or "photos",
        ),
    )


def _tell_plan(options: Options, plan: ExportPlan) -> int:
    for path in (*options.lists, *([options.thumbnails] if options.thumbnails else [])):
        print(f"write  {printable(display_name(path))}")
    if options.target is not None:
        print_plan(plan)
    return EXIT_SOME_UNREADABLE if plan.unreadable else EXIT_OK


def _asked(options: Options, items: list[ExportItem], name: str, data_dir: DataDir) -> Asked:
    """Return the lists and small JPEGs that are to be made."""
    folder = options.thumbnails
    return Asked(
        name,
        tuple(items),
        data_dir.thumbnails,
        tuple(path.absolute() for path in options.lists),
        small_paths(items, folder.absolute()) if folder is not None else (),
        options.thumbnail_size,
    )


def chosen_items(
    job: CullJob, what: str, settings: Settings, data_dir: DataDir, to: str = "export"
) -> list[ExportItem]:
    """Return the photos that `what` names. Raises NothingToDoError when there are none `to` do that with.

    Raises KeyboardInterrupt when Ctrl+C stopped the reading: some of the photos are not what was asked for.
    """
    result = run_cull(replace(job, tell_models=asks_for_picks(what)), settings, data_dir)
    if result.finished is None or result.finished.cancelled:
        raise KeyboardInterrupt
    items = choose(items_of(result, data_dir), what)
    if not items:
        none = _NOTHING.get(what, f"photos that are {what}.")
        hint = recursive_hint(job).removeprefix(" itself; ")
        more = f" {hint[0].upper()}{hint[1:]}." if hint else ""
        raise NothingToDoError(f"There is nothing to {to}: {result.album} has no {none}{more}")
    return items


def _recover(which: str, data_dir: DataDir) -> int:
    folder = data_dir.exports
    journal = the_last(folder) if which == "undo" else the_unfinished(folder)
    with interruptible() as cancel, ExportLine() as line:
        if which == "resume":
            return tell(go_on(journal, cancel, line.take))
        return tell(revert(journal, cancel, line.take))


def tell(report: ExportReport | RevertReport) -> int:
    """Print what was done and return the exit code."""
    whole, said = report.complete, report.summary()
    if isinstance(report, ExportReport) and report.interrupted:
        said += " `export --resume` goes on, `export --rollback` takes it back."
    print(printable(said), file=sys.stdout if whole else sys.stderr)
    if report.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_OK if whole else EXIT_SOME_UNREADABLE


def print_plan(plan: ExportPlan) -> None:
    """Print every action of a plan, what is left out, and the room it takes."""
    for action in plan.actions:
        source, target = (printable(display_name(path)) for path in (action.source, action.target))
        renamed = "  (new name: the other was taken)" if action.renamed else ""
        print(f"{action.how.value}  {source} -> {target}  {megabytes(action.bytes)}{renamed}")
    for path in plan.already_there:
        print(f"nothing  {printable(display_name(path))}: an identical copy is there")
    for path, reason in plan.unreadable:
        print(f"left out  {printable(display_name(path))}: {reason}")
    print(
        f"{counted(plan.photos, 'photo')}, {counted(len(plan.actions), 'file')}, "
        f"{megabytes(plan.total_bytes)}; {megabytes(plan.needed_bytes)} needed, "
        f"{megabytes(plan.free_bytes)} free. Nothing was written."
    )
