"""`models`: status of every role; install and verify the embedded default weights; check a file."""

from __future__ import annotations

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from engine.cli import tables
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.errors import EXIT_NOTHING_DONE, EXIT_OK, UsageError
from engine.models.install import InstallProgress, WeightsState, install, verify
from engine.models.prepare import prepare
from engine.models.registry import build_lineup
from engine.paths import DataDir
from engine.report import status_as_json
from engine.settings import Settings
from engine.words import counted


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    if options.action == "install":
        return _install(options, settings, data_dir)
    if options.action == "verify":
        return _verify(data_dir)
    if options.action == "check":
        from engine.cli.check import run as check

        return check(options, settings, data_dir)
    lineup = build_lineup(settings, data_dir)
    tables.print_statuses(lineup.statuses)
    print(f"Data directory: {data_dir.root} (settings: {options.config or _own_settings(data_dir)})")
    if options.json is not None:
        models = [status_as_json(status) for status in lineup.statuses]
        write_json(options.json, {"schema": 1, "device": lineup.device.name, "models": models})
    return EXIT_OK


def _own_settings(data_dir: DataDir) -> str:
    return data_dir.config.name + ("" if data_dir.config.exists() else ", not there: the defaults")


def _install(options: Options, settings: Settings, data_dir: DataDir) -> int:
    if options.source is not None and not options.source.is_dir():
        raise UsageError(
            f"{options.source} is no folder. Give the folder that holds the weights or packages."
        )
    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=tables.console()) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: InstallProgress) -> None:
            name = step.weights.file
            if name not in tasks:
                tasks[name] = progress.add_task(name, step="")
            progress.update(tasks[name], completed=step.done, total=step.total, step=step.stage.value)

        result = install(data_dir.models, data_dir.downloads, options.source, show)
    print(result.summary)
    if result.installed or not data_dir.converted.is_dir():
        for failure in prepare(build_lineup(settings, data_dir)):
            print(failure)
    return EXIT_OK


def _verify(data_dir: DataDir) -> int:
    """Print the state of each weights file; 5 unless all are right."""
    wrong = 0
    for found in verify(data_dir.models):
        wrong += found.state is not WeightsState.OK
        digest = f" (found SHA-256 {found.found})" if found.state is WeightsState.WRONG_HASH else ""
        print(f"{found.path}: {found.state.value}{digest}")
    if wrong:
        print(f"{counted(wrong, 'weights file')} missing or wrong. Run: main.py models install")
    return EXIT_NOTHING_DONE if wrong else EXIT_OK
