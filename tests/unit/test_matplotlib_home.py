"""matplotlib finds a place for its caches and says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import sys
from pathlib import Path
from engine.matplotlib_home import settle_matplotlib
from engine.paths import DataDir
settle_matplotlib(DataDir(Path(sys.argv[1])))
import matplotlib.font_manager
print(matplotlib.get_cachedir())
"""


@pytest.mark.parametrize("own", [False, True])
def test_without_a_home_it_is_quiet_and_a_place_of_the_users_own_stays(tmp_path: Path, own: bool):
    environment = {key: value for key, value in os.environ.items() if key != "MPLCONFIGDIR"}
    environment["HOME"] = "/proc/nowhere"
    place = tmp_path / "data" / "cache" / "matplotlib"
    if own:
        place = tmp_path / "mine"
        environment["MPLCONFIGDIR"] = str(place)
    command = [sys.executable, "-c", CODE, str(tmp_path / "data")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stderr == ""
    assert done.stdout.strip() == str(place)
