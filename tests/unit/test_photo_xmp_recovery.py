"""Writing into photos cut short at every step: each name holds the old file or the new one."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.benchmark.survival.killing import moments, run_and_kill
from engine.events import CancelToken
from engine.export.journal import Journal, JournalError
from engine.export.recover import find_unfinished, go_on, revert, the_last
from engine.photo_xmp import exiftool, originals, writing
from engine.photo_xmp.exiftool import ExifTool, find_exiftool
from engine.photo_xmp.parts import parts_of
from engine.sidecars.entries import Outcome
from engine.types import Decision, Marks
from tests.unit.exporting import OsWith, state
from tests.unit.photo_xmp_files import FOREIGN, NEEDS_EXIFTOOL, jpeg, write
from tests.unit.power_cut import PowerCut, PowerCutError

pytestmark = NEEDS_EXIFTOOL
NAMES = ("a.jpg", "b.jpg")
WANTED = dict.fromkeys(NAMES, Marks(Decision.ACCEPT, 5))


@pytest.fixture
def album(tmp_path: Path, photos) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    for name in NAMES:
        jpeg(folder / name, photos[{"a": "coffee", "b": "rocket"}[name[0]]], FOREIGN)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def tool() -> ExifTool:
    return find_exiftool()


def check_whole(album: Path, before: dict[str, tuple[bytes, int, int]]) -> dict[str, bool]:
    """Return which photos have the marks; each is the old file, byte for byte, or the whole new one."""
    written: dict[str, bool] = {}
    for name in NAMES:
        found = state(album)[name]
        written[name] = found != before[name]
        if written[name]:
            (album.parent / "old.jpg").write_bytes(before[name][0])
            assert parts_of(album / name).rest == parts_of(album.parent / "old.jpg").rest
            assert b'xmp:Rating="5"' in (parts_of(album / name).packet or b"")
    return written


def clean(folder: Path) -> bool:
    return not list(folder.rglob("*.framepick-part"))


def cut_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Cut the power after `number` things that are written down, linked or renamed."""
    cut = PowerCut(number)
    monkeypatch.setattr(Journal, "_append", cut.counted(Journal._append))
    monkeypatch.setattr(originals, "os", OsWith(link=cut.counted(os.link)))
    monkeypatch.setattr(Path, "replace", cut.counted(Path.replace))
    monkeypatch.setattr(writing, "flush_folder", cut.counted(writing.flush_folder))
    monkeypatch.setattr(writing, "carry_over", cut.counted(writing.carry_over))


def take_all_back(album: Path, data: Path, before: dict[str, tuple[bytes, int, int]]) -> None:
    """Undo whatever was written; then everything is as it was, and nothing is left behind."""
    while state(album) != before:
        assert revert(the_last(data / "exports"), CancelToken()).complete
    assert clean(album)
    for file in (data / "exports").glob("*"):
        file.unlink()


def write_all(album: Path, data: Path, before: dict[str, tuple[bytes, int, int]]) -> None:
    done = write(album, data, WANTED)
    assert {entry.outcome for entry in done.values()} <= {Outcome.WRITTEN, Outcome.UNCHANGED}
    assert all(check_whole(album, before).values())
    assert clean(album)


@pytest.mark.parametrize("back", [False, True])
def test_cut_at_every_step_it_goes_on_or_is_taken_back(album, data, monkeypatch, back):
    before, seen, ended = state(album), set(), False
    for number in range(1, 60):
        with monkeypatch.context() as patch, suppress(PowerCutError):
            cut_at(patch, number)
            write(album, data, WANTED)
            ended = True
        seen.add(sum(check_whole(album, before).values()))
        journal = find_unfinished(data / "exports")
        if back and journal is not None:
            assert revert(journal, CancelToken()).complete
            assert state(album) == before
        elif not back:
            if journal is not None and number % 2:
                go_on(journal, CancelToken())
                assert clean(album)
            write_all(album, data, before)
        take_all_back(album, data, before)
        if ended:
            break
    assert ended and seen == {0, 1, 2}


def test_undo_cut_at_every_step_is_finished_later(album, data, monkeypatch):
    before, ended = state(album), False
    for number in range(1, 40):
        write_all(album, data, before)
        with monkeypatch.context() as patch, suppress(PowerCutError):
            cut_at(patch, number)
            revert(the_last(data / "exports"), CancelToken())
            ended = True
        check_whole(album, before)
        journal = find_unfinished(data / "exports")
        if journal is not None:
            assert revert(journal, CancelToken()).complete
        take_all_back(album, data, before)
        if ended:
            break
    assert ended


def _write(confirm: Callable[[object], None], album: Path, data: Path) -> None:
    write(album, data, WANTED)
    confirm("done")


def test_killed_at_random_each_name_holds_a_whole_file(album, data):
    before = state(album)
    whole = run_and_kill(_write, (album, data), None).seconds
    take_all_back(album, data, before)
    kills: list[bool] = []
    for share in moments(6, 1.0, "writing into photos", lambda: sum(kills)):
        kills.append(run_and_kill(_write, (album, data), share * whole).killed)
        check_whole(album, before)
        write_all(album, data, before)
        take_all_back(album, data, before)
    assert sum(kills) >= 4


@pytest.mark.skipif(sys.platform != "linux", reason="the child is forked, and inherits the patch")
def test_killed_while_exiftool_works_nothing_is_left_anywhere(album, data, tmp_path, monkeypatch):
    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    before = state(album)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with monkeypatch.context() as patch:
        patch.setattr(exiftool, "_run", kill)
        assert run_and_kill(_write, (album, data), None).confirmed == []
    assert not clean(album), "it was killed in the middle"
    journal = find_unfinished(data / "exports")
    assert journal is not None
    go_on(journal, CancelToken())
    assert state(album) == before
    assert {file.suffix for file in (data / "exports").iterdir()} <= {".jsonl", ".lock"}
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("where", [(originals, "keep"), (writing, "make_folder")])
def test_a_disk_that_fails_leaves_the_old_file_and_says_why(album, data, monkeypatch, error, where):
    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    before = state(album)
    monkeypatch.setattr(*where, fail)
    done = write(album, data, WANTED)
    assert {entry.outcome for entry in done.values()} == {Outcome.REFUSED}
    assert all(os.strerror(error) in entry.reason for entry in done.values())
    assert state(album) == before


def test_without_hard_links_the_original_is_kept_as_a_verified_copy(album, data, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    before = state(album)
    with monkeypatch.context() as patch:
        patch.setattr(originals, "os", OsWith(link=refuse))
        assert write(album, data, WANTED)["a.jpg"].outcome is Outcome.WRITTEN
    kept = {k: v for k, v in state(next((album / "_originals").iterdir())).items() if k in NAMES}
    assert kept == before
    assert revert(the_last(data / "exports"), CancelToken()).complete
    assert state(album) == before


def test_a_journal_that_cannot_be_written_stops_it(album, data, monkeypatch):
    real, left = Journal._append, [3]

    def full(self: Journal, record: dict[str, object]) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise JournalError("the disk is full")
        real(self, record)

    before = state(album)
    monkeypatch.setattr(Journal, "_append", full)
    done = write(album, data, WANTED)
    assert {entry.outcome for entry in done.values()} == {Outcome.SKIPPED}
    check_whole(album, before)
    monkeypatch.undo()
    assert all(check_whole(album, before).values()) or write(album, data, WANTED)
    assert all(check_whole(album, before).values())
    assert clean(album)
