"""Files that mean harm, given to both loaders: nothing runs, nothing crashes, hangs or fills the memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.hostile_files import code_contents, hostile_contents

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(hostile_contents(Path("canary")))
MAX_MEMORY = 2 * 1024**3
LOADING_SECONDS = 240
LONGEST_SENTENCE = 400  # characters beside the file's path
# Loads each file that is named on stdin with both loaders and says what came of it, a line of JSON each.
LOADER = """
import json, sys, time
from pathlib import Path
import psutil
from engine.errors import ModelError
from engine.models.checkpoint import checkpoint_hash
from engine.models.owner_ava import build_ava
from engine.models.owner_siamese import build_siamese

process = psutil.Process()
for line in sys.stdin:
    path = Path(json.loads(line))
    for loader in (build_ava, build_siamese):
        started, said = time.monotonic(), None
        try:
            loader(path, checkpoint_hash(path))
        except ModelError as error:
            said = str(error)
        memory = process.memory_info()
        peak = getattr(memory, "peak_wset", memory.rss)
        if sys.platform.startswith("linux"):
            status = Path("/proc/self/status").read_text()
            peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
        answer = [path.name, loader.__name__, said, time.monotonic() - started, peak]
        print(json.dumps(answer), flush=True)
"""


def load_all(paths: list[Path]) -> dict[str, list[tuple[str | None, float, int]]]:
    """Return, by file name, what each loader said, its seconds and the peak memory of the process."""
    given = "\n".join(json.dumps(str(path)) for path in paths)
    command = [sys.executable, "-W", "ignore", "-c", LOADER]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=ROOT, timeout=LOADING_SECONDS, check=False
    )
    answers: dict[str, list[tuple[str | None, float, int]]] = {}
    for line in done.stdout.splitlines():
        name, _, said, seconds, peak = json.loads(line)
        answers.setdefault(name, []).append((said, seconds, peak))
    assert done.returncode == 0, f"after {list(answers)[-1:]}: {done.stderr[-2000:]}"
    return answers


@pytest.fixture(scope="module")
def canary(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("canary") / "made by a hostile file"


@pytest.fixture(scope="module")
def answers(tmp_path_factory, canary):
    folder = tmp_path_factory.mktemp("hostile")
    paths = []
    for name, content in hostile_contents(canary).items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return load_all(paths)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_file_is_refused_in_one_clear_sentence_by_both_loaders(answers, canary, name):
    assert len(answers[name]) == 2
    for said, seconds, peak in answers[name]:
        assert said is not None, "it was loaded"
        assert name in said and "\n" not in said and said.isprintable()
        assert len(re.sub(r"/\S*hostile\d*/", "", said)) < LONGEST_SENTENCE
        assert seconds < 60 and peak < MAX_MEMORY
        if name.startswith(("code", "bare")):
            assert re.search(r"is refused: it asks for \w[\w.]+", said), said
    assert not canary.exists()


def test_what_a_file_asked_for_is_named(answers):
    said = {name: answer[0][0] or "" for name, answer in answers.items()}
    assert f"asks for {os.mkdir.__module__}.mkdir" in said["code in the config.pt"]
    assert f"asks for {os.mkdir.__module__}.mkdir" in said["bare pickle of protocol 5.pt"]
    assert "asks for builtins.eval" in said["code nested.pt"]
    assert "asks for builtins.bytearray" in said["six gigabytes of bytes.pt"]
    assert "asks for torch.nn.modules.linear.Linear" in said["code by a model object.pt"]


def test_the_payloads_do_run_where_nobody_is_careful(tmp_path):
    """Else the canary would prove nothing."""
    import pickle

    import torch

    for number, name in enumerate(
        ("code in the config.pt", "bare pickle of protocol 4.pt", "code nested.pt")
    ):
        canary = tmp_path / f"canary {number}"
        path = tmp_path / name
        path.write_bytes(code_contents(canary)[name])
        if name.startswith("bare"):
            pickle.loads(path.read_bytes())
        else:
            torch.load(path, weights_only=False)
        assert canary.exists(), name


def test_vast_sparse_file_is_refused_before_it_is_read(tmp_path):
    from engine.errors import ModelError
    from engine.models.checkpoint import checkpoint_hash

    for name in ("vast.pt", "vast.safetensors"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10**12)
        with pytest.raises(ModelError, match=rf"{name} is refused: .* 1,000,000,000,000 bytes"):
            checkpoint_hash(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/proc/self/mem"])
def test_devices_are_no_checkpoints(path):
    from engine.errors import ModelError
    from engine.models.checkpoint import checkpoint_hash

    if not Path(path).exists():
        pytest.skip(f"there is no {path}")
    with pytest.raises(ModelError, match=rf"{path} is (not a regular file|empty|a folder)"):
        checkpoint_hash(Path(path))
