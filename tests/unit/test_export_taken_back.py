"""Taking exports back, and going on with them, where files were changed or others work on them meanwhile."""

from __future__ import annotations

import os
import shutil

import pytest

from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.copying import write_part
from engine.export.filing import stamp
from engine.export.journal import KEPT, Journal, State, Step
from engine.export.plan import How
from engine.export.recover import find_last, find_unfinished, go_on, revert, the_last, the_unfinished
from engine.export.report import ExportProgress
from tests.unit.exporting import ALL, cancelled_at, names, plan, run, state

# -- which export is meant


def test_an_export_of_which_only_some_arrived_is_the_last_one(originals, out, book):
    cancelled_at(plan(originals, out), book, 2)
    assert revert(the_last(book), CancelToken()).removed == 2
    assert not out.exists() and names(originals) == ALL


def test_an_export_of_which_nothing_arrived_does_not_hide_the_one_before(originals, out, book, tmp_path):
    run(plan(originals, out), book)
    cancelled_at(plan(originals, tmp_path / "second"), book, 0)
    assert the_last(book).target == out


def test_after_taking_the_last_one_back_the_one_before_is_the_last(originals, out, book, tmp_path):
    run(plan(originals, out), book)
    run(plan(originals, tmp_path / "second"), book)
    revert(the_last(book), CancelToken())
    assert the_last(book).target == out
    revert(the_last(book), CancelToken())
    assert find_last(book) is None and find_unfinished(book) is None


# -- two at work


def test_one_that_another_window_works_on_is_not_taken_back(originals, out, book):
    journal = Journal.create(book, plan(originals, out))
    with pytest.raises(ExportError, match="Another window"):
        revert(Journal.load(journal.path), CancelToken())
    journal.close()


def test_who_comes_second_sees_what_the_first_has_done(originals, out, book):
    cancelled_at(plan(originals, out), book, 2)
    second = the_unfinished(book)
    assert go_on(the_unfinished(book), CancelToken()).complete
    report = go_on(second, CancelToken())
    assert report.complete and len(report.copied) == 5


def test_what_is_being_taken_back_is_finished_that_way(originals, out, book):
    before, cancel = state(originals), CancelToken()
    run(plan(originals, out, How.MOVE), book)
    told: list[ExportProgress] = []

    def after_two(progress: ExportProgress) -> None:
        told.append(progress)
        if progress.done == 2:
            cancel.cancel()

    report = revert(the_last(book), cancel, after_two)
    assert report.cancelled and not report.complete
    assert (told[0].total, told[0].current) == (5, "b.jpg"), "the last one first"
    assert report.moved_back == len(names(originals)) == 3
    assert (report.removed, report.gone) == (0, 0)
    assert [each.done for each in told] == [0, 1, 2]
    with pytest.raises(ExportError, match="being taken back"):
        go_on(the_unfinished(book), CancelToken())
    assert revert(the_unfinished(book), CancelToken()).moved_back == 2
    assert state(originals) == before and not out.exists()
    assert find_unfinished(book) is None


# -- files that are no longer what was exported


def test_another_photo_of_the_same_size_and_time_is_not_removed(originals, out, book):
    run(plan(originals, out), book)
    found = (out / "a.jpg").stat()
    (out / "a.jpg").write_bytes(b"JPEG OF A")
    os.utime(out / "a.jpg", ns=(found.st_atime_ns, found.st_mtime_ns))
    report = revert(the_last(book), CancelToken())
    assert report.kept == ((out / "a.jpg", "it was changed since, or is another file"),)
    assert (out / "a.jpg").read_bytes() == b"JPEG OF A"


@pytest.mark.parametrize("how", [How.COPY, How.MOVE, How.HARD_LINK])
def test_a_link_or_a_folder_in_a_files_place_is_not_removed(originals, out, book, tmp_path, how):
    run(plan(originals, out, how), book)
    shutil.copy2(out / "a.jpg", tmp_path / "kept elsewhere")
    (out / "a.jpg").unlink()
    (out / "a.jpg").symlink_to(tmp_path / "kept elsewhere")
    (out / "b.jpg").unlink()
    (out / "b.jpg").mkdir()
    report = revert(the_last(book), CancelToken())
    assert {path.name for path, _ in report.kept} == {"a.jpg", "b.jpg"}
    assert {reason for _, reason in report.kept} == {"it was changed since, or is another file"}
    assert (out / "a.jpg").is_symlink() and (out / "b.jpg").is_dir()


