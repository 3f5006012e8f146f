"""Runs self-tests of models in the background, one at a time, and shows them in the Models panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.checking.questions import Stopped
from engine.checking.report import CheckReport
from engine.checking.role_check import check_role
from engine.events import CancelToken
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import ModelStatus, Role
from gui.background import Task
from gui.check_row import CheckRow
from gui.status_panel import StatusPanel

BUSY = "Another model is being checked; wait for it, or stop it."


class Checking(QObject):
    """The check that runs now, if any. Asking for it again stops it."""

    found = Signal(object, object)  # Role, and the warning that belongs to its name (None: it works)

    def __init__(self, settings: Settings, data_dir: DataDir, panel: StatusPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._data_dir, self._panel = settings, data_dir, panel
        self._task: Task | None = None
        self._role = Role.AESTHETIC
        panel.check_wanted.connect(self.toggle)

    @Slot(object)
    def toggle(self, status: ModelStatus) -> None:
        """Check a model; stop when it is being checked already."""
        if self._task is None:
            self._start(status)
        elif status.role is self._role:
            self._task.cancel()
        else:
            self._panel.card(status.role).check.show_end(BUSY, "muted")

    def _start(self, status: ModelStatus) -> None:
        settings, data_dir = self._settings, self._data_dir

        def work(cancel: CancelToken, report: Callable[[Any], None]) -> CheckReport | None:
            def tell(done: int, total: int) -> None:
                report((done, total))

            try:
                return check_role(status, settings, data_dir, tell, cancel)
            except Stopped:
                return None

        self._role = status.role
        task = Task("framepick-check", work, self)
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        self._task = task
        self._row.show_progress(0, 0)
        task.start()

    @property
    def _row(self) -> CheckRow:
        return self._panel.card(self._role).check

    def stop(self) -> None:
        if self._task is not None:
            self._task.stop()
            self._task = None

    @Slot(object)
    def _progress(self, step: tuple[int, int]) -> None:
        self._row.show_progress(*step)

    @Slot(object)
    def _succeed(self, report: CheckReport | None) -> None:
        self.stop()
        if report is None:
            self._row.show_end("Stopped: nothing was found out.", "muted")
            return
        self._row.show_report(report)
        if report.sha256 is not None:
            self.found.emit(self._role, report.at_name)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.stop()
        self._row.show_end(text)
