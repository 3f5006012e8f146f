"""Permissions, times and extended attributes: originals keep theirs, copies get them too."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from engine.benchmark.survival.originals import state_of
from engine.events import CancelToken
from engine.export.plan import How
from engine.export.recover import revert, the_last
from engine.export.reject import RejectTo, carry_out_reject, plan_reject
from engine.types import Decision, Marks
from tests.unit.exporting import TIME, ExportItem, card, plan, run, shots

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
MODES = {"a.jpg": 0o640, "a.cr2": 0o444, "a.xmp": 0o600, "a.cr2.xmp": 0o664, "b.jpg": 0o400}
ATTRIBUTE, VALUE = "user.framepick.test", b"Wedding\0with zero"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = card(tmp_path / "card")
    for name, mode in MODES.items():
        (folder / name).chmod(mode)
    return folder


def _with_attributes(album: Path) -> Path:
    """Give every file an extended attribute; skip where the disk holds none."""
    for name in MODES:
        try:
            os.setxattr(album / name, ATTRIBUTE, VALUE + name.encode())
        except OSError as error:
            pytest.skip(f"extended attributes: {error.strerror}")
    return album


def _modes(folder: Path) -> dict[str, int]:
    return {name: stat.S_IMODE((folder / name).stat().st_mode) for name in MODES}


def _attributes(folder: Path) -> dict[str, bytes]:
    return {name: os.getxattr(folder / name, ATTRIBUTE) for name in MODES}


@pytest.mark.parametrize("how", [How.COPY, How.HARD_LINK, How.SYMBOLIC_LINK, How.ZIP])
def test_originals_keep_all_they_have(album: Path, book: Path, tmp_path: Path, how: How):
    before = state_of(album)
    report = run(plan(album, tmp_path / "out", how), book)
    assert report.complete
    assert state_of(album) == before
    assert _modes(album) == MODES
    assert revert(the_last(book), CancelToken()).complete
    assert state_of(album) == before


@pytest.mark.parametrize("how", [How.COPY, How.MOVE])
def test_copies_have_permissions_and_times(album: Path, book: Path, tmp_path: Path, how: How):
    run(plan(album, tmp_path / "out", how), book)
    assert _modes(tmp_path / "out") == MODES
    assert {(tmp_path / "out" / name).stat().st_mtime for name in MODES} == {TIME}
    revert(the_last(book), CancelToken())
    assert _modes(album) == MODES


@LINUX
@pytest.mark.parametrize("how", [How.COPY, How.MOVE])
def test_extended_attributes_travel_and_stay(album: Path, book: Path, tmp_path: Path, how: How):
    before = _attributes(_with_attributes(album))
    run(plan(album, tmp_path / "out", how), book)
    assert _attributes(tmp_path / "out") == before
    if how is How.COPY:
        assert _attributes(album) == before
    revert(the_last(book), CancelToken())
    assert _attributes(album) == before


@LINUX
def test_a_move_to_another_drive_keeps_them_both_ways(
    album: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before, state = _attributes(_with_attributes(album)), state_of(album)
    link = os.link

    def within_a_folder_only(source: Path, target: Path, **more: bool) -> None:
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target, **more)

    monkeypatch.setattr(os, "link", within_a_folder_only)
    run(plan(album, tmp_path / "out", How.MOVE), book)
    assert not (album / "a.jpg").exists()
    assert (_attributes(tmp_path / "out"), _modes(tmp_path / "out")) == (before, MODES)
    assert revert(the_last(book), CancelToken()).moved_back == len(MODES)
    assert (_attributes(album), _modes(album)) == (before, MODES)
    assert state_of(album) == state


@LINUX
def test_rejects_keep_them_there_and_back(album: Path, book: Path):
    before = _attributes(_with_attributes(album))
    items = [ExportItem(each.photo, Marks(Decision.REJECT)) for each in shots(album)]
    carry_out_reject(plan_reject(items, album, RejectTo.FOLDER), RejectTo.FOLDER, book, CancelToken())
    assert _attributes(album / "_rejected") == before
    revert(the_last(book), CancelToken())
    assert (_attributes(album), _modes(album)) == (before, MODES)


@LINUX
@pytest.mark.parametrize("trouble", [errno.ENOTSUP, errno.ENOSPC, errno.EPERM, errno.E2BIG])
def test_a_disk_without_room_for_attributes_gets_the_rest(
    album: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
):
    before = _attributes(_with_attributes(album))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(os, "setxattr", refuse)
    report = run(plan(album, tmp_path / "out"), book)
    assert report.complete
    assert _modes(tmp_path / "out") == MODES
    assert {(tmp_path / "out" / name).stat().st_mtime for name in MODES} == {TIME}
    assert _attributes(album) == before
