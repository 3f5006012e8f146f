"""Runs one command and returns its exit code."""

from __future__ import annotations

import logging
import sys

from engine.cli import commands
from engine.cli.json_file import refuse_unwritable
from engine.cli.parser import Options
from engine.errors import FramepickError
from engine.library.repair import take_notes
from engine.log import start_log
from engine.matplotlib_home import settle_matplotlib
from engine.paths import DataDir
from engine.settings import Settings, load_settings

log = logging.getLogger(__name__)


def run(options: Options, window_probe: commands.WindowProbe | None = None) -> int:
    """Run the command of `options`; print what went wrong. Returns the exit code (README).

    `window_probe` measures the window for `benchmark speed`; without it only the engine is measured.
    """
    try:
        data_dir = DataDir.resolve(options.data_dir)
        start_log(data_dir)
        settle_matplotlib(data_dir)
        settings = settings_of(options, data_dir)
        if options.json is not None:
            refuse_unwritable(options.json)
        return commands.run(options, settings, data_dir, window_probe)
    except FramepickError as error:
        log.error("%s", error)
        print(error, file=sys.stderr)
        return error.exit_code
    finally:
        for note in take_notes():
            print(note, file=sys.stderr)


def settings_of(options: Options, data_dir: DataDir) -> Settings:
    """Read the settings file that was named, or the data directory's, or the defaults alone."""
    if options.config is not None:
        return load_settings(options.config)
    return load_settings(data_dir.config if data_dir.config.exists() else None)
