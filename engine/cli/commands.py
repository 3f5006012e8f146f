"""Sends each command to the function that does it."""

from __future__ import annotations

from collections.abc import Callable

from engine.cli.parser import Options
from engine.paths import DataDir
from engine.settings import Settings

Command = Callable[[Options, Settings, DataDir], int]
WindowProbe = Callable[[], dict[str, float]]  # measures the window, which the engine does not know


def run(
    options: Options, settings: Settings, data_dir: DataDir, window_probe: WindowProbe | None = None
) -> int:
    """Import only what the command needs, and run it."""
    if options.command == "benchmark":
        from engine.cli.benchmark import run as benchmark

        return benchmark(options, settings, data_dir, window_probe)
    return _find(options.command)(options, settings, data_dir)


def _find(name: str) -> Command:
    if name == "cull":
        from engine.cli.cull import run as command
    elif name == "compare":
        from engine.cli.compare import run as command
    elif name == "models":
        from engine.cli.models import run as command
    elif name == "decide":
        from engine.cli.decide import run as command
    elif name == "train":
        from engine.cli.train import run as command
    elif name == "export":
        from engine.cli.export import run as command
    elif name == "reject":
        from engine.cli.reject import run as command
    elif name == "originals":
        from engine.cli.originals import run as command
    else:
        from engine.cli.sidecars import run as command
    return command
