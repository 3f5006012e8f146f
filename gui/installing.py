"""Installs the embedded weights in the background, only when asked."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from engine.models.install import InstallResult, install
from engine.paths import DataDir
from gui.background import Task
from gui.messages import Messages


class Installation(QObject):
    """One installation at a time."""

    progressed = Signal(object)  # InstallProgress
    ended = Signal()

    def __init__(self, data_dir: DataDir, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._data_dir, self._messages = data_dir, messages
        self._task: Task | None = None

    @Slot()
    def start(self) -> None:
        if self._task is not None:
            return
        data_dir = self._data_dir
        task = Task(
            "framepick-install",
            lambda cancel, report: install(data_dir.models, data_dir.downloads, report=report),
            self,
        )
        task.progressed.connect(self.progressed)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        self._task = task
        self._messages.info("Installing the embedded models…")
        task.start()

    def stop(self) -> None:
        if self._task is not None:
            self._task.stop()
            self._task = None

    @Slot(object)
    def _succeed(self, result: InstallResult) -> None:
        self._messages.info(result.summary)
        self._end()

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._messages.error(text)
        self._end()

    def _end(self) -> None:
        self.stop()
        self.ended.emit()
