"""Runs albums from a QThread, by default in another process. The only file of the engine that knows Qt.

The pipeline's events reach the window as queued signals with a job id, a few batches per second. One job runs
at a time; a new one waits until the cancelled one has let go. Each job has a cancel token of its own.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from PySide6.QtCore import QObject, QThread, Signal, Slot

from engine.errors import FramepickError
from engine.events import CancelToken, Event
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.run_apart import EngineProcess
from engine.run_batches import run_in_batches
from engine.run_process import stopped_by
from engine.settings import Settings
from engine.threads import let_others_go_first

log = logging.getLogger(__name__)


class _Runner(QObject):
    """Lives on the worker thread."""

    events = Signal(int, list)
    failed = Signal(int, str)

    def __init__(self, settings: Settings, data_dir: DataDir) -> None:
        super().__init__()
        self._settings = settings
        self._data_dir = data_dir
        self._process = EngineProcess() if settings.performance.own_process else None

    @Slot()
    def get_ready(self) -> None:
        if self._process is not None:
            self._process.get_ready()

    @Slot(int, object, object)
    def run(self, job_id: int, job: CullJob, cancel: CancelToken) -> None:
        if self._process is None:
            let_others_go_first()
        try:
            for batch in self._batches(job, cancel):
                self.events.emit(job_id, batch)
        except FramepickError as error:
            self.failed.emit(job_id, str(error))
        except Exception as error:  # a fault of our own: without a word the window would wait for ever
            log.exception("The engine stopped on %s", job.album)
            self.failed.emit(job_id, stopped_by(error))

    def _batches(self, job: CullJob, cancel: CancelToken) -> Iterator[list[Event]]:
        run = run_in_batches if self._process is None else self._process.run_in_batches
        return run(job, self._settings, self._data_dir, cancel)

    def close(self) -> None:
        """End the process of runs. Call once the thread is gone."""
        if self._process is not None:
            self._process.close()


def beside_a_window(settings: Settings) -> Settings:
    """Return settings whose decoding leaves a core to the window, unless they say how many it may have.

    On 2 cores the next photo comes in 8 ms in place of 13 then, and scoring is an eighth slower meanwhile
    (medians of `benchmark navigation`, 30 JPEGs of 24 MP, when albums ran on a thread of the window).
    """
    if settings.performance.decode_threads:
        return settings
    threads = max(1, (os.cpu_count() or 1) - 1)
    performance = settings.performance.model_copy(update={"decode_threads": threads})
    return settings.model_copy(update={"performance": performance})


class Engine(QObject):
    """The window's side of the worker. Signals carry the job id; drop those of other jobs."""

    events = Signal(int, list)  # job id, [Event, ...]
    failed = Signal(int, str)  # job id, what to tell the photographer
    _requested = Signal(int, object, object)

    def __init__(self, settings: Settings, data_dir: DataDir, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName("framepick-engine")
        self._runner = _Runner(beside_a_window(settings), data_dir)
        self._runner.moveToThread(self._thread)
        self._thread.started.connect(self._runner.get_ready)
        self._requested.connect(self._runner.run)
        self._runner.events.connect(self.events)
        self._runner.failed.connect(self.failed)
        self._cancel = CancelToken()
        self._job_id = 0
        self._thread.start(QThread.Priority.LowPriority)

    def start(self, job: CullJob) -> int:
        """Cancel what runs, queue `job`, return its id."""
        self._cancel.cancel()
        self._cancel = CancelToken()
        self._job_id += 1
        self._requested.emit(self._job_id, job, self._cancel)
        return self._job_id

    def cancel(self) -> None:
        self._cancel.cancel()

    def only_read(self) -> None:
        """Have what runs read all photos and score none."""
        self._cancel.only_read()

    def shutdown(self) -> None:
        """Cancel, and wait until the worker thread is gone."""
        self._cancel.cancel()
        self._thread.quit()
        self._thread.wait()
        self._runner.close()
