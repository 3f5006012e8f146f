"""Lists, contact sheets and small JPEGs are in the export's journal: no half ones, and undo knows them."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.benchmark.survival.samples import write_jpegs
from engine.events import CancelToken
from engine.export import execute as execution
from engine.export import made
from engine.export import report as report_module
from engine.export.asked import Asked
from engine.export.contact_sheet import as_html
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.journal import Journal
from engine.export.lists import as_rows
from engine.export.lists_beside import Lists
from engine.export.plan import ExportOptions, How, plan_export, plan_of_lists
from engine.export.recover import find_unfinished, go_on, revert, the_last
from engine.export.report import ExportProgress, ExportReport, ListsReport, progress_words
from engine.types import Decision, Label, Marks, Metadata, Photo, Ranked, Role, Score, Verdict
from tests.unit.exporting import state
from tests.unit.power_cut import PowerCut, PowerCutError

ENDINGS = (".csv", ".json", ".html")
WANTED = Lists(ENDINGS, 64)
LISTS = {f"card{ending}" for ending in ENDINGS}
SMALL = {f"card small/IMG_000{n}.jpg" for n in range(3)}
PHOTOS = {f"IMG_000{n}.JPG" for n in range(3)}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    write_jpegs(tmp_path / "card", 3)
    return tmp_path / "card"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "journals"


def items(card: Path) -> list[ExportItem]:
    return [ExportItem(Photo(n, path.name, (path,))) for n, path in enumerate(sorted(card.glob("*.JPG")))]


def export(
    card: Path, out: Path, book: Path, how: How | None = How.COPY, cancel: CancelToken | None = None
) -> tuple[ListsReport, ExportReport]:
    chosen = items(card)
    plan = plan_export(chosen, ExportOptions(out, how)) if how else plan_of_lists(out, len(chosen))
    asked = WANTED.asked(chosen, out, "card", out.parent / "thumbnails")
    report = execute(plan, book, cancel or CancelToken(), asked=asked)
    assert report.lists is not None
    return report.lists, report


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in there(out)}


def there(out: Path) -> set[str]:
    return {
        file.relative_to(out).as_posix()
        for file in out.rglob("*")
        if file.is_file() and file.name != ".framepick-export"
    }


@pytest.mark.parametrize("how", [How.COPY, How.MOVE, How.HARD_LINK, None])
def test_undo_takes_lists_and_pictures_away_with_the_photos(card, out, book, how):
    before = state(card)
    lists, report = export(card, out, book, how)
    assert lists.complete and report.complete
    assert there(out) == LISTS | SMALL | (PHOTOS if how else set())
    assert len(report.copied) == (3 if how else 0), "lists are not counted as photos"
    undone = revert(the_last(book), CancelToken())
    assert undone.complete
    assert state(card) == before
    assert not out.exists()


def test_lists_beside_a_zip_are_undone_with_it(card, out, book):
    export(card, out, book, How.ZIP)
    (archive,) = out.glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        assert set(packed.namelist()) == PHOTOS
    assert revert(the_last(book), CancelToken()).removed == len(LISTS | SMALL) + 1
    assert not out.exists()


def test_what_was_changed_since_stays_and_is_named(card, out, book):
    export(card, out, book)
    (out / "card.csv").write_text("edited")
    (out / "card small" / "IMG_0001.jpg").write_bytes(b"retouched")
    (out / "card.json").unlink()
    undone = revert(the_last(book), CancelToken())
    assert {path.name for path, why in undone.kept if "changed since" in why} == {"card.csv", "IMG_0001.jpg"}
    assert there(out) == {"card.csv", "card small/IMG_0001.jpg"}


def test_what_was_there_before_is_neither_overwritten_nor_undone(card, out, book):
    out.mkdir()
    (out / "card.csv").write_text("mine")
    export(card, out, book)
    assert "card_2.csv" in there(out)
    revert(the_last(book), CancelToken())
    assert there(out) == {"card.csv"} and (out / "card.csv").read_text() == "mine"


def cut_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Cut the power after `number` things that are written down, put in place or removed."""
    cut = PowerCut(number)
    monkeypatch.setattr(Journal, "_append", cut.counted(Journal._append))
    monkeypatch.setattr(made, "_write", cut.counted(made._write))
    monkeypatch.setattr(made, "put_in_place", cut.counted(made.put_in_place))
    monkeypatch.setattr(Path, "unlink", cut.counted(Path.unlink))


