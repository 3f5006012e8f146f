"""One line of progress on the terminal: count, photos/s, time left."""

from __future__ import annotations

import sys

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn

from engine.cli.bar import Bar
from engine.events import Event, Notice
from engine.events import Progress as ProgressEvent
from engine.progress import STAGES, speed_text
from engine.words import counted


class ProgressLine(Bar):
    """Shows progress events on stderr; nothing where that is not a terminal."""

    def __init__(self, say_scoring: bool = False) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
        )
        self._say_scoring = say_scoring
        self._tasks: dict[str, TaskID] = {}

    def take(self, event: Event) -> None:
        """Show a progress event; tell a notice at once."""
        match event:
            case ProgressEvent(stage, done, total):
                task = self._tasks.get(stage)
                if task is None:
                    self._tell_scoring(event)
                    task = self.progress.add_task(STAGES[stage], total=total, speed="")
                    self._tasks[stage] = task
                self.progress.update(task, completed=done, speed=speed_text(event))
            case Notice(text):
                print(text, file=sys.stderr)
            case _:
                pass

    def _tell_scoring(self, first: ProgressEvent) -> None:
        if self._say_scoring and first.stage == "score":
            print(f"Scores are missing for {counted(first.total, 'photo')}: scoring first.", file=sys.stderr)
