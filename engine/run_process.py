"""The process that runs albums for the window: see `engine/run_apart.py`, which starts it.

It reads orders from stdin and answers on stdout, all pickled: both ends are this program. It ends when the
window does.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import time
from dataclasses import dataclass
from logging.handlers import QueueHandler
from queue import SimpleQueue
from typing import Any, BinaryIO

from engine.allocator import return_large_buffers
from engine.errors import FramepickError, first_line
from engine.events import CancelToken
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.run_batches import run_in_batches
from engine.settings import Settings
from engine.threads import let_others_go_first
from engine.types import Role

log = logging.getLogger(__name__)

_LAST_STEP = 30.0  # seconds that what is at work may take once the window is gone


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the window may change its mind about while an album runs."""

    cancelled: bool
    abandoned: bool
    off: frozenset[Role]
    regrouped: int

    @classmethod
    def now(cls, job: CullJob, cancel: CancelToken) -> Wishes:
        return cls(cancel.cancelled, cancel.abandoned, job.switches.off, job.regrouped.count)


@dataclass(frozen=True, slots=True)
class Begin:
    """The order to run an album. One comes only after the run before it has ended."""

    job: CullJob
    settings: Settings
    data_dir: DataDir
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; `trouble` is what to tell where it failed."""

    trouble: str = ""


def serve() -> None:
    """Run albums until there is nobody left to run them for."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the window to answer
    let_others_go_first()
    return_large_buffers()
    outbox = _Outbox(answers)
    _log_to(outbox)
    inbox = _Inbox(sys.stdin.buffer)
    while (order := inbox.next()) is not None:
        begin, cancel = order
        outbox.put(_run(begin, cancel, outbox))


def _run(begin: Begin, cancel: CancelToken, outbox: _Outbox) -> Ended:
    try:
        for batch in run_in_batches(begin.job, begin.settings, begin.data_dir, cancel):
            outbox.put(batch)
    except FramepickError as error:
        return Ended(str(error))
    except Exception as error:  # a fault of our own: without a word the window would wait for ever
        log.exception("The engine stopped on %s", begin.job.album)
        return Ended(stopped_by(error))
    return Ended()


def stopped_by(error: Exception) -> str:
    """Return what to tell of a fault of our own."""
    return f"The engine stopped: {first_line(error)}. Details are in the log."


class _Outbox:
    """Sends answers, from several threads at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def put(self, answer: Any) -> None:
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._file.write(data)
            self._file.flush()


class _Inbox:
    """Takes orders while an album runs, on a thread of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._orders: SimpleQueue[tuple[Begin, CancelToken] | None] = SimpleQueue()
        threading.Thread(target=self._read, name="framepick-orders", daemon=True).start()

    def next(self) -> tuple[Begin, CancelToken] | None:
        """Wait for an album to run; None when the window is gone."""
        return self._orders.get()

    def _read(self) -> None:
        job: CullJob | None = None
        cancel = CancelToken()
        try:
            while True:
                order = pickle.load(self._file)
                if isinstance(order, Begin):
                    job, cancel = order.job, CancelToken()
                    _obey(order.wishes, job, cancel)
                    self._orders.put((order, cancel))
                elif job is not None:
                    _obey(order, job, cancel)
        except (EOFError, pickle.UnpicklingError):
            pass  # the window is gone, perhaps in the middle of an order
        finally:
            cancel.cancel()
            self._orders.put(None)
        time.sleep(_LAST_STEP)
        os._exit(1)  # a step that does not end must not outlive the window


def _obey(wishes: Wishes, job: CullJob, cancel: CancelToken) -> None:
    job.switches.replace(wishes.off)
    job.regrouped.count = wishes.regrouped
    if wishes.abandoned:
        cancel.cancel()
    elif wishes.cancelled:
        cancel.only_read()


class _Sender(QueueHandler):
    """Has the window's process write the log: two that write one file would lose each other's lines."""

    def __init__(self, outbox: _Outbox) -> None:
        super().__init__(SimpleQueue())
        self._outbox = outbox

    def enqueue(self, record: logging.LogRecord) -> None:
        self._outbox.put(record)


def _log_to(outbox: _Outbox) -> None:
    logging.raiseExceptions = False  # a window that is gone must not fill the terminal
    logger = logging.getLogger("engine")
    logger.setLevel(logging.INFO)
    logger.handlers = [_Sender(outbox)]
    logger.propagate = False
