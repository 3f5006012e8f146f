"""The check of the system's packages, run with stand-ins for the system's own commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "system_check.sh"
LIST = ROOT / "configs" / "system-packages.txt"
LIBRARIES = re.findall(r"^lib\s+(\S+)", LIST.read_text(encoding="utf-8"), re.MULTILINE)
TOOLS = ("sh", "sed", "grep", "cut", "tr", "sort", "find", "dirname", "cat")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script, which make runs")


class System:
    """A made-up system: a folder of commands, of which those that the check asks are scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "apt.log"
        for tool in TOOLS:
            (folder / tool).symlink_to(shutil.which(tool) or tool)
        self.command("uname", "echo Linux")
        self.command("id", "echo 1000")
        self.command("Xvfb", "")
        self.command("xauth", "")
        self.command("exiftool", "")
        self.command("exiv2", "")
        self.command("apt-get", f'echo "$@" >> {self.log}')
        self.command("apt-cache", '[ "$2" != libglib2.0-0t64 ]')
        self.libraries(LIBRARIES)

    def command(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def libraries(self, names: list[str]) -> None:
        lines = "".join(f"\t{name} (libc6,x86-64) => /usr/lib/{name}\n" for name in names)
        (self.folder / "libraries.txt").write_text(lines)
        self.command("ldconfig", f"cat {self.folder / 'libraries.txt'}")

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        home = self.folder / "home"
        (home / ".fonts").mkdir(parents=True, exist_ok=True)
        (home / ".fonts" / "a.ttf").touch()
        environment = {"PATH": str(self.folder), "PYTHON": sys.executable, "HOME": str(home)}
        return subprocess.run(
            [SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
        )


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


def test_nothing_is_said_where_all_is_there(system):
    done = system.check("--tests")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_exact_line_is_printed_and_nothing_is_installed_for_a_user(system):
    system.libraries([name for name in LIBRARIES if name not in ("libxcb-cursor.so.0", "libglib-2.0.so.0")])
    done = system.check()
    assert done.returncode == 1
    assert "  sudo apt-get install -y libglib2.0-0 libxcb-cursor0\n" in done.stderr
    assert not system.log.exists()


def test_the_name_that_this_release_has_is_taken(system):
    system.libraries([name for name in LIBRARIES if name != "libglib-2.0.so.0"])
    system.command("apt-cache", "exit 0")
    assert "install -y libglib2.0-0t64\n" in system.check().stderr


def test_root_gets_it_installed(system):
    system.libraries(LIBRARIES[1:])
    system.command("id", "echo 0")
    complete = "".join(f"\\t{name} (libc6) => /usr/lib/{name}\\n" for name in LIBRARIES)
    system.command(
        "apt-get", f'echo "$@" >> {system.log}; printf "{complete}" > {system.folder / "libraries.txt"}'
    )
    done = system.check()
    assert (done.returncode, done.stderr) == (0, "")
    assert "installing: apt-get install -y --no-install-recommends libglib2.0-0" in done.stdout
    update, install = system.log.read_text().splitlines()
    assert update.startswith("update") and install.endswith("libglib2.0-0")


def test_root_is_told_when_an_install_changed_nothing(system):
    system.libraries(LIBRARIES[1:])
    system.command("id", "echo 0")
    done = system.check()
    assert done.returncode == 1 and "Still missing after that: libglib-2.0.so.0" in done.stderr


def test_the_virtual_screen_is_for_tests_only(system):
    (system.folder / "Xvfb").unlink()
    assert system.check().returncode == 0
    done = system.check("--tests")
    assert done.returncode == 1 and done.stderr.endswith("install -y xvfb\n")


def test_elsewhere_names_are_printed_and_the_set_up_goes_on(system):
    system.libraries(LIBRARIES[1:])
    (system.folder / "apt-get").unlink()
    done = system.check()
    assert done.returncode == 0 and done.stderr.endswith("  libglib-2.0.so.0\n")


def test_macos_needs_nothing(system):
    system.command("uname", "echo Darwin")
    system.libraries([])
    done = system.check("--tests")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unfit_python_is_named(system):
    old = system.folder / "python3.9"
    system.command("python3.9", '[ "$1" = --version ] && echo "Python 3.9.1"; [ "$1" != -c ] || exit 1')
    environment = {"PATH": str(system.folder), "PYTHON": str(old), "HOME": str(system.folder)}
    system.command("uname", "echo Darwin")
    done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "Framepick runs on Python 3.11, 3.12 and 3.13" in done.stderr and "3.9.1" in done.stderr


def test_every_line_of_the_list_is_understood():
    lines = [line.split("#")[0].split() for line in LIST.read_text(encoding="utf-8").splitlines()]
    kinds = {words[0] for words in lines if words}
    assert kinds <= {"lib", "command", "module", "font", "test-command"}
    assert all(len(words) > 3 for words in lines if words)
    assert {"libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxcb-cursor.so.0", "libEGL.so.1"} <= set(LIBRARIES)
