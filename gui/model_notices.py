"""Tells of models that were asked for and are not at work: nobody should have to look for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from engine.types import ModelState, ModelStatus
from gui.messages import Messages
from gui.wording import ROLE_TITLES


class ModelNotices(QObject):
    """Says it once when it is known, and once more at the end of each run, as the last word on it."""

    def __init__(self, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._messages = messages
        self._wanting: tuple[str, ...] = ()

    @Slot(object)
    def take_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        wanting = tuple(notice(status) for status in statuses if is_wanting(status))
        for text in wanting:
            if text not in self._wanting:
                self._messages.warn(text)
        self._wanting = wanting

    @Slot()
    def tell_again(self) -> None:
        for text in self._wanting:
            self._messages.warn(text)


def is_wanting(status: ModelStatus) -> bool:
    """Tell whether a model failed, knows nothing, or the photographer's own file for it is not there."""
    own = status.checkpoint is not None and not status.embedded_default
    if status.state in (ModelState.FAILED, ModelState.MISSING):
        return own or status.state is ModelState.FAILED
    return status.warning is not None


def notice(status: ModelStatus) -> str:
    if status.warning and status.state not in (ModelState.FAILED, ModelState.MISSING):
        return f"{ROLE_TITLES[status.role]} model {status.name}: {status.warning}"
    return f"{ROLE_TITLES[status.role]} model {status.state}: {status.reason}"
