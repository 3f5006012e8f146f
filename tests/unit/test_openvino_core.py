"""OpenVINO beside Python's signals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST_MADE_FIRST_CLOSED = """
import signal
import numpy as np
from engine.models.openvino_cpu import compiled
from engine.models.offline import import_openvino

openvino = import_openvino()
from openvino import opset13 as ops

def network():
    x = ops.parameter([1, 4], np.float32)
    return compiled(openvino.Model([ops.relu(x)], [x]), "f32", 1)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background work ignores it
first, second = network(), network()
del first
del second
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_is_heard_after_networks_were_closed_in_the_order_they_were_opened() -> None:
    """With a core for each, the second to close left a stack for signals that was gone (on CPUs with AMX)."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_MADE_FIRST_CLOSED], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
