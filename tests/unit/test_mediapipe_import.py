"""MediaPipe is imported without what it draws with, and whoever wants to draw later still can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_matplotlib_is_not_loaded_and_works_afterwards() -> None:
    said = run(
        "import sys\n"
        "from engine.models.mediapipe_import import import_mediapipe\n"
        "import_mediapipe()\n"
        "from mediapipe.tasks.python import vision\n"
        "print(vision.FaceLandmarker.__name__, 'matplotlib' in sys.modules)\n"
        "import matplotlib\n"
        "from matplotlib.figure import Figure\n"
        "import matplotlib.pyplot as plt\n"
        "print(Figure().add_subplot().plot([1, 2]) != [], callable(plt.subplots))\n"
    )
    assert said == "FaceLandmarker False\nTrue True"


def test_what_is_loaded_already_stays() -> None:
    said = run(
        "import matplotlib.pyplot as before\n"
        "from engine.models.mediapipe_import import import_mediapipe\n"
        "import_mediapipe()\n"
        "import matplotlib.pyplot as after\n"
        "print(before is after, callable(after.subplots))\n"
    )
    assert said == "True True"