@pytest.mark.parametrize(("how", "back"), [(How.COPY, True), (How.MOVE, False), (None, False)])
def test_cut_at_every_step_there_are_no_half_ones_and_it_goes_on_or_back(
    card, out, book, monkeypatch, back, how
):
    before, ended, number = state(card), False, 0
    export(card, out, book, how)
    whole = contents(out)
    assert whole.keys() == LISTS | SMALL | (PHOTOS if how else set())
    assert revert(the_last(book), CancelToken()).complete
    while not ended:
        number += 1
        with monkeypatch.context() as patch, suppress(PowerCutError):
            cut_at(patch, number)
            export(card, out, book, how)
            ended = True
        for name in there(out) - PHOTOS:
            if name.endswith(".json"):
                assert len(json.loads((out / name).read_text())["photos"]) == 3
        journal = find_unfinished(book)
        if journal is not None and not back:
            report = go_on(journal, CancelToken())
            assert report.complete, report.summary()
            assert contents(out) == whole and not list(out.rglob(f"*{PART_SUFFIX}"))
            journal = the_last(book)
        if journal is None and ended:
            journal = the_last(book)
        if journal is not None:
            assert revert(journal, CancelToken()).complete
        assert state(card) == before
        assert not there(out) and not list(out.rglob(f"*{PART_SUFFIX}"))
        for file in book.glob("*"):
            file.unlink()
    assert number > 20


