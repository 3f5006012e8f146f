"""`benchmark models` as another program would call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.data_dirs import with_models

ROOT = Path(__file__).resolve().parents[2]


def test_every_model_is_measured_on_every_runtime(tmp_path: Path, weights_dir: Path):
    data = with_models(tmp_path / "data", weights_dir).root
    figures = tmp_path / "figures.json"
    command = [
        sys.executable,
        "main.py",
        "benchmark",
        "models",
        "--data-dir",
        str(data),
        "--json",
        str(figures),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    rows = {
        (row["role"], row["runtime"].split()[0]): row for row in json.loads(figures.read_text())["models"]
    }
    on_torch, on_openvino = rows["aesthetic", "torch"], rows["aesthetic", "OpenVINO"]
    assert on_torch["speedup"] == 1.0 and on_torch["max_deviation"] == 0.0
    assert on_openvino["sha256"] == on_torch["sha256"] and on_openvino["sha256"].startswith("e563ad91")
    assert 0.0 <= on_openvino["max_deviation"] < 0.01
    assert on_openvino["load_s"] > 0 and on_openvino["ms_per_photo"] > 0
    assert "e563ad91" in done.stdout
