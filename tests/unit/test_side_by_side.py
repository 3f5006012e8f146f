"""`make test` runs two halves of the tests side by side: no test, failure or report is lost."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import psutil
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "tests.py"
GIB = 1 << 30
PASS, FAIL, CRASH = "pass", "assert 1 == 2", "import os; os._exit(70)"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes a project of one test in each half, and loads its script."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")

    def make(engine: str = PASS, others: str = PASS) -> ModuleType:
        for folder, body in (("unit", engine), ("new", others)):
            (tmp_path / "tests" / folder).mkdir(parents=True)
            file = tmp_path / "tests" / folder / f"test_{folder}.py"
            file.write_text(f"def test_in_{folder}():\n    {body}\n", encoding="utf-8")
        (tmp_path / ".ci").mkdir()
        return loaded(Path(shutil.copy(SCRIPT, tmp_path / ".ci")))

    return make


def loaded(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_tests", script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_halves_are_run_and_reported(project, capfd):
    assert project().run_both() == 0
    said = capfd.readouterr().out
    assert said.count("1 passed") == 2
    assert "== tests/unit passed; all other tests passed ==" in said


@pytest.mark.parametrize(
    ("engine", "others", "said"),
    [
        (FAIL, PASS, "tests/unit FAILED (exit status 1); all other tests passed"),
        (PASS, FAIL, "tests/unit passed; all other tests FAILED (exit status 1)"),
        (PASS, CRASH, "tests/unit passed; all other tests FAILED (exit status 70)"),
    ],
)
def test_one_failure_fails_the_whole_and_is_named(project, capfd, engine, others, said):
    assert project(engine, others).run_both() != 0
    out = capfd.readouterr().out
    assert said in out.splitlines()[-1]
    assert out.count("E       assert 1 == 2") == [engine, others].count(FAIL)


def test_each_half_remembers_its_own_failures(project, tmp_path, capfd, monkeypatch):
    """In one cache the half that ends last writes over what the other one noted."""
    monkeypatch.delenv("PYTEST_ADDOPTS")
    assert project(FAIL, FAIL).run_both() != 0
    noted = {file.parents[2].name: file.read_text("utf-8") for file in tmp_path.rglob("lastfailed")}
    assert {half: text.count("::") for half, text in noted.items()} == {"engine": 1, "others": 1}
    assert "test_in_unit" in noted["engine"] and "test_in_new" in noted["others"]


def test_one_after_the_other_is_the_same(project, capfd):
    assert project(others=FAIL).run_all() == 1
    assert "1 failed, 1 passed" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("cores", "free", "limit", "both"),
    [(2, 9, "max", True), (1, 9, "max", False), (2, 7, "max", False), (2, 60, str(4 * GIB), False)],
)
def test_both_at_once_only_where_there_is_room(project, tmp_path, monkeypatch, cores, free, limit, both):
    script = project()
    (tmp_path / "memory.max").write_text(f"{limit}\n", encoding="ascii")
    monkeypatch.setattr(script, "MEMORY_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(script.os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    memory = SimpleNamespace(available=free * GIB)
    monkeypatch.setattr(script.psutil, "virtual_memory", lambda: memory)
    assert script.side_by_side() is both


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_no_process_is_left_when_it_is_ended(project, tmp_path):
    began = tmp_path / "began"
    project(others=f"import pathlib, time; pathlib.Path({str(began)!r}).touch(); time.sleep(60)")
    code = "import sys; sys.path.insert(0, '.ci'); import tests as script; script.side_by_side = lambda: True"
    command = [sys.executable, "-c", f"{code}; sys.exit(script.main())"]
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not began.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    halves = psutil.Process(running.pid).children()
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 128 + signal.SIGTERM
    assert began.exists() and halves and not any(half.is_running() for half in halves)
