"""Runs Python in a process of its own, with a real window where there is a screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_python(*arguments: object) -> str:
    """Return what it printed; fail with its errors when it does not end well."""
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_session(module: str, *arguments: object) -> dict:
    """Return the JSON that a session prints last."""
    return json.loads(run_python("-m", f"tests.e2e.{module}", *arguments).splitlines()[-1])
