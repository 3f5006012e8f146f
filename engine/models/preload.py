"""Loads large native libraries without holding Python's interpreter, so that the window stays alive.

`import torch` maps gigabytes of libraries with the interpreter held: every other thread stands still. A call
through ctypes lets go of it; once a library is mapped, importing it is quick.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger(__name__)

TORCH = ("torch", "lib/libtorch_cuda.so", "lib/libtorch_cpu.so")
MEDIAPIPE = ("mediapipe", "tasks/c/libmediapipe.so")


def preload(package: str, *libraries: str) -> None:
    """Map those libraries of a package that are there. On Linux only; elsewhere importing does it all."""
    spec = find_spec(package) if sys.platform == "linux" else None
    if spec is None or not spec.submodule_search_locations:
        return
    folder = Path(spec.submodule_search_locations[0])
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for library in libraries:
        path = folder / library
        if path.is_file() and not dlopen(os.fsencode(path), os.RTLD_LAZY | os.RTLD_LOCAL):
            log.debug("%s was not mapped ahead", path)
