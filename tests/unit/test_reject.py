"""Rejected photos leave the album by explicit command only, with all their files, and come back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.album.scan import scan
from engine.benchmark.survival.samples import write_jpegs
from engine.cli import parse, run
from engine.events import CancelToken
from engine.export import trash
from engine.export.recover import find_unfinished, go_on, revert, the_last, the_unfinished
from engine.export.reject import RejectTo, carry_out_reject, plan_reject
from engine.export.report import ExportProgress
from engine.types import Decision, Marks
from tests.unit.exporting import ExportItem, card, names, shots, state

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the trash of freedesktop.org")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    return card(tmp_path / "card")


def _rejected_pair(album: Path) -> list[ExportItem]:
    """The RAW+JPEG pair with its sidecars is rejected, the other photo accepted."""
    pair, single = shots(album)
    return [ExportItem(pair.photo, Marks(Decision.REJECT)), ExportItem(single.photo, Marks(Decision.ACCEPT))]


def test_they_go_into_a_folder_that_the_album_does_not_show_and_come_back(album: Path, book: Path):
    before = state(album)
    plan = plan_reject(_rejected_pair(album), album, RejectTo.FOLDER)
    assert state(album) == before
    report = carry_out_reject(plan, RejectTo.FOLDER, book, CancelToken())
    assert report.complete
    assert names(album / "_rejected") == {"a.jpg", "a.cr2", "a.xmp", "a.cr2.xmp"}
    assert [photo.name for photo in scan(album, recursive=True)] == ["b.jpg"]
    assert revert(the_last(book), CancelToken()).moved_back == 4
    assert state(album) == before
    assert not (album / "_rejected").exists()


def test_folders_inside_keep_their_shape(album: Path, book: Path):
    day = album / "day 2"
    day.mkdir()
    (album / "b.jpg").rename(day / "b.jpg")
    items = [ExportItem(photo, Marks(Decision.REJECT)) for photo in scan(album, recursive=True)]
    carry_out_reject(plan_reject(items, album, RejectTo.FOLDER), RejectTo.FOLDER, book, CancelToken())
    assert "day 2/b.jpg" in names(album / "_rejected")


def test_nothing_else_is_touched(album: Path):
    single = ExportItem(shots(album)[1].photo, Marks(Decision.ACCEPT))
    assert plan_reject([single], album, RejectTo.TRASH).actions == ()


@LINUX
def test_they_go_to_the_trash_and_come_back(album: Path, book: Path, bin_folder: Path):
    before = state(album)
    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    report = carry_out_reject(plan, RejectTo.TRASH, book, CancelToken())
    assert report.summary() == "Moved 4 files to the trash."
    assert find_unfinished(book) is None
    assert names(album) == {"b.jpg"}
    assert names(bin_folder / "files") == {"a.jpg", "a.cr2", "a.xmp", "a.cr2.xmp"}
    assert revert(the_last(book), CancelToken()).moved_back == 4
    assert state(album) == before
    assert names(bin_folder) == set()


@LINUX
def test_a_new_file_in_the_old_place_is_never_overwritten(album: Path, book: Path, bin_folder: Path):
    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    carry_out_reject(plan, RejectTo.TRASH, book, CancelToken())
    (album / "a.jpg").write_bytes(b"a new photo")
    report = revert(the_last(book), CancelToken())
    assert report.moved_back == 3
    assert "taken by another file" in report.kept[0][1]
    assert (album / "a.jpg").read_bytes() == b"a new photo"
    assert (bin_folder / "files" / "a.jpg").read_bytes() == b"jpeg of a"


@LINUX
@pytest.mark.parametrize("back", [True, False])
def test_cut_short_right_after_a_file_went_to_the_trash(
    album: Path, book: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch, back: bool
):
    class CutError(BaseException): ...

    def cut(*_: object) -> None:
        raise CutError

    before = state(album)
    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    with monkeypatch.context() as patch, pytest.raises(CutError):
        patch.setattr(trash, "find_in_trash", cut)
        carry_out_reject(plan, RejectTo.TRASH, book, CancelToken())
    assert not (album / "a.jpg").exists()
    if back:
        assert revert(the_unfinished(book), CancelToken()).moved_back == 1
        assert state(album) == before
    else:
        assert len(go_on(the_unfinished(book), CancelToken()).copied) == 4
        assert names(album) == {"b.jpg"}


@LINUX
def test_a_trash_that_refuses_leaves_the_file(
    album: Path, book: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("send2trash.send2trash", refuse)
    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    report = carry_out_reject(plan, RejectTo.TRASH, book, CancelToken())
    assert {(path.name, why) for path, why in report.failed} == {
        (name, "Permission denied") for name in ("a.jpg", "a.cr2", "a.xmp", "a.cr2.xmp")
    }
    assert not report.copied
    assert len(names(album)) == 5


@LINUX
def test_cancelled_on_the_way_to_the_trash_and_back_it_goes_on_from_there(
    album: Path, book: Path, bin_folder: Path
):
    before, cancel = state(album), CancelToken()
    told: list[ExportProgress] = []

    def after_two(progress: ExportProgress) -> None:
        told.append(progress)
        if progress.done == 2:
            cancel.cancel()

    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    report = carry_out_reject(plan, RejectTo.TRASH, book, cancel, after_two)
    assert report.cancelled and len(report.copied) == 3, "the file that was begun goes, too"
    assert len(names(bin_folder / "files")) == 3
    told.clear()
    assert len(go_on(the_unfinished(book), CancelToken(), told.append).copied) == 4
    assert told[0].total == 1 and find_unfinished(book) is None
    cancel = CancelToken()
    assert revert(the_last(book), cancel, after_two).moved_back == 3
    assert revert(the_unfinished(book), CancelToken()).moved_back == 1
    assert state(album) == before and find_unfinished(book) is None


@LINUX
def test_what_was_emptied_from_the_trash_is_named(album: Path, book: Path, bin_folder: Path):
    plan = plan_reject(_rejected_pair(album), album, RejectTo.TRASH)
    carry_out_reject(plan, RejectTo.TRASH, book, CancelToken())
    (bin_folder / "files" / "a.jpg").unlink()
    report = revert(the_last(book), CancelToken())
    assert report.moved_back == 3
    assert report.kept == (
        (album / "a.jpg", "it is not found in the trash: look there and restore it by hand"),
    )


@LINUX
def test_the_trash_is_found_where_the_system_names_no_place_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    files = tmp_path / ".local" / "share" / "Trash" / "files"
    files.mkdir(parents=True)
    (files / "a.jpg").touch()
    assert trash.find_in_trash(tmp_path / "a.jpg", (files / "a.jpg").stat().st_ino) == files / "a.jpg"


@LINUX
@pytest.mark.parametrize(("system", "words"), [("darwin", "Put Back"), ("win32", "Recycle Bin")])
def test_a_trash_that_gives_nothing_back_is_said_once_and_by_hand_counts(
    album: Path,
    book: Path,
    bin_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    words: str,
):
    before = state(album)
    monkeypatch.setitem(trash._BY_HAND, "linux", trash._BY_HAND[system])
    carry_out_reject(
        plan_reject(_rejected_pair(album), album, RejectTo.TRASH), RejectTo.TRASH, book, CancelToken()
    )
    by_hand = bin_folder / "files" / "a.jpg"
    by_hand.rename(album / "a.jpg")
    report = revert(the_last(book), CancelToken())
    assert (report.moved_back, len(report.kept)) == (1, 3)
    said = report.summary()
    assert said.count(words) == 1 and "a.cr2" in said and "3 files" not in said
    assert not report.complete
    for file in (bin_folder / "files").iterdir():
        file.rename(album / file.name)
    assert state(album) == before


@LINUX
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_command_says_how_they_come_back(
    album: Path, tmp_path: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys, system: str
):
    data = ["--data-dir", str(tmp_path / "data")]
    write_jpegs(album / "day", 2)
    assert run(parse([*data, "decide", str(album / "day"), "IMG_0000.JPG", "reject"])) == 0
    if system != "linux":
        monkeypatch.setitem(trash._BY_HAND, "linux", trash._BY_HAND[system])
    assert run(parse([*data, "reject", str(album / "day"), "--to", "trash"])) == 0
    said = capsys.readouterr().out
    assert "Moved 1 file to the trash." in said
    assert (trash._BY_HAND[system] if system != "linux" else "`framepick export --undo` brings") in said
    assert run(parse([*data, "export", "--undo"])) == (0 if system == "linux" else 3)
    told = capsys.readouterr()
    assert (
        trash._BY_HAND[system] if system != "linux" else "1 file moved back to where it was."
    ) in told.out + told.err
