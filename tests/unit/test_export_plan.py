"""Export plans: layouts, names, sidecars, collisions; nothing escapes and nothing is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExportError, UsageError
from engine.export.items import choose
from engine.export.layout import Layout
from engine.export.names import MAX_BYTES, clean, shortened
from engine.export.plan import ExportOptions, How, as_json, plan_export
from engine.types import Metadata, Photo
from tests.unit.exporting import ExportItem, card, item, names, plan, shots, state


def _targets(a_plan, folder: Path) -> set[str]:
    return {str(action.target.relative_to(folder)) for action in a_plan.actions}


@pytest.mark.parametrize(
    ("layout", "first"),
    [
        ("flat", "a.jpg"),
        ("group", "0003/a.jpg"),
        ("decision", "accepted/a.jpg"),
        ("date", "2026-06-01/a.jpg"),
        ("{date}/{camera}/{name}", "2026-06-01/Nikon Z 8_II/a.jpg"),
        ("{year}/{month}/{day}_{time}_{stars}_{label}", "2026/06/01_123005_4_red.jpg"),
        ("../{name}", "_/a.jpg"),
        ("/{folder}/{name}", "a.jpg"),
    ],
)
def test_a_layout_names_folders_and_files(originals: Path, tmp_path: Path, layout: str, first: str):
    found = plan(originals, tmp_path / "out", layout=layout)
    assert str(found.actions[0].target.relative_to(tmp_path / "out")) == first


def test_raw_jpeg_and_both_sidecars_keep_one_stem(originals: Path, tmp_path: Path):
    found = plan(originals, tmp_path / "out", layout="{date}_{name}")
    assert _targets(found, tmp_path / "out") == {
        "2026-06-01_a.jpg",
        "2026-06-01_a.cr2",
        "2026-06-01_a.xmp",
        "2026-06-01_a.cr2.xmp",
        "no date_b.jpg",
    }


def test_a_taken_name_gives_all_files_of_the_shot_a_suffix(originals: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "A.XMP").write_bytes(b"of another photo")
    found = plan(originals, out)
    assert _targets(found, out) == {"a_2.jpg", "a_2.cr2", "a_2.xmp", "a_2.cr2.xmp", "b.jpg"}
    assert found.renamed == 4


def test_many_photos_of_one_name_are_numbered(tmp_path: Path):
    items = []
    for number in range(3000):
        folder = tmp_path / f"{number:04d}"
        folder.mkdir()
        (folder / "x.jpg").write_bytes(number.to_bytes(4, "big"))
        items.append(item(folder / "x.jpg", number))
    found = plan_export(items, ExportOptions(tmp_path / "out"))
    assert len(_targets(found, tmp_path / "out")) == 3000
    assert found.actions[-1].target.name == "x_3000.jpg"


def test_a_name_of_255_bytes_still_gets_a_suffix(tmp_path: Path):
    long = "ä" * 125 + ".jpg"
    paths = []
    for folder in ("1", "2"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / long)
        paths[-1].write_bytes(folder.encode())
    found = plan_export([item(p, n) for n, p in enumerate(paths)], ExportOptions(tmp_path / "out"))
    assert [len(os.fsencode(a.target.name)) <= MAX_BYTES for a in found.actions] == [True, True]
    assert found.actions[1].target.name.endswith("_2.jpg")


def test_what_is_there_already_in_the_same_bytes_is_left_out(originals: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.jpg").write_bytes(b"somebody's")
    (out / "a_2.jpg").write_bytes((originals / "a.jpg").read_bytes())
    found = plan(originals, out)
    assert found.already_there == (originals / "a.jpg",)
    assert "a_2.cr2" in _targets(found, out)


def test_a_sidecar_that_two_photos_share_goes_with_the_first_and_is_not_moved_away(tmp_path: Path):
    for name in ("a.jpg", "a.png", "a.xmp"):
        (tmp_path / name).write_bytes(name.encode())
    items = [item(tmp_path / "a.jpg", 0), item(tmp_path / "a.png", 1)]
    found = plan_export(items, ExportOptions(tmp_path / "out", How.MOVE))
    assert [(a.source.name, a.target.name, a.how) for a in found.actions] == [
        ("a.jpg", "a.jpg", How.MOVE),
        ("a.xmp", "a.xmp", How.COPY),
        ("a.png", "a.png", How.MOVE),
    ]


def test_a_link_is_not_moved_and_keeps_its_partners_back(originals: Path, tmp_path: Path):
    (originals / "a.cr2").rename(tmp_path / "elsewhere.cr2")
    (originals / "a.cr2").symlink_to(tmp_path / "elsewhere.cr2")
    found = plan(originals, tmp_path / "out", How.MOVE)
    assert [a.source.name for a in found.actions] == ["b.jpg"]
    assert {path.name for path, _ in found.unreadable} == {"a.jpg", "a.cr2", "a.xmp", "a.cr2.xmp"}


def test_a_folder_that_leads_out_of_the_target_is_refused(originals: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "2026-06-01").symlink_to(originals)
    (out / "no date").write_bytes(b"a file")
    found = plan(originals, out, layout="date")
    assert found.actions == ()
    reasons = " ".join(reason for _, reason in found.unreadable)
    assert "leads out" in reasons
    assert "a file has that name" in reasons


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{dat}/{name}", "Did you mean {date}?"),
        ("by-date", "There is no layout"),
        ("{name", "cannot be read"),
        ("{date}/", "ends with"),
        ("{name:>99999999}", "takes no"),
        ("{name!r}", "takes no"),
        ("{name.__class__}", "There is no field"),
        ("all/{{x}}", "no field"),
    ],
)
def test_a_template_that_cannot_work_says_why(template: str, part: str):
    with pytest.raises(UsageError, match=r".*") as caught:
        Layout(template)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "limit", "expected"),
    [
        ("é" * 10, 20, "é" * 10),
        ("é" * 10, 19, "é" * 9),
        ("abc. def", 5, "abc"),
        (". . .", 3, "_"),
    ],
)
def test_a_name_is_cut_between_characters_and_no_earlier_than_it_must(name: str, limit: int, expected: str):
    assert shortened(name, limit) == expected


def test_a_cleaned_name_leaves_room_for_suffixes():
    assert len(clean("x" * 300)) == MAX_BYTES - 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CON", "_CON"),
        ("com1.x", "_com1.x"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("a/b\\c:d", "a_b_c_d"),
        ("end. . ", "end"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("Größe 日本", "Größe 日本"),
    ],
)
def test_names_from_a_template_are_cleaned(text: str, expected: str):
    assert clean(text) == expected


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_any_text_makes_a_name_that_stays_in_its_folder(text: str):
    name = clean(text)
    assert name not in ("", ".", "..") and not set(name) & set('/\\<>:"|?*\0\n')
    assert len(os.fsencode(name)) <= MAX_BYTES
    assert Path("x", name).parent == Path("x")
    assert clean(name) == name


@given(st.text(max_size=80), st.sampled_from(["{camera}/{name}", "{lens}{camera}", "x/{camera}/y/{name}"]))
def test_no_metadata_leads_out_of_the_target(camera: str, template: str):
    photo = Photo(0, "a.jpg", (Path("/card/a.jpg"),))
    place = Layout(template).place(ExportItem(photo, metadata=Metadata(camera=camera)))
    assert not place.is_absolute() and ".." not in place.parts


@pytest.mark.parametrize(
    ("what", "chosen"),
    [
        ("accepted", ["a.jpg"]),
        ("picks", ["a.jpg"]),
        ("rejected", ["b.jpg"]),
        ("all", ["a.jpg", "b.jpg"]),
        ("stars>=4", ["a.jpg"]),
        ("stars>=5", []),
        ("label=red", ["a.jpg"]),
        ("rejected,label=red", []),
    ],
)
def test_what_is_exported_is_named_in_words(what: str, chosen: list[str]):
    assert [i.photo.name for i in choose(shots(Path("/card")), what)] == chosen


@pytest.mark.parametrize("what", ["best", "stars>=6", "label=pink", ""])
def test_unknown_words_are_refused(what: str):
    with pytest.raises(UsageError, match="names no photos"):
        choose([], what)


def test_planning_writes_nothing_and_its_json_lists_everything(originals: Path, tmp_path: Path):
    before = state(originals)
    found = json.loads(json.dumps(as_json(plan(originals, tmp_path / "out", How.MOVE, "date"))))
    assert not (tmp_path / "out").exists()
    assert state(originals) == before
    assert found["files"] == len(found["actions"]) == 5
    assert found["bytes"] == sum(action["bytes"] for action in found["actions"])
    assert {action["do"] for action in found["actions"]} == {"move"}
    assert found["free_bytes"] > 0


def test_a_zip_is_never_overwritten(originals: Path, tmp_path: Path):
    (tmp_path / "x.zip").write_bytes(b"")
    with pytest.raises(ExportError, match="there already"):
        plan(originals, tmp_path / "x.zip", How.ZIP)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "photos.zip").write_bytes(b"")
    assert plan(originals, tmp_path / "out", How.ZIP).archive == tmp_path / "out" / "photos_2.zip"
    assert names(tmp_path / "out") == {"photos.zip"}


def test_a_folder_that_cannot_be_made_is_said_to_be_so(tmp_path):
    from engine.export.plan import free_bytes

    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError, match="nothing can be written to") as caught:
        free_bytes(tmp_path / "file" / "inside")
    assert "free" not in str(caught.value)
    assert free_bytes(tmp_path / "new" / "one") > 0


def test_no_folder_of_a_layout_is_the_one_that_holds_the_originals(tmp_path):
    (tmp_path / "out").mkdir()
    originals = card(tmp_path / "out" / "2026-06-01")
    found = plan(originals, tmp_path / "out", layout="date")
    assert {action.target.parent.name for action in found.actions} == {"no date"}
    assert {path.name for path, _ in found.unreadable} >= {"a.jpg", "a.cr2"}
    assert {why for _, why in found.unreadable} == {f"{originals} holds originals"}
