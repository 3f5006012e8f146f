"""Export: verified copies, nothing overwritten, originals untouched, honest about what failed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.album.scan import EXPORT_MARKER, scan
from engine.errors import ExportError
from engine.events import CancelToken
from engine.export import copying
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute as execute_plan
from engine.export.items import ExportItem
from engine.export.plan import ExportOptions, ExportPlan
from engine.export.plan import plan_export as plan_items
from engine.export.report import ExportProgress, ExportReport
from engine.types import Photo


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    for name, content in (("a.jpg", b"aaa"), ("a.cr2", b"raw of a"), ("b.jpg", b"bb" * 700_000)):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    return folder


def plan_export(photos: list[Photo], target: Path) -> ExportPlan:
    return plan_items([ExportItem(photo) for photo in photos], ExportOptions(target))


def execute(
    plan: ExportPlan, cancel: CancelToken, report: Callable[[ExportProgress], None] = lambda _: None
) -> ExportReport:
    journals = plan.target.parent / "data" / "exports"
    return execute_plan(plan, journals, cancel, report)


def _photos(folder: Path) -> list[Photo]:
    return [
        Photo(0, "a.jpg", (folder / "a.jpg", folder / "a.cr2")),
        Photo(1, "b.jpg", (folder / "b.jpg",)),
    ]


def _state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {f.name: (f.read_bytes(), f.stat().st_mtime_ns, f.stat().st_mode) for f in folder.iterdir()}


class _OsWith:
    """The module os with some functions replaced, for one module only: the journal keeps the real ones."""

    def __init__(self, **replaced: object) -> None:
        self.__dict__ |= replaced

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)


def _no_parts(folder: Path) -> bool:
    return not list(folder.rglob(f"*{PART_SUFFIX}"))


def test_copies_are_equal_keep_time_stamps_and_leave_originals_alone(originals: Path, tmp_path: Path):
    before = _state(originals)
    report = execute(plan_export(_photos(originals), tmp_path / "out"), CancelToken())
    assert _state(originals) == before
    assert {p.name for p in report.copied} == {"a.jpg", "a.cr2", "b.jpg"}
    for copy in report.copied:
        assert copy.read_bytes() == (originals / copy.name).read_bytes()
        assert copy.stat().st_mtime == 1_700_000_000
    assert report.summary().startswith("Copied and verified 3 files")
    assert _no_parts(tmp_path / "out")


def test_an_existing_file_is_never_overwritten_and_a_pair_keeps_one_name(originals: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "A.JPG").write_bytes(b"somebody's picture")
    report = execute(plan_export(_photos(originals), out), CancelToken())
    assert (out / "A.JPG").read_bytes() == b"somebody's picture"
    assert {p.name for p in report.copied} == {"a_2.jpg", "a_2.cr2", "b.jpg"}
    assert "new name" in report.summary()


def test_exporting_twice_copies_nothing_twice(originals: Path, tmp_path: Path):
    execute(plan_export(_photos(originals), tmp_path / "out"), CancelToken())
    again = plan_export(_photos(originals), tmp_path / "out")
    assert again.actions == ()
    assert len(again.already_there) == 3


def test_one_vanished_original_is_named_and_the_rest_goes_on(originals: Path, tmp_path: Path):
    plan = plan_export(_photos(originals), tmp_path / "out")
    (originals / "a.cr2").unlink()
    report = execute(plan, CancelToken())
    assert {p.name for p in report.copied} == {"a.jpg", "b.jpg"}
    assert [(p.name, reason) for p, reason in report.failed] == [("a.cr2", "No such file or directory")]
    assert "a.cr2" in report.summary()


def test_a_copy_that_reads_back_differently_is_reported_and_removed(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def spoil_written_bytes(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, b"?")

    monkeypatch.setattr(copying, "os", _OsWith(fsync=spoil_written_bytes))
    report = execute(plan_export(_photos(originals), tmp_path / "out"), CancelToken())
    assert report.copied == ()
    assert len(report.failed) == 3
    assert "differs from the original" in report.failed[0][1]
    assert [p.name for p in (tmp_path / "out").iterdir()] == [EXPORT_MARKER]


def test_a_full_disk_leaves_no_half_file(originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying, "os", _OsWith(fsync=full))
    report = execute(plan_export(_photos(originals), tmp_path / "out"), CancelToken())
    assert report.copied == ()
    assert report.stopped == "a.jpg: No space left on device"
    assert "Stopped: a.jpg: No space left on device" in report.summary()
    assert _no_parts(tmp_path / "out")


def test_a_name_taken_after_planning_is_not_overwritten(originals: Path, tmp_path: Path):
    plan = plan_export(_photos(originals), tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.jpg").write_bytes(b"came meanwhile")
    report = execute(plan, CancelToken())
    assert (tmp_path / "out" / "b.jpg").read_bytes() == b"came meanwhile"
    assert [p.name for p, _ in report.failed] == ["b.jpg"]


def test_without_hard_links_the_copy_still_arrives(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_links(source: object, target: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(copying, "os", _OsWith(link=no_links))
    report = execute(plan_export(_photos(originals), tmp_path / "out"), CancelToken())
    assert len(report.copied) == 3
    assert (tmp_path / "out" / "b.jpg").read_bytes() == (originals / "b.jpg").read_bytes()


def test_cancel_stops_between_and_within_files(originals: Path, tmp_path: Path):
    cancel = CancelToken()

    def cancel_at_second(progress) -> None:
        if progress.done == 1:
            cancel.cancel()

    report = execute(plan_export(_photos(originals), tmp_path / "out"), cancel, cancel_at_second)
    assert report.cancelled
    assert [p.name for p in report.copied] == ["a.jpg"]
    assert _no_parts(tmp_path / "out")
    assert "Cancelled" in report.summary()


@pytest.mark.parametrize("target", ["card", "card/../card", "card/a.jpg"])
def test_the_album_itself_or_a_file_is_no_target(originals: Path, tmp_path: Path, target: str):
    with pytest.raises(ExportError, match=r"holds the originals|is a file"):
        plan_export(_photos(originals), tmp_path / target)


def test_too_little_room_is_found_before_anything_is_written(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usage = type("Usage", (), {"free": 10, "total": 10**9})
    monkeypatch.setattr("engine.export.plan.shutil.disk_usage", lambda folder: usage)
    plan = plan_export(_photos(originals), tmp_path / "out")
    with pytest.raises(ExportError, match="free"):
        execute(plan, CancelToken())
    assert not (tmp_path / "out").exists()


def test_an_export_inside_the_album_is_not_shown_as_photos_of_it(originals: Path):
    execute(plan_export(_photos(originals), originals / "selection"), CancelToken())
    assert [photo.name for photo in scan(originals, recursive=True)] == ["a.jpg", "b.jpg"]
