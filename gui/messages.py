"""One place where the program speaks. What is said before the window exists is kept until it does."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

log = logging.getLogger(__name__)


class Tone(StrEnum):
    """How a message is meant. The value is the `tone` property of the style sheet."""

    INFO = "muted"
    WARNING = "warn"
    ERROR = "bad"


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    tone: Tone
    at: datetime


_LOG_LEVELS = {Tone.INFO: logging.INFO, Tone.WARNING: logging.WARNING, Tone.ERROR: logging.ERROR}
HISTORY_LIMIT = 500


class Messages(QObject):
    """Keeps what was said; `said` tells the message bar. Safe to call from any thread through `post`."""

    said = Signal(object)  # Message
    posted = Signal(str, str)  # text, tone; may be emitted on any thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: list[Message] = []
        self.posted.connect(self._take)

    def info(self, text: str) -> None:
        self._say(text, Tone.INFO)

    def warn(self, text: str) -> None:
        self._say(text, Tone.WARNING)

    def error(self, text: str) -> None:
        self._say(text, Tone.ERROR)

    def post(self, text: str, tone: Tone) -> None:
        """Say something from whichever thread this is; it is shown by the GUI thread."""
        self.posted.emit(text, tone.value)

    @Slot(str, str)
    def _take(self, text: str, tone: str) -> None:
        self._say(text, Tone(tone))

    def _say(self, text: str, tone: Tone) -> None:
        log.log(_LOG_LEVELS[tone], "%s", text)
        message = Message(text, tone, datetime.now())
        self.history.append(message)
        self._forget_some()
        self.said.emit(message)

    def _forget_some(self) -> None:
        """Keep the history short; a warning is forgotten only where there is nothing else."""
        if len(self.history) > HISTORY_LIMIT:
            at = next((at for at, each in enumerate(self.history) if each.tone is Tone.INFO), 0)
            del self.history[at]
