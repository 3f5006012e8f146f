"""Runs one function on a thread of its own and reports back to the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from engine.errors import FramepickError, first_line
from engine.events import CancelToken

log = logging.getLogger(__name__)

Work = Callable[[CancelToken, Callable[[Any], None]], Any]


class Task(QThread):
    """Calls `work(cancel, report)` once. Connect the signals to methods of QObjects only."""

    progressed = Signal(object)  # whatever `work` handed to `report`
    succeeded = Signal(object)  # what `work` returned
    failed = Signal(str)  # what to tell the photographer

    def __init__(self, name: str, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._work = work
        self._cancel = CancelToken()

    def run(self) -> None:
        try:
            result = self._work(self._cancel, self.progressed.emit)
        except FramepickError as error:
            self.failed.emit(str(error))
        except Exception as error:  # a fault of our own: without a word the dialog would wait for ever
            log.exception("%s stopped", self.objectName())
            self.failed.emit(f"{self.objectName()} stopped: {first_line(error)}. Details are in the log.")
        else:
            self.succeeded.emit(result)

    def cancel(self) -> None:
        self._cancel.cancel()

    def stop(self) -> None:
        """Cancel, and wait until the thread is gone."""
        self.cancel()
        self.wait()
