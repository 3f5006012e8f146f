"""Moves, links, zips; and exports that are cut short at every step: they go on or are taken back, whole."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import ExportError, NothingToDoError
from engine.events import CancelToken
from engine.export import archive, copying, filing
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.journal import Journal, JournalError, State, journals
from engine.export.plan import How
from engine.export.recover import find_unfinished, go_on, revert, the_last, the_unfinished
from tests.unit.exporting import ALL, OsWith, names, plan, run, state
from tests.unit.power_cut import PowerCutError


def _no_parts(folder: Path) -> bool:
    return not list(folder.rglob(f"*{PART_SUFFIX}"))


@pytest.mark.parametrize("how", [How.COPY, How.MOVE, How.HARD_LINK, How.SYMBOLIC_LINK])
def test_each_way_brings_every_file_and_undo_takes_it_back(originals: Path, out: Path, book: Path, how: How):
    before = state(originals)
    report = run(plan(originals, out, how), book)
    assert report.complete
    assert names(out) == ALL
    assert {n: (out / n).read_bytes() for n in ALL} == {n: before[n][0] for n in ALL}
    assert [(out / n).stat().st_mtime_ns for n in ALL] == [before[n][1] for n in ALL]
    assert names(originals) == (set() if how is How.MOVE else ALL)
    undone = revert(the_last(book), CancelToken())
    assert undone.complete
    assert state(originals) == before
    assert not out.exists()
    with pytest.raises(NothingToDoError):
        the_last(book)


def test_a_move_to_another_drive_copies_verifies_then_removes(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch
):
    def far(source: object, target: object, **_: object) -> None:
        if Path(os.fspath(source)).suffix != PART_SUFFIX:  # type: ignore[arg-type]
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        os.link(source, target)  # type: ignore[arg-type]

    before = state(originals)
    monkeypatch.setattr(filing, "os", OsWith(link=far))
    assert run(plan(originals, out, How.MOVE), book).complete
    assert names(originals) == set()
    assert revert(the_last(book), CancelToken()).moved_back == 5
    assert state(originals) == before


def test_extended_attributes_and_permissions_are_kept(originals: Path, out: Path, book: Path):
    (originals / "b.jpg").chmod(0o440)
    try:
        os.setxattr(originals / "b.jpg", "user.note", b"sky")
    except OSError:
        pytest.skip("this file system holds no extended attributes")
    run(plan(originals, out), book)
    assert (out / "b.jpg").stat().st_mode & 0o777 == 0o440


def test_a_zip_holds_every_file_and_is_undone(originals: Path, out: Path, book: Path):
    report = run(plan(originals, out / "all.zip", How.ZIP, "date"), book)
    assert report.complete
    with zipfile.ZipFile(out / "all.zip") as packed:
        assert packed.testzip() is None
        assert set(packed.namelist()) == {f"2026-06-01/{n}" for n in ALL if n[0] == "a"} | {"no date/b.jpg"}
        assert packed.read("no date/b.jpg") == (originals / "b.jpg").read_bytes()
    assert revert(the_last(book), CancelToken()).removed == 1
    assert not out.exists()


def test_a_zip_is_made_without_a_file_that_cannot_be_read(originals: Path, out: Path, book: Path):
    a_plan = plan(originals, out / "all.zip", How.ZIP)
    (originals / "a.cr2").unlink()
    report = run(a_plan, book)
    assert [path.name for path, _ in report.failed] == ["a.cr2"]
    with zipfile.ZipFile(out / "all.zip") as packed:
        assert set(packed.namelist()) == ALL - {"a.cr2"}


# -- what must not be lost when an export is taken back


def test_undo_keeps_what_was_changed_and_what_may_be_the_last_copy(originals: Path, out: Path, book: Path):
    run(plan(originals, out), book)
    (out / "a.jpg").write_bytes(b"retouched")
    (originals / "b.jpg").unlink()
    (originals / "a.cr2").write_bytes(b"another photo of that name")
    report = revert(the_last(book), CancelToken())
    assert {path.name for path, _ in report.kept} == {"a.jpg", "b.jpg", "a.cr2"}
    assert names(out) == {"a.jpg", "b.jpg", "a.cr2"}


def test_undo_says_how_many_copies_it_removed_and_how_many_were_gone(originals: Path, out: Path, book: Path):
    run(plan(originals, out), book)
    (out / "a.jpg").unlink()
    report = revert(the_last(book), CancelToken())
    assert (report.removed, report.gone, report.complete) == (len(ALL) - 1, 1, True)
    assert f"{len(ALL) - 1} files of ours removed" in report.summary()
    assert "1 file of ours was not there any more." in report.summary()


def test_undo_of_a_move_never_overwrites_what_came_to_the_old_place(originals: Path, out: Path, book: Path):
    run(plan(originals, out, How.MOVE), book)
    (originals / "b.jpg").write_bytes(b"a new photo")
    report = revert(the_last(book), CancelToken())
    assert [path.name for path, _ in report.kept] == ["b.jpg"]
    assert (originals / "b.jpg").read_bytes() == b"a new photo"
    assert len((out / "b.jpg").read_bytes()) == 1_400_000


def test_a_shot_that_cannot_move_as_a_whole_stays_whole(originals: Path, out: Path, book: Path):
    a_plan = plan(originals, out, How.MOVE)
    (originals / "a.cr2").unlink()
    report = run(a_plan, book)
    assert names(originals) == {"a.jpg", "a.xmp", "a.cr2.xmp"}
    assert names(out) == {"b.jpg"}
    assert {path.name for path, _ in report.failed} == {"a.cr2", "a.jpg", "a.xmp", "a.cr2.xmp"}


# -- cut short


def _cut_points(how: How) -> list[tuple[str, int]]:
    kinds = ["fsync", "link"] if how is not How.ZIP else ["fsync"]
    return [(kind, number) for kind in kinds for number in range(1, 8)]


CUTS = [(how, kind, number) for how in (How.COPY, How.MOVE, How.ZIP) for kind, number in _cut_points(how)]


def _cut(monkeypatch: pytest.MonkeyPatch, kind: str, number: int) -> list[int]:
    """Let the process end right before or after the `number`th call; the list says how many are left."""
    left = [number]

    def count(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            left[0] -= 1
            if left[0] == 0 and number % 2:
                raise PowerCutError
            result = real(*arguments, **more)
            if left[0] == 0:
                raise PowerCutError
            return result

        return call

    for module in (copying, filing, archive):
        monkeypatch.setattr(module, "os", OsWith(**{kind: count(getattr(os, kind))}))
    return left


def _cut_short(monkeypatch: pytest.MonkeyPatch, a_plan, book: Path, kind: str, number: int) -> bool:
    """Run until the cut; the part that a real crash would leave is left. False when the cut did not come."""
    with monkeypatch.context() as patch:
        left = _cut(patch, kind, number)
        real = Path.unlink

        def unlink(self: Path, missing_ok: bool = False) -> None:
            if left[0] > 0:  # after the cut nothing is tidied up any more
                real(self, missing_ok=missing_ok)

        patch.setattr(Path, "unlink", unlink)
        try:
            execute(a_plan, book, CancelToken())
        except PowerCutError:
            return True
    return False


@pytest.mark.parametrize(("how", "kind", "number"), CUTS)
def test_cut_short_it_goes_on(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch, how: How, kind: str, number: int
):
    before = state(originals)
    target = out / "all.zip" if how is How.ZIP else out
    if not _cut_short(monkeypatch, plan(originals, target, how), book, kind, number):
        assert find_unfinished(book) is None
        return
    for content in (originals, out):
        assert all(state(content)[n][0] == before[n][0] for n in names(content) if n in before)
    report = go_on(the_unfinished(book), CancelToken())
    assert report.complete, report.summary()
    assert _no_parts(out)
    if how is How.ZIP:
        assert zipfile.ZipFile(target).testzip() is None
    else:
        assert {n: state(out)[n][0] for n in ALL} == {n: before[n][0] for n in ALL}
    assert find_unfinished(book) is None


@pytest.mark.parametrize(("how", "kind", "number"), CUTS)
def test_cut_short_it_is_rolled_back(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch, how: How, kind: str, number: int
):
    before = state(originals)
    target = out / "all.zip" if how is How.ZIP else out
    if not _cut_short(monkeypatch, plan(originals, target, how), book, kind, number):
        return
    report = revert(the_unfinished(book), CancelToken())
    assert report.complete, report.summary()
    assert state(originals) == before
    assert not out.exists(), sorted(out.rglob("*"))


def test_without_hard_links_a_reserved_name_is_freed_after_a_cut(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(copying, "os", OsWith(link=no_links))
        patch.setattr(Path, "replace", cut)
        patch.setattr(Path, "unlink", lambda self, **_: None)
        with pytest.raises(PowerCutError):
            execute(plan(originals, out), book, CancelToken())
    assert (out / "a.jpg").stat().st_size == 0
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert (out / "a.jpg").read_bytes() == b"jpeg of a"


def test_a_full_disk_stops_and_goes_on_when_there_is_room(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch
):
    calls = [0]

    def full(handle: int) -> None:
        calls[0] += 1
        if calls[0] > 4:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(copying, "os", OsWith(fsync=full))
        report = run(plan(originals, out), book)
    assert report.stopped and "No space left on device" in report.stopped
    assert 0 < len(report.copied) < 5
    assert _no_parts(out)
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert names(out) == ALL


def test_a_pulled_card_is_named_once(originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch):
    def pulled(*_: object) -> None:
        for path in out.iterdir():
            path.unlink()
        out.rmdir()
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(copying, "os", OsWith(fsync=pulled))
    report = run(plan(originals, out), book)
    assert report.stopped == f"the folder {out} has disappeared"
    assert len(report.failed) == 1


def test_an_input_error_of_one_file_does_not_stop_the_others(originals: Path, out: Path, book: Path):
    a_plan = plan(originals, out)
    (originals / "a.cr2").unlink()
    (originals / "a.cr2").mkdir()
    report = run(a_plan, book)
    assert names(out) == ALL - {"a.cr2"}
    assert [path.name for path, _ in report.failed] == ["a.cr2"]


def test_cancelled_it_can_go_on_or_be_rolled_back(originals: Path, out: Path, book: Path):
    cancel = CancelToken()
    report = execute(plan(originals, out), book, cancel, lambda p: cancel.cancel() if p.done == 2 else None)
    assert report.cancelled
    assert len(report.copied) == 2
    assert len(go_on(the_unfinished(book), CancelToken()).copied) == 5


def test_two_processes_never_work_on_one_export(originals: Path, out: Path, book: Path):
    journal = Journal.create(book, plan(originals, out))
    assert find_unfinished(book) is None
    with pytest.raises(ExportError, match="Another window"):
        go_on(Journal.load(journal.path), CancelToken())
    journal.close()
    assert find_unfinished(book) is not None


def test_a_journal_with_half_a_line_is_read_and_continued(originals: Path, out: Path, book: Path):
    run(plan(originals, out), book)
    path = next(book.glob("*.jsonl"))
    lines = path.read_bytes().split(b"\n")  # header, folder, a.jpg verified, a.jpg placed
    for name in ALL - {"a.jpg"}:
        (out / name).unlink()
    path.write_bytes(b"\n".join(lines[:4]) + b'\n{"n": 1, "st')
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert names(out) == ALL
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in path.read_bytes().split(b"\n")[:-1])


def test_a_journal_that_makes_no_sense_is_left_out(book: Path):
    book.mkdir(parents=True)
    (book / "20260101-000000-x.jsonl").write_bytes(b"\0\0\0\n")
    assert list(journals(book)) == []


def test_when_the_journal_cannot_be_written_the_export_stops_whole(
    originals: Path, out: Path, book: Path, monkeypatch: pytest.MonkeyPatch
):
    before, left = state(originals), [6]
    real = Journal._append

    def full(self: Journal, record: dict[str, object]) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise JournalError("The journal cannot be written: No space left on device.")
        real(self, record)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", full)
        report = run(plan(originals, out, How.MOVE), book)
    assert report.stopped
    assert {**state(originals), **state(out)}.keys() >= before.keys()
    assert revert(the_unfinished(book), CancelToken()).complete
    assert state(originals) == before


def test_old_journals_are_dropped_unfinished_ones_never(originals: Path, tmp_path: Path, book: Path):
    left = Journal.create(book, plan(originals, tmp_path / "unfinished"))
    left.close()
    for number in range(25):
        journal = Journal.create(book, plan(originals, tmp_path / str(number)))
        journal.note_state(State.FINISHED)
        journal.close()
    assert left.path.exists()
    assert len(list(book.glob("*.jsonl"))) <= 22
