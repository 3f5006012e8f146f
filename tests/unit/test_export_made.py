"""Lists, contact sheets and small JPEGs are in the export's journal: no half ones, and undo knows them."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.benchmark.survival.samples import write_jpegs
from engine.errors import ExportError
from engine.events import CancelToken
from engine.export import made
from engine.export.copying import PART_SUFFIX
from engine.export.execute import execute
from engine.export.items import ExportItem
from engine.export.journal import Journal
from engine.export.lists_beside import Lists, write_lists
from engine.export.made import Maker
from engine.export.plan import ExportOptions, How, plan_export, plan_of_lists
from engine.export.recover import find_unfinished, go_on, revert, the_last
from engine.export.report import ExportReport
from engine.export.small_jpegs import ListsReport
from engine.types import Photo
from tests.unit.exporting import state

ENDINGS = (".csv", ".json", ".html")
WANTED = Lists(ENDINGS, 64)
LISTS = {f"card{ending}" for ending in ENDINGS}
SMALL = {f"card small/IMG_000{n}.jpg" for n in range(3)}
PHOTOS = {f"IMG_000{n}.JPG" for n in range(3)}


class PowerCutError(BaseException):
    """Stands for the end of the process: nothing catches it."""


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
    cancel, reports = cancel or CancelToken(), []
    chosen = items(card)
    plan = plan_export(chosen, ExportOptions(out, how)) if how else plan_of_lists(out, len(chosen))

    def first(journal: Journal) -> None:
        maker = Maker(journal)
        reports.append(write_lists(WANTED, chosen, out, "card", lambda _: None, maker, cancel))

    report = execute(plan, book, cancel, first=first)
    return reports[0], report


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
    left = [number]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCutError
            return real(*arguments, **named)

        return call

    monkeypatch.setattr(Journal, "_append", counted(Journal._append))
    monkeypatch.setattr(made, "_write", counted(made._write))
    monkeypatch.setattr(made, "put_in_place", counted(made.put_in_place))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))


@pytest.mark.parametrize("back", [False, True])
def test_cut_at_every_step_there_are_no_half_ones_and_it_goes_on_or_back(card, out, book, monkeypatch, back):
    before, ended, number = state(card), False, 0
    while not ended:
        number += 1
        with monkeypatch.context() as patch, suppress(PowerCutError):
            cut_at(patch, number)
            export(card, out, book)
            ended = True
        for name in there(out) - PHOTOS:
            if name.endswith(".json"):
                assert len(json.loads((out / name).read_text())["photos"]) == 3
        journal = find_unfinished(book)
        if journal is not None and not back:
            report = go_on(journal, CancelToken())
            assert there(out) >= PHOTOS and not list(out.rglob(f"*{PART_SUFFIX}"))
            assert {path.name for path, why in report.failed if "not made again" in why} == {
                path.name for path, _ in report.failed
            }
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
    assert len(lists.failed) == len(LISTS | SMALL) and not lists.written
    assert "No space left" in lists.summary()
    assert not there(out) and report.complete


def test_cancelled_among_the_lists_it_can_go_on_with_the_photos(card, out, book):
    cancel = CancelToken()
    cancel.cancel()
    _, report = export(card, out, book, How.COPY, cancel)
    assert report.cancelled and there(out) == set()
    journal = find_unfinished(book)
    assert journal is not None
    assert go_on(journal, CancelToken()).complete and there(out) == PHOTOS


def test_a_folder_that_cannot_be_made_ends_it_in_an_orderly_way(card, tmp_path, book):
    (tmp_path / "file").write_text("in the way")
    plan = plan_of_lists(tmp_path, 1)
    with pytest.raises(ExportError, match="cannot be made"):
        execute(plan, book, CancelToken(), first=lambda j: Maker(j).folder(tmp_path / "file" / "small"))
    assert find_unfinished(book) is None
