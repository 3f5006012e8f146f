"""The log file: what ran, with which model, and what went wrong. It stays on this machine."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from engine.errors import UsageError
from engine.paths import DataDir

# What is said before start_log is on the terminal.
logging.getLogger("engine").addHandler(logging.NullHandler())
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_log(data_dir: DataDir) -> None:
    """Send the program's log to the data directory. Raises UsageError when that cannot be written."""
    logging.raiseExceptions = False  # a log that cannot be written must not fill the terminal
    root = logging.getLogger("engine")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.addHandler(logging.NullHandler())  # until the file is there: what is said is on the terminal already
    try:
        data_dir.log.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            data_dir.log, maxBytes=2_000_000, backupCount=3, encoding="utf-8", errors="backslashreplace"
        )
    except OSError as error:
        raise UsageError(
            f"The data directory {data_dir.root} cannot be written: {error.strerror}. "
            "Choose another with --data-dir."
        ) from error
    handler.setFormatter(logging.Formatter(_FORMAT))
    for name in ("engine", "gui"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.handlers = [handler]
        logger.propagate = False
