"""One line of progress of an export on the terminal: files, speed, time left."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from engine.export.report import ExportProgress, progress_words
from engine.words import printable


class ExportLine:
    """Shows the progress of an export on stderr; nothing where that is not a terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("", total=1)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def take(self, progress: ExportProgress) -> None:
        self._progress.update(
            self._task,
            total=max(1, progress.bytes_total or progress.total),
            completed=progress.bytes_done if progress.bytes_total else progress.done,
            description=printable(progress_words(progress)),
        )
