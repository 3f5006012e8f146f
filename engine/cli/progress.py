"""One line of progress on the terminal: count, photos/s, time left."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from engine.events import Event, Notice
from engine.events import Progress as ProgressEvent
from engine.progress import STAGES, speed_text
from engine.words import counted


class ProgressLine:
    """Shows progress events on stderr; nothing where that is not a terminal."""

    def __init__(self, say_scoring: bool = False) -> None:
        self._say_scoring = say_scoring
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def take(self, event: Event) -> None:
        """Show a progress event; tell a notice at once."""
        match event:
            case ProgressEvent(stage, done, total):
                task = self._tasks.get(stage)
                if task is None:
                    self._tell_scoring(event)
                    task = self._progress.add_task(STAGES[stage], total=total, speed="")
                    self._tasks[stage] = task
                self._progress.update(task, completed=done, speed=speed_text(event))
            case Notice(text):
                print(text, file=sys.stderr)
            case _:
                pass

    def _tell_scoring(self, first: ProgressEvent) -> None:
        if self._say_scoring and first.stage == "score":
            print(f"Scores are missing for {counted(first.total, 'photo')}: scoring first.", file=sys.stderr)
