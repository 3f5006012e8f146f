"""One line of progress of an export on the terminal: files, speed, time left."""

from __future__ import annotations

from rich.progress import BarColumn, TextColumn

from engine.cli.bar import Bar
from engine.export.report import ExportProgress, progress_words
from engine.words import printable


class ExportLine(Bar):
    """Shows the progress of an export on stderr; nothing where that is not a terminal."""

    def __init__(self) -> None:
        super().__init__(BarColumn(), TextColumn("{task.description}", markup=False))
        self._task = self.progress.add_task("", total=1)

    def take(self, progress: ExportProgress) -> None:
        self.progress.update(
            self._task,
            total=max(1, progress.bytes_total or progress.total),
            completed=progress.bytes_done if progress.bytes_total else progress.done,
            description=printable(progress_words(progress)),
        )
