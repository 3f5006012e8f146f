"""Runs all tests. Called by make.

Where two cores and enough memory are free, the tests of the engine run beside all others; else one after the
other. Each half is a pytest of its own, as `python -m pytest` with these folders, and has a cache of its own:
nothing is shared but the screen, on which only tests/e2e opens windows.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
ENGINE, OTHERS = ["tests/unit"], ["tests", "--ignore=tests/unit"]  # a new folder is never left out
MEMORY_OF_BOTH = 8 * (1 << 30)  # 1.8 and 2.0 GiB at their peak, and up to three programs that tests start
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container; "max" where there is none


def side_by_side() -> bool:
    """Tell whether there is room for two processes that load all networks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1 and free_memory() >= MEMORY_OF_BOTH


def free_memory() -> int:
    """Return the bytes of memory that are free, or those that a container may have at most."""
    free = psutil.virtual_memory().available
    limit = MEMORY_LIMIT.read_text(encoding="ascii").strip() if MEMORY_LIMIT.is_file() else "max"
    return free if limit == "max" else min(free, int(limit))


def run_both() -> int:
    """Run both halves; the others' report follows that of the engine. Returns 0 when both passed."""
    env = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // 2)), **os.environ}
    with tempfile.TemporaryFile() as log:
        others = _start([*OTHERS, *_cached_in("others")], env=env, stdout=log, stderr=subprocess.STDOUT)
        engine = _start([*ENGINE, *_cached_in("engine")], env=env)
        try:
            engine.wait()
            _say("the report of all other tests follows when they are done")
            others.wait()
        finally:
            for half in (engine, others):
                half.terminate()  # what has ended already hears nothing
                half.wait()
            log.seek(0)
            shutil.copyfileobj(log, sys.stdout.buffer)
    _say(f"tests/unit {_ended(engine)}; all other tests {_ended(others)}")
    return engine.returncode or others.returncode


def _start(what: list[str], **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "pytest", *what], cwd=ROOT, **options)


def _cached_in(name: str) -> list[str]:
    return ["-o", f"cache_dir=.pytest_cache/{name}"]


def _ended(half: subprocess.Popen[bytes]) -> str:
    return "passed" if half.returncode == 0 else f"FAILED (exit status {half.returncode})"


def _say(text: str) -> None:
    print(f"== {text} ==", flush=True)


def run_all() -> int:
    alone = _start([])
    try:
        return alone.wait()
    finally:
        alone.terminate()
        alone.wait()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    return run_both() if side_by_side() else run_all()


if __name__ == "__main__":
    sys.exit(main())
