"""What `make` does before it installs: is there room, and which versions may pip look at."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "install.py"
GIB = 1 << 30


@pytest.fixture
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Where packages, downloads and pip's cache go; the cache is not there yet."""
    packages = tmp_path / "venv" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    return packages, tmp_path / "tmp", tmp_path / "home" / "cache"


@pytest.fixture
def disks(install: ModuleType, folders, monkeypatch: pytest.MonkeyPatch):
    """Say how many GiB are free: one number for one disk, three for a disk per folder."""
    monkeypatch.setattr(install.sys, "platform", "linux")
    monkeypatch.setattr(install.platform, "machine", lambda: "x86_64")

    def free(*sizes: float) -> None:
        def disk(folder: Path) -> tuple[int, int]:
            number = folders.index(folder) if len(sizes) > 1 else 0
            return number, round(sizes[number] * GIB)

        monkeypatch.setattr(install, "_disk", disk)

    return free


@pytest.mark.parametrize("free", [(7,), (10,), (7, 9, 9), (9, 3, 9)])
def test_too_little_room_is_one_sentence_with_needs_and_what_to_do(install, folders, disks, free):
    disks(*free)
    with pytest.raises(SystemExit) as stopped:
        install.options_for_room(*folders)
    said = str(stopped.value)
    lacking = folders[1] if free[0] == 9 else sys.prefix
    assert f"the disk of {lacking} has {min(free):.1f} GB free of the " in said
    assert "7.2 GB in" in said and "3.4 GB of downloads in" in said and str(folders[1]) in said
    assert "make room" in said and "TMPDIR=" in said and "smaller PyTorch" in said
    assert said.count(". ") == 0 and said.endswith(".")


def test_what_both_need_on_one_disk_is_added(install, folders, disks):
    disks(10.5)
    with pytest.raises(SystemExit, match=r"10\.5 GB free of the 10\.6 GB"):
        install.options_for_room(*folders)


@pytest.mark.parametrize("free", [(11,), (7.5, 3.5, 1)])
def test_room_for_all_but_pips_copies_goes_without_them(install, folders, disks, free):
    disks(*free)
    assert install.options_for_room(*folders) == ["--no-cache-dir"]
    assert install.options_for_room(*folders[:2], None) == []


@pytest.mark.parametrize("free", [(15,), (7.5, 3.5, 3.5)])
def test_nothing_is_said_where_all_fits(install, folders, disks, free):
    disks(*free)
    assert install.options_for_room(*folders) == []


def test_the_smaller_pytorch_needs_less_and_is_not_advised_again(install, folders, disks):
    (folders[0] / "torch").mkdir()
    (folders[0] / "torch" / "version.py").touch()
    disks(2.5)
    assert install.options_for_room(*folders) == ["--no-cache-dir"]
    disks(2.3)
    with pytest.raises(SystemExit) as stopped:
        install.options_for_room(*folders)
    assert "smaller PyTorch" not in str(stopped.value)


def test_other_systems_get_no_cuda(install, folders, disks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(install.platform, "machine", lambda: "aarch64")
    disks(3.5)
    assert install.options_for_room(*folders) == ["--no-cache-dir"]


def test_what_an_attempt_left_is_not_asked_for_again(install, folders, disks):
    with (folders[0] / "half.so").open("wb") as file:
        file.truncate(3 * GIB)
    disks(8)
    assert install.options_for_room(*folders) == ["--no-cache-dir"]


def test_the_disk_of_a_folder_that_is_not_there_is_the_one_above(install, tmp_path):
    assert install._disk(tmp_path / "a" / "b")[0] == tmp_path.stat().st_dev


def test_a_full_disk_stops_before_anything_is_installed(tmp_path):
    venv.create(tmp_path / "v", with_pip=False)
    (tmp_path / "sitecustomize.py").write_text(
        "import collections, shutil\n"
        "shutil.disk_usage = lambda _: collections.namedtuple('Usage', 'free')(1 << 30)\n"
    )
    python = tmp_path / "v" / ("Scripts" if os.name == "nt" else "bin") / "python"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [python, SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("Not enough room: ") and done.stderr.count("\n") == 1


def test_pip_is_held_to_the_tested_versions_from_the_start(install):
    pins = install.tested_versions()
    assert any(pin.startswith("torch==") for pin in pins)
    assert all("[" not in pin and "==" in pin for pin in pins)
