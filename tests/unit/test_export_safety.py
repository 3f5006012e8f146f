"""What an export holds to, step by step: the disk before the journal, others' files, locks, a quick end."""

from __future__ import annotations

import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from engine.errors import ExportError
from engine.events import CancelToken
from engine.export import archive, copying
from engine.export.companions import CompanionFinder
from engine.export.copying import write_part
from engine.export.execute import execute
from engine.export.filing import stamp
from engine.export.journal import Journal, Step
from engine.export.plan import How, as_json, free_bytes
from engine.export.recover import go_on, revert, the_unfinished
from engine.export.reject import RejectTo, plan_reject
from engine.export.trash import find_in_trash
from engine.types import Decision, Marks, Photo
from tests.unit.exporting import ExportItem, OsWith, names, plan, shots


def test_all_of_a_copy_is_given_to_the_system_before_it_is_flushed(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"short")
    flushed = []
    monkeypatch.setattr(copying, "os", OsWith(fsync=lambda handle: flushed.append(os.fstat(handle).st_size)))
    write_part(tmp_path / "a", tmp_path / "part", CancelToken())
    assert flushed == [5]


def test_a_file_with_our_content_that_another_program_put_there_is_not_ours(originals, tmp_path, book):
    """Our part is whole, but has not got its name: what has that name is not removed when taking back."""
    journal = Journal.create(book, plan(originals, tmp_path / "out"))
    file = journal.files[0]
    file.action.target.parent.mkdir()
    digest = write_part(file.action.source, journal.part_of(file), CancelToken())
    journal.note(file, Step.VERIFIED, digest=digest, source=stamp(file.action.source))
    journal.close()
    shutil.copyfile(file.action.source, file.action.target)
    revert(the_unfinished(book), CancelToken())
    assert names(tmp_path / "out") == {file.action.target.name}
    assert not journal.part_of(file).exists()


def test_who_went_on_with_an_export_lets_others_have_its_journal(originals, tmp_path, book):
    cancel = CancelToken()
    execute(plan(originals, tmp_path / "out"), book, cancel, lambda progress: cancel.cancel())
    journal = the_unfinished(book)
    assert go_on(journal, CancelToken()).complete
    other = Journal.load(journal.path)
    assert other.lock()
    other.close()


def test_a_zip_is_given_up_in_the_middle_of_a_file(originals, tmp_path, book, monkeypatch):
    cancel, read, real = CancelToken(), [], archive._read

    def counted(*arguments):
        read.append(arguments)
        cancel.cancel()
        return real(*arguments)

    monkeypatch.setattr(archive, "BLOCK", 100)
    monkeypatch.setattr(archive, "_read", counted)
    assert execute(plan(originals, tmp_path / "all.zip", How.ZIP), book, cancel).cancelled
    assert len(read) == 1
    assert names(tmp_path) & {"all.zip"} == set()


def test_json_of_a_plan_says_whether_there_is_an_archive(originals, tmp_path):
    assert as_json(plan(originals, tmp_path / "all.zip", How.ZIP))["archive"] == str(tmp_path / "all.zip")
    assert as_json(plan(originals, tmp_path / "out"))["archive"] is None


def test_a_drive_without_any_size_takes_nothing(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("engine.export.plan.shutil.disk_usage", lambda _: usage(0, 0, 0))
    with pytest.raises(ExportError, match="nothing can be written"):
        free_bytes(tmp_path / "out")


def test_a_folder_that_cannot_be_read_has_no_sidecars(originals, monkeypatch):
    def refused(self):
        raise PermissionError(13, "Permission denied")

    photo = Photo(0, "a.jpg", (originals / "a.jpg",))
    assert [each.path.name for each in CompanionFinder().of(photo)] == ["a.xmp"]
    monkeypatch.setattr(Path, "iterdir", refused)
    assert CompanionFinder().of(photo) == []


def test_nothing_gets_another_name_on_its_way_to_the_trash(originals):
    rejected = [ExportItem(item.photo, Marks(Decision.REJECT)) for item in shots(originals)]
    planned = plan_reject(rejected, originals, RejectTo.TRASH)
    assert len(planned.actions) == 5
    assert not any(action.renamed or action.target != action.source for action in planned.actions)


@pytest.mark.skipif(sys.platform != "linux", reason="the trash of freedesktop.org")
@pytest.mark.parametrize("folder", [".Trash/{user}", ".Trash-{user}"])
def test_the_trash_of_a_volume_is_looked_through_too(tmp_path, bin_folder, monkeypatch, folder):
    files = tmp_path / "card" / folder.format(user=os.getuid()) / "files"
    files.mkdir(parents=True)
    (files / "a.2.jpg").touch()
    monkeypatch.setattr(Path, "is_mount", lambda self: self == tmp_path / "card")
    inode = (files / "a.2.jpg").stat().st_ino
    assert find_in_trash(tmp_path / "card" / "album" / "a.jpg", inode) == files / "a.2.jpg"
    assert find_in_trash(tmp_path / "card" / "album" / "a.jpg", inode + 1) is None
