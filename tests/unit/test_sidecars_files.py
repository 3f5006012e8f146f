"""Replacing a sidecar whole or not at all: full and broken disks, kills, links, permissions."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import SidecarError
from engine.sidecars import files

OLD, NEW = b"<old/>" * 1000, b"<new/>" * 1000


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def sidecar(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.xmp"
    path.write_bytes(OLD)
    return path


def test_the_new_content_takes_the_place_of_the_old(sidecar):
    files.replace(sidecar, NEW, sha(OLD))
    assert sidecar.read_bytes() == NEW
    assert names(sidecar.parent) == [sidecar.name]


@pytest.mark.skipif(os.name == "nt", reason="there a folder is not opened")
@pytest.mark.parametrize("new", [False, True])
def test_content_is_on_disk_before_its_name_and_the_name_before_it_is_said(sidecar, monkeypatch, new):
    """Else a power cut leaves an empty file in the place of the marks."""
    if new:
        sidecar.unlink()
    done: list[str] = []

    def note(what, call):
        def noted(*given, **more):
            kind = what
            if what == "fsync":
                status = os.fstat(given[0])
                kind = "folder" if stat.S_ISDIR(status.st_mode) else f"{status.st_size} bytes"
            done.append(kind)
            return call(*given, **more)

        return noted

    monkeypatch.setattr(os, "fsync", note("fsync", os.fsync))
    monkeypatch.setattr(os, "link", note("named", os.link))
    monkeypatch.setattr(Path, "replace", note("named", Path.replace))
    files.replace(sidecar, NEW, "" if new else sha(OLD))
    assert done == [f"{len(NEW)} bytes", "named", "folder"]


def test_permissions_and_extended_attributes_stay_and_the_time_is_new(sidecar):
    sidecar.chmod(0o640)
    os.utime(sidecar, (1, 1))
    try:
        os.setxattr(sidecar, "user.note", b"mine")
    except OSError:
        note = None
    else:
        note = b"mine"
    files.replace(sidecar, NEW, sha(OLD))
    assert sidecar.stat().st_mode & 0o777 == 0o640
    assert sidecar.stat().st_mtime > time.time() - 60
    assert note is None or os.getxattr(sidecar, "user.note") == note


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(sidecar):
    os.chown(sidecar, 1234, 1235)
    files.replace(sidecar, NEW, sha(OLD))
    assert (sidecar.stat().st_uid, sidecar.stat().st_gid) == (1234, 1235)


def test_what_another_program_changed_is_not_overwritten(sidecar):
    sidecar.write_bytes(b"theirs")
    with pytest.raises(files.ChangedMeanwhileError, match="changed by another program"):
        files.replace(sidecar, NEW, sha(OLD))
    assert sidecar.read_bytes() == b"theirs"
    assert names(sidecar.parent) == [sidecar.name]


def test_what_another_program_made_or_removed_is_left_so(sidecar):
    with pytest.raises(files.ChangedMeanwhileError, match="made by another program"):
        files.replace(sidecar, NEW, "")
    sidecar.unlink()
    with pytest.raises(files.ChangedMeanwhileError, match="removed"):
        files.replace(sidecar, NEW, sha(OLD))
    assert names(sidecar.parent) == []


def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(sidecar, monkeypatch):
    sidecar.unlink()
    link = os.link

    def late(part, path):
        Path(path).write_bytes(b"theirs")
        link(part, path)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(files.ChangedMeanwhileError):
        files.replace(sidecar, NEW, "")
    assert sidecar.read_bytes() == b"theirs"


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "store").mkdir()
    real = tmp_path / "store" / "real.xmp"
    real.write_bytes(OLD)
    link = tmp_path / "IMG_1.xmp"
    link.symlink_to(real)
    files.replace(link, NEW, sha(OLD))
    assert link.is_symlink()
    assert real.read_bytes() == NEW


@pytest.mark.parametrize("target", ["nowhere", "IMG_1.xmp"])
def test_a_link_that_leads_nowhere_is_refused(tmp_path, target):
    link = tmp_path / "IMG_1.xmp"
    link.symlink_to(tmp_path / target)
    with pytest.raises(SidecarError, match="leads nowhere"):
        files.replace(link, NEW, "")
    assert link.is_symlink()
    assert names(tmp_path) == ["IMG_1.xmp"]


def test_a_write_protected_sidecar_is_refused(sidecar):
    sidecar.chmod(0o444)
    with pytest.raises(SidecarError, match="write-protected"):
        files.replace(sidecar, NEW, sha(OLD))
    assert sidecar.read_bytes() == OLD
    assert names(sidecar.parent) == [sidecar.name]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "replace", "utime", "open"])
def test_any_failure_leaves_the_old_content_and_nothing_beside_it(sidecar, monkeypatch, code, call):
    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    if call == "open":
        monkeypatch.setattr(Path, "open", fail)
    elif call == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(SidecarError, match=os.strerror(code)):
        files.replace(sidecar, NEW, sha(OLD))
    monkeypatch.undo()
    assert sidecar.read_bytes() == OLD
    assert names(sidecar.parent) == [sidecar.name]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_a_disk_that_fills_up_while_writing(sidecar, monkeypatch):
    """The kernel itself says ENOSPC here: the part is a link to a device that is always full."""
    opened = Path.open

    def full(self, mode="r", *rest, **more):
        if self.name.startswith(files.PART_PREFIX):
            self.symlink_to("/dev/full")
            mode = "wb"
        return opened(self, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(SidecarError, match="No space left"):
        files.replace(sidecar, NEW, sha(OLD))
    assert sidecar.read_bytes() == OLD
    assert names(sidecar.parent) == [sidecar.name]


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root may write anywhere"
)
def test_a_folder_that_is_read_only(sidecar):
    sidecar.parent.chmod(0o555)
    for parent in sidecar.parents:
        if parent.name.startswith("pytest-"):
            parent.chmod(parent.stat().st_mode | 0o055)
    code = (
        "import sys; sys.path.insert(0, sys.argv[3])\n"
        "from pathlib import Path; from engine.sidecars import files\n"
        "from engine.errors import SidecarError\n"
        "try: files.replace(Path(sys.argv[1]), b'new', sys.argv[2])\n"
        "except SidecarError as error: print(error)\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", code, str(sidecar), sha(OLD), root]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    sidecar.parent.chmod(0o755)
    assert "cannot be written (Permission denied)" in done.stdout, done.stderr
    assert sidecar.read_bytes() == OLD
    assert names(sidecar.parent) == [sidecar.name]


_WRITER = """
import hashlib, sys; sys.path.insert(0, sys.argv[2])
from pathlib import Path
from engine.sidecars import files
path, n = Path(sys.argv[1]), 0
while True:
    old = path.read_bytes()
    files.replace(path, b"%d " % n * 5000 + b"end", hashlib.sha256(old).hexdigest())
    if n == 0: print("ready", flush=True)
    n = (n + 1) % 10