def test_a_full_disk_names_each_list_that_is_not_there_and_leaves_no_part(card, out, book, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(made, "_write", full)
    lists, report = export(card, out, book, None)
    assert len(lists.failed) == len(LISTS | SMALL) and not (lists.lists or lists.small)
    assert "No space left" in report.summary()
    assert not there(out) and not report.complete


@pytest.mark.parametrize("how", [How.COPY, None])
def test_cancelled_among_the_lists_it_goes_on_with_them(card, out, book, how):
    cancel = CancelToken()
    cancel.cancel()
    _, report = export(card, out, book, how, cancel)
    assert report.cancelled and there(out) == set()
    journal = find_unfinished(book)
    assert journal is not None
    assert go_on(journal, CancelToken()).complete
    assert there(out) == LISTS | SMALL | (PHOTOS if how else set())


def test_a_folder_that_cannot_be_made_is_named_and_the_rest_is_done(card, out, book, tmp_path):
    (tmp_path / "file").write_text("in the way")
    places = tuple(tmp_path / "file" / "small" / f"{n}.jpg" for n in range(3))
    asked = Asked("card", tuple(items(card)), tmp_path / "cache", small=places)
    plan = plan_export(items(card), ExportOptions(out))
    report = execute(plan, book, CancelToken(), asked=asked)
    assert not report.complete and "cannot be made" in report.summary()
    assert there(out) == PHOTOS and find_unfinished(book) is None


def test_small_jpegs_are_made_of_photos_that_a_move_has_taken_already(card, out, book, monkeypatch):
    """Where they failed at first, for a full disk, which then stopped the move half-way."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real, left = execution.place, [2]

    def fills(*arguments: object) -> None:
        left[0] -= 1
        full() if left[0] < 0 else real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(made, "_write", full)
        patch.setattr(execution, "place", fills)
        _, report = export(card, out, book, How.MOVE)
    assert report.stopped and len(report.copied) == 2 and there(out) < PHOTOS
    journal = find_unfinished(book)
    assert journal is not None and go_on(journal, CancelToken()).complete
    assert there(out) == LISTS | SMALL | PHOTOS
    assert not list(card.iterdir())


def test_what_is_asked_for_is_read_back_as_it_was(card, tmp_path):
    path = tmp_path / os.fsdecode(b"not utf-8 \xff.jpg")
    score = Score(Role.QUALITY, 0.1 + 0.2, 4.2, sha256="ab" * 32)
    known = ExportItem(
        Photo(7, path.name, (path, path.with_suffix(".cr2"))),
        Marks(Decision.ACCEPT, 4, Label.RED, "mine", True),
        Metadata(captured_at=datetime(2026, 6, 1, 12, 0, 0, 250_000), camera="A\nB", f_number=2.8),
        Ranked(7, 3, 0, True, 1 / 3, (Role.QUALITY,), ("sharper",)),
        {Role.QUALITY: score},
        "a" * 32,
        verdicts=[(Verdict(7, 8, 7, 0.81, "net", "cd" * 32), "other.jpg")],
        warnings={Role.QUALITY: "knows nothing"},
    )
    asked = Asked("card", (known, *items(card)), tmp_path, (path,), (path,) * 4, 800)
    asked.write(tmp_path / "asked")
    read = Asked.read(tmp_path / "asked")
    assert replace(read, items=()) == replace(asked, items=())
    assert [item.photo for item in read.items] == [item.photo for item in asked.items]
    assert as_rows(read.items) == as_rows(asked.items)
    assert as_html(read.items, "t", lambda _: None) == as_html(asked.items, "t", lambda _: None)


def test_what_was_asked_for_goes_with_the_journal_and_when_nobody_began_one(card, out, book):
    book.mkdir()
    left = book / "20260101-000000.000000-killed.asked"
    left.write_bytes(b"{}")
    for number in range(25):
        export(card, out / str(number), book, None)
    assert not left.exists() and not left.with_suffix(".lock").exists()
    assert len(list(book.glob("*.asked"))) == len(list(book.glob("*.jsonl"))) <= 21


def test_without_what_was_asked_for_it_goes_on_with_the_photos_and_says_so(card, out, book):
    cancel = CancelToken()
    cancel.cancel()
    export(card, out, book, How.COPY, cancel)
    (asked,) = book.glob("*.asked")
    asked.write_bytes(asked.read_bytes()[:100])
    journal = find_unfinished(book)
    assert journal is not None
    report = go_on(journal, CancelToken())
    assert not report.complete and "asked for" in report.summary()
    assert there(out) == PHOTOS


def test_speed_and_time_left_are_those_of_the_photos_not_of_the_lists(card, out, book, monkeypatch):
    """The lists take a thousand seconds on this clock, and each photo one."""
    now, told = [0.0], []
    real = execution.make_asked, execution.place

    def lists(*arguments: object) -> object:
        now[0] += 1000.0
        return real[0](*arguments)

    def photo(*arguments: object) -> object:
        now[0] += 1.0
        return real[1](*arguments)

    monkeypatch.setattr(execution, "make_asked", lists)
    monkeypatch.setattr(execution, "place", photo)
    monkeypatch.setattr(report_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    chosen = items(card)
    execute(plan_export(chosen, ExportOptions(out)), book, CancelToken(), told.append)
    second = next(each for each in told if each.done == 1)
    assert second.seconds_left == pytest.approx(2.0, rel=0.3)


def test_a_long_name_is_shortened_beside_the_progress():
    assert "IMG_0003.JPG" in progress_words(ExportProgress(3, 20, 0, "IMG_0003.JPG"))
    told = progress_words(ExportProgress(3, 20, 0, f"{'wedding_' * 15}0815.JPG"))
    assert len(told) < 70 and "wedding_wedding" in told and "0815.JPG" in told


def test_progress_in_words_says_the_time_only_once_it_is_known():
    assert progress_words(ExportProgress(0, 20, 0, "")) == "0 of 20"
    assert progress_words(ExportProgress(3, 20, 500, "a.jpg", 900)) == "3 of 20: a.jpg"
    known = ExportProgress(3, 20, 500, "a.jpg", 900, 84e6, 72.4)
    assert progress_words(known) == "3 of 20: a.jpg, 84.0 MB/s, 1:12 left"
