"""Imports MediaPipe without what it draws and records with: 38 MB and, on a busy machine, a second less.

MediaPipe imports matplotlib to draw landmarks and sounddevice to record. Nobody here asks it for either.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from engine.models.offline import keep_offline
from engine.models.preload import MEDIAPIPE, preload

UNUSED = ("matplotlib", "matplotlib.pyplot", "sounddevice")


def import_mediapipe() -> None:
    """Import MediaPipe, kept from the network; afterwards the usual imports of it find it loaded."""
    keep_offline()
    preload(*MEDIAPIPE)
    with _empty(UNUSED):
        import mediapipe.tasks.python.vision  # noqa: F401


@contextmanager
def _empty(names: tuple[str, ...]) -> Iterator[None]:
    """Put empty modules in the place of those that are not loaded yet, for a while."""
    put = {name: ModuleType(name) for name in names if name not in sys.modules}
    for name, module in put.items():
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent in put:
            setattr(put[parent], child, module)
    try:
        yield
    finally:
        for name, module in put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
