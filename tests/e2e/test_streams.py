"""Odd standard streams and odd places for --json: what is printed must not decide what is done."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.json_file import refuse_unwritable, write_json

ROOT = Path(__file__).resolve().parents[2]
posix_only = pytest.mark.skipif(os.name != "posix", reason="shells of Windows have no such redirections")
linux_only = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RUN": f"{sys.executable} main.py"}
    bash = ["bash", "-c", line]
    return subprocess.run(bash, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)


@posix_only
@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-", "| true"])
def test_closed_streams_change_no_exit_code(tmp_path: Path, streams: str):
    done = _shell(f"$RUN --data-dir {tmp_path / 'd'} cull {tmp_path} {streams}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 5, done.stderr  # no photos
    assert "Traceback" not in done.stderr


@posix_only
def test_a_closed_output_is_not_the_library(tmp_path: Path):
    _shell(f"$RUN --data-dir {tmp_path} decide {tmp_path} x.jpg accept >&- 2>&-")
    assert _shell(f"$RUN --data-dir {tmp_path} models >&- 2>&-").returncode == 0
    assert "Model Status" not in (tmp_path / "logs" / "framepick.log").read_text()


@linux_only
def test_output_that_cannot_be_written_is_told(tmp_path: Path):
    done = _shell(f"$RUN --data-dir {tmp_path} models > /dev/full")
    assert done.returncode == 2
    assert done.stderr.strip().endswith("Not all of the output could be written: No space left on device.")


@posix_only
def test_a_user_without_a_home_is_told_of_data_dir(tmp_path: Path):
    line = (
        "import os, main; os.path.expanduser = lambda path: path; "
        "main.sys.argv[1:] = ['models']; exit(main.main())"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("--data-dir DIR") == 1 and "Traceback" not in done.stderr


def test_json_goes_straight_into_what_is_no_file(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refuse_unwritable(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    write_json(pipe, {"a": 1})
    said, _ = reader.communicate(timeout=30)
    assert json.loads(said) == {"a": 1}
    assert stat.S_ISFIFO(pipe.stat().st_mode) and [p.name for p in tmp_path.iterdir()] == ["pipe"]


def test_json_behind_a_link_leaves_the_link(tmp_path: Path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "real.json")
    for value in (1, 2):
        write_json(link, {"a": value})
        assert link.is_symlink()
        assert json.loads((tmp_path / "there" / "real.json").read_text()) == {"a": value}