def test_a_photo_that_was_moved_back_by_hand_counts_as_taken_back(originals, out, book):
    before = state(originals)
    run(plan(originals, out, How.MOVE), book)
    (out / "b.jpg").rename(originals / "b.jpg")
    report = revert(the_last(book), CancelToken())
    assert report.complete and (report.moved_back, report.gone) == (4, 1)
    assert state(originals) == before


def test_a_photo_that_is_in_neither_place_is_named(originals, out, book):
    run(plan(originals, out, How.MOVE), book)
    (out / "b.jpg").unlink()
    report = revert(the_last(book), CancelToken())
    assert report.kept == ((out / "b.jpg", "it is neither in the target nor in its old place"),)


@pytest.mark.parametrize("how", [How.COPY, How.HARD_LINK])
def test_a_copy_is_never_moved_to_where_its_original_was(originals, out, book, how):
    run(plan(originals, out, how), book)
    (originals / "b.jpg").unlink()
    report = revert(the_last(book), CancelToken())
    why = "the original is no longer there: this may be the last copy"
    assert report.kept == ((out / "b.jpg", why),) and report.moved_back == 0
    assert (out / "b.jpg").exists() and not (originals / "b.jpg").exists()


def test_a_zip_that_was_changed_since_stays_and_is_named(originals, out, book):
    run(plan(originals, out / "all.zip", How.ZIP), book)
    with (out / "all.zip").open("ab") as packed:
        packed.write(b"a comment")
    report = revert(the_last(book), CancelToken())
    assert report.kept == ((out / "all.zip", "it was changed since, or is another file"),)
    assert (out / "all.zip").exists() and not report.removed


def test_a_zip_that_may_be_the_last_copy_stays_and_is_named(originals, out, book):
    run(plan(originals, out / "all.zip", How.ZIP), book)
    (originals / "b.jpg").unlink()
    report = revert(the_last(book), CancelToken())
    assert "the original of b.jpg is no longer there" in report.kept[0][1]
    assert (out / "all.zip").exists()


# -- journals that are kept


def test_of_many_exports_the_last_ones_can_still_be_taken_back(originals, out, book):
    for number in range(KEPT + 5):
        run(plan(originals, out / str(number)), book)
    for number in (KEPT + 4, KEPT + 3):
        assert the_last(book).target == out / str(number)
        revert(the_last(book), CancelToken())
    assert len(list(book.glob("*.jsonl"))) <= KEPT + 1


def test_one_that_is_half_taken_back_is_kept_however_old_it_is(originals, out, book):
    run(plan(originals, out / "half"), book)
    cancel = CancelToken()
    cancel.cancel()
    revert(the_last(book), cancel)
    for number in range(KEPT + 5):
        journal = Journal.create(book, plan(originals, out / str(number)))
        journal.note_state(State.FINISHED)
        journal.close()
    assert the_unfinished(book).target == out / "half"


# -- after a crash


def test_after_a_crash_a_link_of_ours_is_known_by_where_it_leads(originals, out, book):
    journal = Journal.create(book, plan(originals, out, How.SYMBOLIC_LINK))
    journal.close()
    out.mkdir()
    (out / "a.jpg").symlink_to(originals / "a.jpg")
    (out / "b.jpg").symlink_to(originals / "a.jpg")
    assert revert(the_unfinished(book), CancelToken()).removed == 1
    assert (out / "b.jpg").is_symlink() and not (out / "a.jpg").is_symlink()


def test_after_a_crash_another_file_of_that_name_is_not_taken_for_the_copy(originals, out, book):
    """Our copy was whole and had its name, and then somebody put another photo there."""
    journal = Journal.create(book, plan(originals, out))
    file = next(each for each in journal.files if each.action.source.name == "b.jpg")
    out.mkdir()
    digest = write_part(file.action.source, journal.part_of(file), CancelToken())
    journal.note(file, Step.VERIFIED, digest=digest, source=stamp(file.action.source))
    journal.part_of(file).unlink()
    journal.close()
    (out / "b.jpg").write_bytes(b"another photo")
    report = go_on(the_unfinished(book), CancelToken())
    assert [path.name for path, _ in report.failed] == ["b.jpg"]
    assert (out / "b.jpg").read_bytes() == b"another photo"
    assert revert(the_last(book), CancelToken()).removed == 4
    assert (out / "b.jpg").read_bytes() == b"another photo"
