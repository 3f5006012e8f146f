"""Brings one wheel of the Python index with pip, without installing or running any of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from engine.errors import InstallError
from engine.models.offline import users_environment

OnBytes = Callable[[int, int], None]  # done, total

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_NO_CONNECTION = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Failed to establish a new connection|"
    r"Temporary failure in name resolution|Network is unreachable|Max retries exceeded|"
    r"connection broken|timed out|ProxyError|Cannot connect to proxy",
    re.IGNORECASE,
)


class NoConnectionError(InstallError):
    """The package index could not be reached."""


def find_wheel(package: str, folder: Path) -> Path | None:
    """Return the wheel of a pinned requirement (`name==version`) that lies in a folder, if any."""
    name, version = package.split("==")
    wanted = (_normal(name), version)
    for wheel in sorted(folder.glob("*.whl")):
        parts = wheel.name.split("-")
        if len(parts) >= 5 and (_normal(parts[0]), parts[1]) == wanted:
            return wheel
    return None


def download_wheel(package: str, folder: Path, on_bytes: OnBytes) -> Path:
    """Let pip download the wheel of a pinned requirement into a folder and return its path.

    Only wheels are taken, so nothing of the package is ever run. Broken connections are resumed where
    pip can do that. Raises NoConnectionError, or InstallError with what pip said.
    """
    pip = _pip_command()
    command = [*pip, *_options(_pip_version(pip)), "--dest", str(folder), package]
    said: list[str] = []
    with _started(command) as process:
        try:
            for line in _lines(process):
                match = _PROGRESS.search(line)
                if match:
                    on_bytes(int(match[1]), int(match[2]))
                else:
                    said.append(line)
        finally:
            if process.poll() is None:  # an interrupted install leaves no pip behind
                process.terminate()
    wheel = find_wheel(package, folder)
    if process.returncode != 0 or wheel is None:
        raise _explained(package, said)
    return wheel


def _pip_command() -> tuple[str, ...]:
    """Return how pip is started. -P: a pip.py in the folder the user is in is not taken for pip."""
    return (sys.executable, "-P", "-u", "-m", "pip")


def _options(version: tuple[int, int]) -> list[str]:
    options = ["download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
    options += ["--no-input", "--disable-pip-version-check", "--retries", "3"]
    if version >= (24, 1):
        options += ["--progress-bar", "raw"]
    if version >= (25, 1):
        options += ["--resume-retries", "10"]
    return options


@cache
def _pip_version(pip: tuple[str, ...]) -> tuple[int, int]:
    with _started([*pip, "--version"]) as process:
        said = "\n".join(_lines(process))
    match = re.match(r"pip (\d+)\.(\d+)", said)
    if process.returncode != 0 or match is None:
        raise InstallError(
            f"The weights are fetched with pip, but {pip[0]} has none. Add it "
            f'("{pip[0]} -m ensurepip", or "uv pip install pip"), or give the files with: '
            "main.py models install --from DIR"
        )
    return int(match[1]), int(match[2])


def _started(command: list[str]) -> subprocess.Popen[str]:
    environment = {**users_environment(), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    environment.pop("PIP_QUIET", None)  # would silence the progress that is read here
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()


def _explained(package: str, said: list[str]) -> InstallError:
    answered = any("from versions:" in line and "from versions: none" not in line for line in said)
    if not answered and any(_NO_CONNECTION.search(line) for line in said):
        return NoConnectionError(f"{package} could not be fetched: the package index cannot be reached.")
    errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR")]
    reason = errors[-1] if errors else (said[-1] if said else "pip said nothing")
    return InstallError(f"{package} could not be fetched: {reason}")


def _normal(name: str) -> str:
    """Return a project name as wheels and the index compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
