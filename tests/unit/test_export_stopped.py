"""Exports that do not go as planned: what is said then, what stays, and whether they can go on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.errors import ExportError, NothingToDoError
from engine.events import CancelToken
from engine.export import archive, copying, filing
from engine.export import report as report_module
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.plan import How
from engine.export.recover import find_unfinished, go_on, the_last, the_unfinished
from engine.export.report import ExportProgress
from tests.unit.exporting import ALL, OsWith, cancelled_at, names, plan, run, state


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "drive" / "out"


def _no_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.fixture
def another_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The target is on another drive, or on one without hard links: files are copied to it."""
    monkeypatch.setattr(filing, "os", OsWith(link=_no_links))


@pytest.fixture
def every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told of each block, however quickly they come."""
    monkeypatch.setattr(report_module, "REPORT_EVERY", -1.0)


# -- a target that is not there


def test_a_drive_that_is_not_there_yet_ends_no_export_that_has_begun(originals, out, book, another_drive):
    before = state(originals)
    cancelled_at(plan(originals, out, How.MOVE), book, 4)
    assert names(originals) == {"b.jpg"}
    out.parent.rename(out.parent.with_name("pulled"))
    out.parent.touch()  # nothing can be made there
    with pytest.raises(ExportError, match="cannot be made"):
        go_on(the_unfinished(book), CancelToken())
    out.parent.unlink()
    out.parent.with_name("pulled").rename(out.parent)
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert {name: kept[0] for name, kept in state(out).items() if name[0] != "."} == {
        name: kept[0] for name, kept in before.items()
    }


def test_what_cannot_begin_leaves_nothing_to_go_on_with(originals, out, book):
    a_plan = plan(originals, out)
    out.parent.touch()
    with pytest.raises(ExportError, match=r"cannot be made: .*Nothing was written"):
        run(a_plan, book)
    assert find_unfinished(book) is None
    with pytest.raises(NothingToDoError):
        the_last(book)


# -- cancelled


def test_of_a_shot_that_is_cancelled_while_it_moves_all_files_stay_where_they_were(originals, out, book):
    before = state(originals)
    report = cancelled_at(plan(originals, out, How.MOVE), book, 2)
    assert report.cancelled and not report.copied and not report.failed
    assert state(originals) == before and names(out) == set()
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert names(out) == ALL and names(originals) == set()


@pytest.mark.parametrize("name", ["a.cr2", "a.cr2.xmp"])
def test_the_same_in_the_middle_of_a_file(name, originals, out, book, another_drive, monkeypatch):
    before, cancel, calls = state(originals), CancelToken(), []
    monkeypatch.setattr(copying, "BLOCK", 100)

    def told(progress: ExportProgress) -> None:
        calls.append(progress)
        if progress.current == name:
            cancel.cancel()

    assert execute(plan(originals, out, How.MOVE), book, cancel, told).cancelled
    assert state(originals) == before and names(out) == set()


def test_cancelled_after_the_last_file_it_is_whole(originals, out, book):
    assert cancelled_at(plan(originals, out), book, 5).copied
    assert names(out) == ALL
    assert find_unfinished(book) is None


def test_a_file_that_failed_makes_no_export_unfinished(originals, out, book):
    a_plan = plan(originals, out)
    (originals / "a.cr2").unlink()
    assert not run(a_plan, book).complete
    assert find_unfinished(book) is None


# -- what stands in the way of one file


def test_without_hard_links_a_name_that_is_taken_stays_with_who_has_it(originals, out, book, monkeypatch):
    a_plan = plan(originals, out)
    monkeypatch.setattr(copying, "os", OsWith(link=_no_links))
    out.mkdir(parents=True)
    (out / "b.jpg").write_bytes(b"somebody else's")
    report = run(a_plan, book)
    assert report.failed == ((originals / "b.jpg", "another file has that name now"),)
    assert (out / "b.jpg").read_bytes() == b"somebody else's"
    assert names(out) == ALL


def test_a_photo_that_changes_while_it_is_copied_is_not_exported(originals, out, book, every_block):
    def told(progress: ExportProgress) -> None:
        if progress.current == "b.jpg" and progress.bytes_done > 1_000_000:
            (originals / "b.jpg").write_bytes(b"written anew meanwhile")

    report = execute(plan(originals, out), book, CancelToken(), told)
    assert report.failed == ((originals / "b.jpg", "was changed while it was copied"),)
    assert names(out) == ALL - {"b.jpg"} and not list(out.rglob(f"*{PART_SUFFIX}"))


def test_a_photo_that_changes_after_it_was_copied_is_not_removed(originals, out, book, another_drive):
    def told(progress: ExportProgress) -> None:
        if progress.current == "a.cr2.xmp":
            (originals / "a.jpg").write_bytes(b"retouched meanwhile")

    report = execute(plan(originals, out, How.MOVE), book, CancelToken(), told)
    assert names(originals) == {"a.jpg"} and names(out) == ALL
    assert [path.name for path, _ in report.failed] == ["a.jpg"]
    assert report.failed[0][1].endswith(
        "could not be removed: was changed while it was moved; both files are kept"
    )


def test_what_was_changed_in_the_target_stays_there_when_its_shot_cannot_move(originals, out, book):
    a_plan = plan(originals, out, How.MOVE)
    (originals / "a.cr2.xmp").unlink()

    def told(progress: ExportProgress) -> None:
        if progress.current == "a.cr2.xmp":
            (out / "a.jpg").unlink()
            (out / "a.jpg").write_bytes(b"retouched")

    report = execute(a_plan, book, CancelToken(), told)
    said = {path.name: reason for path, reason in report.failed}
    assert said["a.jpg"] == "only copied: it was changed since, or is another file"
    assert (out / "a.jpg").read_bytes() == b"retouched" and (originals / "a.jpg").exists()


def test_a_drive_without_permissions_keeps_times_at_least(originals, out, book, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(copying.shutil, "copystat", refused)
    assert run(plan(originals, out), book).complete
    assert (out / "b.jpg").stat().st_mtime_ns == (originals / "b.jpg").stat().st_mtime_ns


def test_a_zip_that_cannot_be_written_is_named_with_the_reason(originals, out, book, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "os", OsWith(fsync=full))
        report = run(plan(originals, out / "all.zip", How.ZIP), book)
    assert report.stopped == "all.zip could not be written: No space left on device"
    assert not list(out.iterdir()) or names(out) == set()
    assert go_on(the_unfinished(book), CancelToken()).complete
    assert names(out) == {"all.zip"}


def test_a_zip_that_reads_back_differently_is_no_zip(originals, out, book, monkeypatch):
    real = archive._write

    def flipped(part: Path, *more: object) -> object:
        digests = real(part, *more)  # type: ignore[arg-type]
        part.write_bytes(part.read_bytes().replace(b"jpeg of a", b"jpeg of b"))
        return digests

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_write", flipped)
        report = run(plan(originals, out / "all.zip", How.ZIP), book)
    assert report.stopped is not None and "a.jpg differs from the original after packing" in report.stopped
    assert names(out) == set() and names(originals) == ALL
    assert go_on(the_unfinished(book), CancelToken()).complete


# -- progress


def _sizes(folder: Path) -> int:
    return sum((folder / name).stat().st_size for name in ALL)


def test_progress_counts_every_byte_and_ends_with_all(originals, out, book, every_block):
    told: list[ExportProgress] = []
    size = _sizes(originals)
    execute(plan(originals, out), book, CancelToken(), told.append)
    assert (told[-1].done, told[-1].total) == (5, 5)
    assert (told[-1].bytes_done, told[-1].bytes_total) == (size, size)
    counts = [each.bytes_done for each in told]
    assert counts == sorted(counts)
    within = [each.bytes_done for each in told if each.current == "b.jpg" and each.done == 4]
    assert len(set(within)) == 3, "before it, after a block, after both"


def test_going_on_counts_what_is_left_alone(originals, out, book):
    cancelled_at(plan(originals, out), book, 4)
    told: list[ExportProgress] = []
    go_on(the_unfinished(book), CancelToken(), told.append)
    assert (told[-1].done, told[-1].total) == (1, 1)
    assert told[-1].bytes_done == told[-1].bytes_total == 1_400_000


def test_the_report_names_the_folder_or_the_zip(originals, out, book):
    assert run(plan(originals, out), book).target == out
    assert run(plan(originals, out / "all.zip", How.ZIP), book).target == out / "all.zip"
