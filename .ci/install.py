"""Installs Framepick, and what it needs, into the virtual environment that runs this file. Called by make.

First it is checked that the disks have room for it: pip would find out after minutes, with half of it there.
The tested versions are given as constraints, too: pip looks at the ranges before it looks at an extra's pins,
and with some indexes downloads a newer PyTorch (0.5 GB) only to learn that another one is wanted.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP = [sys.executable, "-m", "pip"]
PIP_OPTIONS = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
GIB = 1 << 30
# Measured with the tested versions on Linux, Python 3.11. pip keeps all downloads until it is done.
INSTALLED, DOWNLOADED = 1.9 * GIB, 0.5 * GIB  # all but PyTorch
TORCH_WITH_CUDA = (5.3 * GIB, 2.9 * GIB)  # what it takes installed, and downloaded
TORCH_WITHOUT = (0.8 * GIB, 0.2 * GIB)


def needs(packages: Path) -> tuple[float, float]:
    """Return how many bytes will be installed into the folder of packages, and how many downloaded."""
    if (packages / "torch" / "version.py").exists():
        return INSTALLED, DOWNLOADED
    with_cuda = sys.platform == "linux" and platform.machine() == "x86_64"
    installed, downloaded = TORCH_WITH_CUDA if with_cuda else TORCH_WITHOUT
    there = sum(file.lstat().st_size for file in packages.rglob("*"))  # of an attempt that was cut short
    return max(INSTALLED + installed - there, 0.0), DOWNLOADED + downloaded


def too_little(folders: list[tuple[Path, float]]) -> tuple[Path, float, int] | None:
    """Return a folder whose disk lacks room for these, what is needed and what is free there; or None."""
    asked: Counter[int] = Counter()
    for folder, size in folders:
        asked[_disk(folder)[0]] += round(size)
    for folder, _ in folders:
        device, free = _disk(folder)
        if free < asked[device]:
            return folder, asked[device], free
    return None


def _disk(folder: Path) -> tuple[int, int]:
    """Return the number of the disk that a folder is on, or will be, and how many bytes are free there."""
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    return there.stat().st_dev, shutil.disk_usage(there).free


def cache_folder() -> Path | None:
    """Return where pip keeps a copy of each download; None where it keeps none."""
    done = subprocess.run([*PIP, "cache", "dir"], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else None


def options_for_room(packages: Path, temporary: Path, cache: Path | None) -> list[str]:
    """Return pip's options for the room that there is. Exits with one sentence where there is too little."""
    installed, downloaded = needs(packages)
    wanted = [(packages, installed), (temporary, downloaded)]
    lack = too_little(wanted)
    if lack is not None:
        sys.exit(_no_room(*lack, wanted))
    if cache is not None and too_little([*wanted, (cache, downloaded)]) is not None:
        return ["--no-cache-dir"]
    return []


def _no_room(folder: Path, need: float, free: int, wanted: list[tuple[Path, float]]) -> str:
    (packages, installed), (temporary, downloaded) = wanted
    full = sys.prefix if folder == packages else folder
    smaller = ', or begin with the smaller PyTorch (README.md, "A smaller PyTorch")'
    return (
        f"Not enough room: installing takes {_gb(installed)} in {sys.prefix} and, until it is done, "
        f"{_gb(downloaded)} of downloads in {temporary}, but the disk of {full} has {_gb(free)} free of the "
        f"{_gb(need)} that are needed there: make room, or name a folder on another disk for the downloads "
        f"(TMPDIR=/that/folder make demo){smaller if downloaded > 2 * DOWNLOADED else ''}."
    )


def _gb(size: float) -> str:
    return f"{size / GIB:.1f} GB"


def tested_versions() -> list[str]:
    """Return the pins of pyproject.toml as constraints, which know no extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.sub(r"\[.*?\]", "", pin) for pin in project["optional-dependencies"]["tested"]]


def install(options: list[str]) -> int:
    """Run pip, and return its exit status."""
    command = [*PIP, "install", *PIP_OPTIONS, *options]
    # A pip of 25.1 and later resumes broken downloads, those of `models install` too.
    status = subprocess.run([*command, "--upgrade", "pip>=25.1"], check=False).returncode
    if status:
        return status
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "tested.txt")
        constraints.write_text("\n".join(tested_versions()), encoding="utf-8")
        wanted = ["-c", str(constraints), "-e", f"{ROOT}[tested,test]"]
        return subprocess.run([*command, *wanted], check=False).returncode


def main() -> int:
    packages = Path(sysconfig.get_path("purelib"))
    is_new = not Path(
        sys.prefix, ".installed"
    ).exists()  # else little changes, and takes the place of the old
    options = options_for_room(packages, Path(tempfile.gettempdir()), cache_folder()) if is_new else []
    print(f"Installing Framepick and what it needs into {os.path.relpath(sys.prefix)}", end=" ", flush=True)
    print("(several GB; README: a smaller torch)", flush=True)
    return install(options)


if __name__ == "__main__":
    sys.exit(main())
