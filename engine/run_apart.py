"""Has albums run in a process of their own.

The window shares no interpreter lock with it, so that keys hardly wait for scoring; and a photo that crashes
a decoder or a network takes the run down, not the window.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from engine.errors import EngineError
from engine.events import CancelToken, Event, Notice
from engine.library.repair import take_notes
from engine.paths import PROJECT_ROOT, DataDir
from engine.pipeline import CullJob
from engine.run_process import Begin, Ended, Wishes
from engine.settings import Settings

_TELL_EVERY = 0.02  # seconds between looks at what the window wants
LET_GO = 15.0  # seconds without an answer after which a process that was asked to stop is taken for stuck
_COMMAND = "import sys; sys.path.insert(0, sys.argv[1]); from engine.run_process import serve; serve()"


class EngineProcess:
    """The process that runs albums, one after another. Used by one thread; started when it is needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run_in_batches(
        self, job: CullJob, settings: Settings, data_dir: DataDir, cancel: CancelToken
    ) -> Iterator[list[Event]]:
        """Yield the events of a run. Raises EngineError with what it failed of, or how its process died."""
        process = self._started()
        with self._or_died():
            _send(process, Begin(job, settings, data_dir, Wishes.now(job, cancel)))
        ended: Ended | None = None
        try:
            with _Telling(process, job, cancel) as telling:
                while ended is None:
                    with self._or_died():
                        answer = _receive(process)
                    telling.heard()
                    if isinstance(answer, Ended):
                        ended = answer
                    elif isinstance(answer, logging.LogRecord):
                        logging.getLogger(answer.name).handle(answer)
                    else:
                        yield answer
                    notes = take_notes()  # of what the window itself repaired
                    if notes:
                        yield [Notice(note) for note in notes]
            if ended.trouble:
                raise EngineError(ended.trouble)
        finally:
            if ended is None:
                self.close()  # what it still has to say must not be taken for answers to the next order

    def get_ready(self) -> None:
        """Start the process, so that the first run need not wait for it. That run says what prevents it."""
        with suppress(EngineError):
            self._started()

    def close(self) -> None:
        """End the process. Nothing that it has to keep is lost: between runs, it has nothing to do."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with suppress(OSError):  # what was on its way there
                    pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()  # it died while nobody needed it
        if self._process is None:
            # -P: the folder that the program was started from may hold a numpy.py
            command = [sys.executable, "-P", "-c", _COMMAND, str(PROJECT_ROOT)]
            try:
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            except OSError as error:
                raise EngineError(f"The engine cannot be started: {error.strerror}.") from error
        return self._process

    @contextmanager
    def _or_died(self) -> Iterator[None]:
        """Raise EngineError where the process is gone; the next run gets a new one."""
        try:
            yield
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            process = self._process
            self.close()
            code = process.returncode if process is not None else None
            how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            raise EngineError(
                f"The engine crashed ({how}). Decisions and the scores made so far are kept; "
                "read the album again to go on."
            ) from error


def _send(process: subprocess.Popen[bytes], order: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(order, pickle.HIGHEST_PROTOCOL))
    process.stdin.flush()


def _receive(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return pickle.load(process.stdout)


class _Telling:
    """Meanwhile, tells the process what the window wants; ends it if it is stuck and not wanted any more."""

    def __init__(self, process: subprocess.Popen[bytes], job: CullJob, cancel: CancelToken) -> None:
        self._process, self._job, self._cancel = process, job, cancel
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="framepick-wishes", daemon=True)
        self._heard = time.monotonic()

    def __enter__(self) -> _Telling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def heard(self) -> None:
        """Note that the process has answered."""
        self._heard = time.monotonic()

    def _tell(self) -> None:
        told: Wishes | None = None  # what was wanted as the job was sent, nobody knows
        while not self._over.wait(_TELL_EVERY):
            wishes = Wishes.now(self._job, self._cancel)
            if wishes != told:
                if wishes.abandoned and not (told and told.abandoned):
                    self.heard()  # it has all the time from now on
                told = wishes
                with suppress(OSError, ValueError):  # it died: whoever reads its answers will say so
                    _send(self._process, wishes)
            if wishes.abandoned and time.monotonic() - self._heard > LET_GO:
                self._process.kill()
