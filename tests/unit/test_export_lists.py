"""Lists and contact sheets: every score with what made it; nothing overwritten, nothing forged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.album.thumbnails import ThumbnailCache
from engine.benchmark.survival.samples import write_jpegs
from engine.cli.items import items_of
from engine.errors import ExportError
from engine.export.contact_sheet import as_html, as_pdf, thumbnails_from
from engine.export.items import ExportItem
from engine.export.journal import Journal
from engine.export.lists import as_csv, as_json, as_rows, as_text
from engine.export.made import Maker
from engine.export.plan import plan_of_lists
from engine.export.write_list import write_list
from engine.paths import DataDir
from engine.report import CullResult
from engine.types import (
    Decision,
    Label,
    Marks,
    ModelState,
    ModelStatus,
    Photo,
    Ranked,
    Role,
    Score,
    Selection,
    Verdict,
)

SHA = "ab" * 32
WARNING = "self-test: loads, but is no better than chance on known pairs"


def _item(path: Path, number: int = 0) -> ExportItem:
    score = Score(Role.AESTHETIC, 0.71, 7.4, sha256=SHA)
    rules = Score(Role.QUALITY, 0.5, 0.5)
    return ExportItem(
        Photo(number, path.name, (path,)),
        Marks(Decision.ACCEPT, 4, Label.RED),
        ranked=Ranked(number, 2, 0, True, 0.64, (Role.AESTHETIC, Role.QUALITY), ("sharp", "eyes open")),
        scores={Role.AESTHETIC: score, Role.QUALITY: rules},
        identity=f"{number:032x}",
        verdicts=[
            (Verdict(number, 90, number, 0.81, "A comparator", SHA), "b\nc.jpg"),
            (Verdict(91, number, None, 0.5, "composite", None), "d.jpg"),
        ],
        warnings={Role.AESTHETIC: WARNING, Role.PORTRAIT: "of a model that did not score it"},
    )


@pytest.fixture
def items(tmp_path: Path) -> list[ExportItem]:
    return [_item(path, n) for n, path in enumerate(write_jpegs(tmp_path / "card", 22))]


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Maker]:
    journal = Journal.create(tmp_path / "journals", plan_of_lists(tmp_path, 1))
    yield Maker(journal)
    journal.close()


def test_csv_and_json_say_what_made_each_score(items: list[ExportItem]):
    (row, *rest) = list(csv.DictReader(io.StringIO(as_csv(items))))
    assert len(rest) == 21
    assert (row["photo"], row["decision"], row["stars"], row["label"]) == (
        "IMG_0000.JPG",
        "accept",
        "4",
        "red",
    )
    assert (row["aesthetic"], row["aesthetic_sha256"], row["quality_sha256"]) == ("0.71", SHA, "")
    assert row["reasons"] == "sharp; eyes open"
    assert (row["aesthetic_warning"], row["quality_warning"], row["portrait_warning"]) == (WARNING, "", "")
    preferred = f"preferred to b\\nc.jpg, 0.81, by A comparator {SHA}"
    assert row["verdicts"] == f"{preferred}; can't tell from d.jpg, by composite"
    found = json.loads(as_json(items))["photos"][0]
    assert found["composite_of"] == ["aesthetic", "quality"]
    assert (found["aesthetic_raw"], found["portrait"]) == (7.4, None)


def test_what_a_run_found_out_goes_into_the_list(tmp_path: Path):
    photos = tuple(Photo(n, f"{n}.jpg", (tmp_path / f"{n}.jpg",)) for n in range(3))
    verdict = Verdict(0, 2, 2, 0.8, "A comparator", SHA)
    models = (
        ModelStatus(Role.AESTHETIC, "AVA", ModelState.ACTIVE, sha256=SHA, warning=WARNING),
        ModelStatus(Role.COMPARATOR, "A comparator", ModelState.ACTIVE, sha256=SHA),
    )
    result = CullResult(tmp_path, photos, statuses=models, selection=Selection((0, 1, 2), {}, (verdict,)))
    result.scores[0] = {Role.AESTHETIC: Score(Role.AESTHETIC, 0.7, 7.0, sha256=SHA)}
    rows = as_rows(items_of(result, DataDir(tmp_path / "data")))
    assert [row["verdicts"] for row in rows] == [
        [f"second to 2.jpg, 0.80, by A comparator {SHA}"],
        [],
        [f"preferred to 0.jpg, 0.80, by A comparator {SHA}"],
    ]
    assert [row["aesthetic_warning"] for row in rows] == [WARNING, None, None]


def test_a_name_cannot_forge_a_line_or_markup(tmp_path: Path):
    evil = _item(tmp_path / "a\nb<script>.jpg")
    assert as_text([evil]) == "a\\nb<script>.jpg\n"
    page = as_html([evil], "<b>", lambda _: None)
    assert "<script>" not in page and "<h1>&lt;b&gt;</h1>" in page
    assert len(list(csv.DictReader(io.StringIO(as_csv([evil]))))) == 1


def test_contact_sheets_hold_every_photo(items: list[ExportItem], tmp_path: Path):
    thumbnail = thumbnails_from(ThumbnailCache(tmp_path / "cache"))
    page = as_html(items, "card", thumbnail)
    assert page.count("data:image/jpeg;base64,/9j/") == 22
    assert f"aesthetic 0.71 [abababab] {WARNING}" in page and "quality 0.50 (rules)" in page
    assert "http" not in page
    pdf = as_pdf(items, "card", thumbnail)
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") == 2
    assert pdf.count(b"/Subtype /Image") >= 6  # the same pictures are stored once


def test_a_photo_that_cannot_be_read_has_its_place(tmp_path: Path):
    thumbnail = thumbnails_from(ThumbnailCache(tmp_path / "cache"))
    gone = _item(tmp_path / "日本 gone.jpg")
    assert "cannot be read" in as_html([gone], "x", thumbnail)
    assert as_pdf([gone], "x", thumbnail).startswith(b"%PDF")


@pytest.mark.parametrize("suffix", [".csv", ".json", ".txt", ".html", ".pdf"])
def test_a_list_is_written_whole_and_never_over_another_file(
    items: list[ExportItem], tmp_path: Path, suffix: str, maker: Maker
):
    path = tmp_path / f"list{suffix}"
    write_list(path, items[:1], "card", lambda _: None, maker)
    before = path.read_bytes()
    with pytest.raises(ExportError, match="not overwritten"):
        write_list(path, items, "card", lambda _: None, maker)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == [path.name]


@pytest.mark.parametrize("name", ["list.xls", "list", "no folder/list.csv"])
def test_a_place_that_cannot_be_is_named(items: list[ExportItem], tmp_path: Path, name: str, maker: Maker):
    with pytest.raises(ExportError, match="list"):
        write_list(tmp_path / name, items, "card", lambda _: None, maker)
