"""The one OpenVINO core of this process."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from engine.models.offline import import_openvino

if TYPE_CHECKING:
    import openvino

_making = threading.Lock()


def openvino_core() -> openvino.Core:
    """Return the core that reads and compiles all networks, for as long as the program runs.

    The engine of a core gives the thread that it is made in another stack for signals, where the CPU has AMX,
    and puts back what was there before when it ends. Of two engines that end in the order in which they were
    made, the second puts back the stack of the first, which is gone: then Ctrl+C is a crash. Seen with
    OpenVINO 2026.4.1.
    """
    with _making:
        return _core()


@cache
def _core() -> openvino.Core:
    return import_openvino().Core()
