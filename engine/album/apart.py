"""Has files decoded in processes of their own: one that crashes or hangs a decoder costs only itself."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.album.decode import Decoded
from engine.album.reading import one_large_image
from engine.errors import PhotoError
from engine.paths import PROJECT_ROOT
from engine.types import Metadata

PATIENCE = 6.0  # seconds of work after which a decoder is taken for hanging
LONGEST = 60.0  # seconds that one may take where the machine gives it no time
_LOOK_EVERY = 0.5  # seconds
_IDLE = max(1, os.cpu_count() or 1)  # decoders that wait for work

CRASHED, HUNG = "its decoder crashed", "decoding did not come to an end"  # in what is said of a file
_COMMAND = (
    "import sys; sys.path.insert(0, sys.argv[1]); from engine.album.decoder_process import serve; serve()"
)


def decode_apart(path: Path, long_side: int) -> Decoded:
    """Decode a file in another process. Raises PhotoError; also when the decoder died or hung."""
    request = {"do": "decode", "path": str(path), "long_side": long_side, "large": False}
    head, pixels = _ask(request, path)
    if head.get("large"):  # large ones take turns, so as not to fill memory
        with one_large_image:
            head, pixels = _ask(request | {"large": True}, path)
    image = np.frombuffer(pixels, np.uint8).reshape(head["shape"])
    return Decoded(image, *head["full"])


def metadata_apart(path: Path) -> Metadata:
    """Read the metadata that only a native library can read. Raises PhotoError."""
    from engine.album.decoder_process import load_metadata

    head, _ = _ask({"do": "inspect", "path": str(path), "large": True}, path)
    return load_metadata(head["metadata"])


def _ask(request: dict[str, Any], path: Path) -> tuple[dict[str, Any], bytes]:
    decoder = _pool.take()
    head, pixels, trouble = decoder.ask(request)
    if trouble:
        raise PhotoError(path, trouble)
    _pool.give_back(decoder)
    if "error" in head:
        raise PhotoError(path, head["error"])
    return head, pixels


class _Decoder:
    """One process; used by one thread at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND, str(PROJECT_ROOT)],  # -P: no numpy.py of the start folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes, str]:
        """Return the head of the answer, the pixels, and what went wrong with the process, or nothing."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with _Watch(self.process) as watch:
            try:
                self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
                head: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
                size = int(np.prod(head["shape"])) if "shape" in head else 0
                pixels = self.process.stdout.read(size) if size else b""
            except OSError:
                head, pixels, size = {}, b"", 0
        if head and len(pixels) == size:
            return head, pixels, ""
        return {}, b"", self._trouble(watch)

    def _trouble(self, watch: _Watch) -> str:
        self.close()
        if watch.hung:
            return f"is damaged ({HUNG})"
        return f"is damaged ({CRASHED}: {_end_in_words(self.process.returncode)})"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class _Watch:
    """Kills a decoder that works on one file for too long."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="framepick-decoder-watch", daemon=True)
        self._began, self._cpu = time.monotonic(), _cpu_seconds(process)
        self.hung = False

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            waited = time.monotonic() - self._began
            worked = _cpu_seconds(self._process) - self._cpu
            if waited > LONGEST or (waited > PATIENCE and worked > PATIENCE):
                self.hung = True
                self._process.kill()
                return


def _cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    try:
        times = psutil.Process(process.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _end_in_words(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class _Pool:
    """Decoders that wait for work."""

    def __init__(self) -> None:
        self._waiting: list[_Decoder] = []
        self._lock = threading.Lock()

    def take(self) -> _Decoder:
        with self._lock:
            while self._waiting:
                decoder = self._waiting.pop()
                if decoder.process.poll() is None:
                    return decoder
                decoder.close()
        return _Decoder()

    def give_back(self, decoder: _Decoder) -> None:
        with self._lock:
            if len(self._waiting) < _IDLE:
                self._waiting.append(decoder)
                return
        decoder.close()

    def close(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for decoder in waiting:
            decoder.close()

    def forget(self) -> None:
        """After a fork: the decoders belong to the parent."""
        self._lock = threading.Lock()
        self._waiting = []


_pool = _Pool()
atexit.register(_pool.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def close_decoders() -> None:
    """End the processes that wait for work; the next file starts new ones."""
    _pool.close()
