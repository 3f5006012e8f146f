"""How threads share the machine: photos are the unit of parallel work, and the window comes first."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

NICENESS = 10  # of 19


def one_thread_for_algebra() -> None:
    """Have OpenBLAS start no threads of its own, unless the user says so. Call before numpy is imported.

    Its helpers spin while they wait: learned quality took 160 ms of CPU per photo with them, 81 without.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def one_thread_for_pictures() -> None:
    """Have OpenCV start no threads of its own, unless the user says so. Call before it is imported.

    Processes that are started from here inherit it: photos are their unit of parallel work, too.
    Where two of them write to fresh memory at once, Linux takes far longer to hand it out: to turn round the
    colours of a picture of 1,350 x 900 took 29 ms in place of 5 (on 2 virtual cores).
    """
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")


def let_others_go_first() -> None:
    """Have this thread, and those that it starts, yield to the rest of the program. Linux only.

    A thread's priority means nothing to Linux under its usual policy; its niceness does, and there every
    thread has one of its own (`man 2 setpriority`), which its children take over. For work that leaves the
    interpreter to others: a thread that waits for a core while it holds that has the window wait, too.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))  # it may be nicer already
        with suppress(OSError):  # a sandbox may forbid it: the window is a little less quick then
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
