"""What is free goes back to the system: many small pictures, one of them kept in between."""

import subprocess
import sys

import pytest

_CODE = """
import psutil
from engine.allocator import give_back_free_memory, return_large_buffers
return_large_buffers()
process = psutil.Process()
kept, gone = [], []
for number in range(600):
    (kept if number % 20 == 0 else gone).append(b"x" * 390_000)
gone.clear()
before = process.memory_info().rss
print(give_back_free_memory(), (before - process.memory_info().rss) / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="tells glibc's allocator")
def test_holes_between_pictures_are_given_back():
    done = subprocess.run(
        [sys.executable, "-c", _CODE], capture_output=True, text=True, check=True, timeout=60
    )
    told, megabytes = done.stdout.split()
    assert told == "True"
    assert float(megabytes) > 100