"""


def test_a_process_killed_while_it_writes_leaves_a_whole_sidecar(sidecar):
    whole = {b"%d " % n * 5000 + b"end" for n in range(10)}
    root = str(Path(__file__).resolve().parents[2])
    for attempt in range(12):
        sidecar.write_bytes(OLD)
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, sidecar, root], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        with writer.stdout:
            writer.stdout.readline()
            time.sleep(0.003 * attempt)
            writer.send_signal(signal.SIGKILL)
            writer.wait(timeout=30)
        assert sidecar.read_bytes() in whole
    left = {name for name in names(sidecar.parent) if name != sidecar.name}
    assert all(name.startswith(files.PART_PREFIX) and name.endswith(files.PART_SUFFIX) for name in left)


def test_parts_of_a_killed_process_are_swept_and_nothing_else(tmp_path):
    stale = tmp_path / f"{files.PART_PREFIX}{'a' * 32}{files.PART_SUFFIX}"
    fresh = tmp_path / f"{files.PART_PREFIX}{'b' * 32}{files.PART_SUFFIX}"
    foreign = tmp_path / ".framepick-notes"
    for path in (stale, fresh, foreign):
        path.write_bytes(b"half")
        os.utime(path, (1, 1))
    os.utime(fresh)
    assert files.sweep(tmp_path) == 1
    assert sorted(names(tmp_path)) == sorted([fresh.name, foreign.name])
