"""Has albums run in a process of their own.

The window shares no interpreter lock with it, so that keys never wait for scoring; and a photo that crashes a
decoder or a network takes the run down, not the window.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
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
            _send(process, Begin(job, settings, data_dir))
        ended: Ended | None = None
        with _telling(process, job, cancel):
            while ended is None:
                with self._or_died():
                    answer = _receive(process)
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

    def get_ready(self) -> None:
        """Start the process, so that the first run need not wait for it."""
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
        if self._process is None:
            command = [sys.executable, "-c", _COMMAND, str(PROJECT_ROOT)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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


@contextmanager
def _telling(process: subprocess.Popen[bytes], job: CullJob, cancel: CancelToken) -> Iterator[None]:
    """Meanwhile, tell the process what the window wants."""
    over = threading.Event()

    def tell() -> None:
        told: Wishes | None = None  # what was wanted as the job was sent, nobody knows
        while not over.wait(_TELL_EVERY):
            wishes = Wishes.now(job, cancel)
            if wishes != told:
                told = wishes
                with suppress(OSError):  # it died: whoever reads its answers will say so
                    _send(process, wishes)

    teller = threading.Thread(target=tell, name="framepick-wishes", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
