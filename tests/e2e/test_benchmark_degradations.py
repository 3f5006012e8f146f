"""`benchmark degradations` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data_dirs import with_models
from tests.photos import wide

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "unified_results.csv",
    "guard_results.csv",
    "semantic_results.csv",
    "degradations_metadata.csv",
    "summary.json",
    "report.html",
}


@pytest.fixture
def data(tmp_path, weights_dir):
    return with_models(tmp_path / "data", weights_dir).root


@pytest.fixture
def references(tmp_path, photos, make_jpeg):
    folder = tmp_path / "references"
    folder.mkdir()
    for name in ("astronaut", "rocket", "flower"):
        make_jpeg(folder / f"{name}.jpg", wide(photos[name], 300))
    return folder


@pytest.fixture
def start(data):
    def start(*arguments):
        command = [sys.executable, "main.py", "--data-dir", str(data), "benchmark", "degradations"]
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def benchmark(start):
    def run(*arguments):
        running = start(*arguments)
        said = running.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, running.returncode, *said)

    return run


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_two_runs_of_one_seed_write_the_same_bytes(start, references, tmp_path):
    """Side by side, each on a core of its own: each loads every network."""
    before = contents(references)
    arguments = ("--photos", references, "--limit", 1, "--seed", 3)
    for run in [start(*arguments, "--out", tmp_path / out) for out in ("first", "second")]:
        _, said = run.communicate(timeout=200)
        assert run.returncode == 0, said
    first = contents(tmp_path / "first")
    assert set(first) == FILES and first == contents(tmp_path / "second")
    assert contents(references) == before
    summary = json.loads(first["summary.json"])
    assert len(summary["photos"]) == 1
    assert summary["models"]["aesthetic"]["sha256"].startswith("e563ad91")
    assert summary["overall"]["constant"]["accuracy"] == 0.5
    assert len(summary["models"]["comparator"]["sha256"]) == 64 and summary["missing"] == {}


def test_a_named_model_that_cannot_run_is_exit_code_4(benchmark, references, tmp_path):
    absent = tmp_path / "absent.pt"
    done = benchmark("--photos", references, "--out", tmp_path / "out", "--limit", 1, "--models", absent)
    assert done.returncode == 4 and "does not exist" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["--models", "beauty"], 2, "unknown model 'beauty'"),
        (["--limit", "0"], 2, "no number above 0"),
        (["--photos", "absent"], 2, "no such folder"),
    ],
)
def test_mistakes_are_one_sentence(benchmark, references, tmp_path, arguments, code, part):
    done = benchmark("--photos", references, "--out", tmp_path / "out", *arguments)
    assert done.returncode == code and part in done.stderr
    assert not (tmp_path / "out").exists()
