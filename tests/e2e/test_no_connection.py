"""No connection at all: every call to the network of a whole session, watched by strace.

Opening, scoring, reviewing and exporting in the real window; sidecars and writing into photos on the command
line. Skipped, visibly, where strace is not installed or not allowed to watch.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data_dirs import with_models
from tests.e2e.programs import ROOT

_OUT = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg|bind)\(.*AF_INET6?\b")


def _strace() -> str | None:
    """Return the program, where it is there and may watch a child."""
    program = shutil.which("strace")
    if program is None:
        return None
    tried = subprocess.run([program, "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return program if tried.returncode == 0 else None


STRACE = _strace()
pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed, or may not watch a child")


def connections(log: Path, *arguments: object) -> list[str]:
    """Run Python, watched with all its children; return each call that names a network address.

    A socket that is only opened connects to nothing; libraries open one to ask for names of interfaces.
    """
    assert STRACE is not None
    command = [STRACE, "-f", "--seccomp-bpf", "-qq", "-e", "trace=%network", "-o", str(log)]
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    done = subprocess.run(
        [*command, sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in log.read_text(errors="replace").splitlines() if _OUT.search(line)]


def test_the_watch_sees_a_connection(tmp_path: Path):
    code = "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('127.0.0.1', 9))"
    assert len(connections(tmp_path / "log", "-c", code)) == 1


def test_a_session_in_the_window_makes_none(small_album: Path, tmp_path: Path, weights_dir: Path):
    data = with_models(tmp_path / "data", weights_dir).root
    session = ("-m", "tests.e2e.window_session", small_album, data, tmp_path / "selection")
    assert connections(tmp_path / "log", *session) == []
    assert len(list((tmp_path / "selection").glob("*.JPG"))) == 2


def test_the_commands_make_none(small_album: Path, tmp_path: Path):
    main = ("main.py", "--data-dir", tmp_path / "data")
    commands = [
        ("cull", small_album),
        ("decide", small_album, "IMG_0001.JPG", "accept"),
        ("sidecars", small_album, "--write"),
        ("sidecars", small_album, "--read"),
        ("export", small_album, "--to", tmp_path / "out", "--list", tmp_path / "list.html"),
        ("export", "--undo"),
    ]
    if shutil.which("exiftool"):
        commands.append(("sidecars", small_album, "--write", "--into-files"))
    for command in commands:
        assert connections(tmp_path / "log", *main, *command) == [], command
