"""Marks inside JPEG, TIFF and DNG files: what is written, what survives, what is refused, and undo."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rawpy
from PIL import Image

from engine.album.scan import scan
from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.recover import revert, the_last
from engine.photo_xmp import exiftool
from engine.photo_xmp.exiftool import ExifTool, ExifToolError, find_exiftool
from engine.photo_xmp.parts import parts_of
from engine.sidecars.entries import Outcome
from engine.sidecars.merge import Prefer
from engine.types import Decision, Label, Marks
from tests.unit.exporting import state
from tests.unit.photo_xmp_files import (
    FOREIGN,
    NEEDS_EXIFTOOL,
    THREE,
    handed,
    jpeg,
    marks_by_name,
    tiff,
    write,
)
from tests.unit.raw_files import jpeg_preview, write_dng

pytestmark = NEEDS_EXIFTOOL
GOOD = Marks(Decision.ACCEPT, 4, Label.RED)


@pytest.fixture
def coffee(photos) -> Image.Image:
    return photos["coffee"].resize((240, 160))


@pytest.fixture
def album(tmp_path: Path, coffee) -> Path:
    """A JPEG with another program's XMP, one without, a TIFF and a DNG."""
    folder = tmp_path / "album"
    folder.mkdir()
    jpeg(folder / "a.jpg", coffee, FOREIGN, b"behind the picture")
    jpeg(folder / "b.jpg", coffee)
    tiff(folder / "c.tif", coffee, FOREIGN)
    write_dng(folder / "d.dng", coffee, preview=jpeg_preview(coffee))
    return folder


def test_marks_that_no_file_holds_are_counted(album, data):
    """Of photos without marks Lightroom need not be told."""
    marks = {"a.jpg": GOOD, "b.jpg": GOOD}
    each = handed(album, data, into_files=False)
    beside = each.plan(marks_by_name(album, marks), THREE)
    said_of = {entry.photo.path.name for entry in beside}
    nothing = [replace(entry, marks=Marks()) for entry in beside]
    assert said_of == set(marks)
    assert {entry.photo.path.name for entry in each.not_inside(beside, THREE)} == set(marks)
    assert each.not_inside(nothing, THREE) == []
    write(album, data, {"a.jpg": GOOD})
    assert [entry.photo.path.name for entry in each.not_inside(beside, THREE)] == ["b.jpg"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


ALL = dict.fromkeys(("a.jpg", "b.jpg", "c.tif", "d.dng"), GOOD)


def text_of(path: Path) -> str:
    packet = parts_of(path).packet
    assert packet is not None
    return packet.decode()


def pixels(path: Path) -> np.ndarray:
    if path.suffix == ".dng":
        with rawpy.imread(str(path)) as raw:
            return raw.raw_image.copy()
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def no_parts(folder: Path) -> bool:
    return not [file for file in folder.rglob(".*") if file.name != ".framepick-export"]


def test_marks_go_into_the_files_and_nothing_else_changes(album, data):
    before = {name: (parts_of(album / name).rest, pixels(album / name)) for name in ALL}
    done = write(album, data, ALL)
    assert {name: entry.outcome for name, entry in done.items()} == dict.fromkeys(ALL, Outcome.WRITTEN)
    for name, (rest, shown) in before.items():
        assert parts_of(album / name).rest == rest
        assert np.array_equal(pixels(album / name), shown)
        assert 'xmpDM:pick="1"' in text_of(album / name)
        assert 'xmp:Rating="4"' in text_of(album / name)
    for name in ("a.jpg", "c.tif"):  # with another program's XMP
        assert 'crs:Exposure2012="+0.35"' in text_of(album / name)
        assert "own:note='kept &amp; \"quoted\"'" in text_of(album / name)
    assert not list(album.rglob("*.xmp"))
    assert no_parts(album)
    assert write(album, data, ALL)["a.jpg"].outcome is Outcome.UNCHANGED


def test_the_untouched_originals_are_kept_and_undo_brings_them_back(album, data):
    before = state(album)
    write(album, data, ALL)
    kept = state(next((album / "_originals").iterdir()))
    kept.pop(".framepick-export")
    assert kept == before
    assert [photo.path.parent for photo in scan(album, recursive=True)] == [album] * 4
    undone = revert(the_last(data / "exports"), CancelToken())
    assert (undone.moved_back, undone.kept) == (4, ())
    assert state(album) == before
    assert not (album / "_originals").exists()


def test_two_runs_are_undone_one_after_the_other(album, data):
    before = state(album)
    write(album, data, {"a.jpg": GOOD})
    once = state(album)
    write(album, data, {"a.jpg": Marks(Decision.REJECT)})
    assert revert(the_last(data / "exports"), CancelToken()).complete
    assert state(album) == once
    assert revert(the_last(data / "exports"), CancelToken()).complete
    assert state(album) == before


def test_undo_leaves_what_was_changed_or_moved_since_and_says_where_the_original_is(album, data):
    write(album, data, ALL)
    with (album / "a.jpg").open("ab") as file:
        file.write(b"retouched")
    (album / "b.jpg").rename(album / "renamed.jpg")
    undone = revert(the_last(data / "exports"), CancelToken())
    reasons = {path.name: why for path, why in undone.kept}
    assert "changed since" in reasons["a.jpg"] and "_originals" in reasons["a.jpg"]
    assert "not where it was" in reasons["b.jpg"]
    assert undone.moved_back == 2
    assert {file.name for file in (album / "_originals").rglob("*.jpg")} == {"a.jpg", "b.jpg"}


def test_permissions_and_attributes_stay_and_the_time_stamp_is_new(album, data):
    (album / "b.jpg").chmod(0o640)
    os.utime(album / "b.jpg", (1_700_000_000, 1_700_000_000))
    try:
        os.setxattr(album / "b.jpg", "user.note", b"sky")
    except OSError:
        pytest.skip("this file system holds no extended attributes")
    write(album, data, {"b.jpg": GOOD})
    assert (album / "b.jpg").stat().st_mode & 0o777 == 0o640
    assert os.getxattr(album / "b.jpg", "user.note") == b"sky"
    assert (album / "b.jpg").stat().st_mtime > 1_700_000_000  # a backup has to see that it changed


def test_raw_files_pairs_and_other_formats_get_sidecars_as_ever(tmp_path, data, coffee):
    album = tmp_path / "album"
    album.mkdir()
    jpeg(album / "pair.jpg", coffee)
    (album / "pair.nef").write_bytes(b"II*\0raw")
    coffee.save(album / "p.png")
    (album / "lone.cr2").write_bytes(b"II*\0raw")
    before = state(album)
    done = write(album, data, dict.fromkeys(("pair.jpg", "pair.nef", "p.png", "lone.cr2"), GOOD))
    assert sorted(done) == ["lone.xmp", "p.xmp", "pair.xmp"]
    assert {name: about for name, about in state(album).items() if not name.endswith(".xmp")} == before


def test_a_sidecar_that_is_there_is_kept_true_and_none_is_made(album, data):
    (album / "a.xmp").write_text(FOREIGN, encoding="utf-8")
    done = write(album, data, ALL)
    assert done["a.xmp"].outcome is Outcome.WRITTEN
    assert 'xmp:Rating="4"' in (album / "a.xmp").read_text(encoding="utf-8")
    assert [file.name for file in album.glob("*.xmp")] == ["a.xmp"]


def test_without_asking_no_photo_is_touched(album, data):
    before = state(album)
    each = handed(album, data, into_files=False)
    each.write(each.plan(marks_by_name(album, ALL), THREE))
    assert {name: about for name, about in state(album).items() if not name.endswith(".xmp")} == before


def test_a_dry_run_shows_the_diff_and_touches_nothing(album, data):
    before = state(album)
    plan = {
        e.path.name: e for e in handed(album, data).plan(marks_by_name(album, ALL), THREE, Prefer.LIBRARY)
    }
    assert '+   xmp:Rating="4"' in plan["a.jpg"].diff() and '-   xmp:Rating="2"' in plan["a.jpg"].diff()
    assert state(album) == before


def test_marks_that_both_sides_changed_are_a_conflict_and_left_alone(album, data):
    before = state(album)
    done = write(album, data, {"a.jpg": Marks(stars=5)}, Prefer.NOBODY)
    assert done["a.jpg"].outcome is Outcome.CONFLICT and "2 stars in the sidecar" in done["a.jpg"].reason
    assert state(album) == before


def test_marks_inside_files_are_read_where_that_is_asked_for(album, data):
    photos = {photo.id: photo.path.name for photo in scan(album)}
    none = dict.fromkeys(photos, Marks())
    assert handed(album, data, into_files=False).read(none) == []
    found = {photos[e.photo.id]: (e.outcome, e.marks.stars) for e in handed(album, data).read(none)}
    assert found == {"a.jpg": (Outcome.TAKEN, 2), "c.tif": (Outcome.TAKEN, 2)}


@pytest.mark.parametrize(
    "name",
    [
        b"two words.jpg",
        b"-all=.jpg",
        b"@args.jpg",
        b"%d%f.jpg",
        b"new\nline.jpg",
        b"latin \xe9.jpg",
        "Ümläut ‮ 写真.jpg".encode(),
        b"a" * 251 + b".jpg",
        b"'; rm -rf $HOME `id` \".jpg",
    ],
)
def test_no_name_is_taken_for_anything_else(tmp_path, data, coffee, name):
    album = tmp_path / "al\nb%fum -x"
    album.mkdir()
    path = Path(os.fsdecode(os.fsencode(album) + b"/" + name))
    try:
        jpeg(path, coffee)
    except OSError:
        pytest.skip("this file system does not take the name")
    (entry,) = write(album, data, {path.name: GOOD}).values()
    assert entry.outcome is Outcome.WRITTEN, entry.reason
    assert 'xmp:Rating="4"' in text_of(path)
    assert revert(the_last(data / "exports"), CancelToken()).complete
    assert parts_of(path).packet is None
    assert [os.fsencode(file.name) for file in album.iterdir()] == [name]


def test_links_and_write_protected_and_damaged_files_are_refused_and_named(album, data, coffee, tmp_path):
    outside = jpeg(tmp_path / "outside.jpg", coffee)
    (album / "link.jpg").symlink_to(outside)
    (album / "b.jpg").chmod(0o444)
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe1\xff")
    jpeg(album / "foreign.jpg", coffee, "<not XMP")
    before = state(album)
    wanted = ("link.jpg", "b.jpg", "broken.jpg", "foreign.jpg")
    done = write(album, data, dict.fromkeys(wanted, GOOD))
    reasons = {name: entry.reason for name, entry in done.items() if entry.outcome is Outcome.REFUSED}
    assert set(reasons) == set(wanted)
    assert "link" in reasons["link.jpg"] and "write-protected" in reasons["b.jpg"]
    assert {name: state(album)[name] for name in before} == before
    assert not list((album).rglob("*.framepick-part"))


def test_what_another_program_changed_after_the_plan_is_left_alone(album, data, coffee):
    each = handed(album, data)
    plan = each.plan(marks_by_name(album, {"b.jpg": GOOD}), THREE)
    jpeg(album / "b.jpg", coffee, FOREIGN)
    before = state(album)
    done = {entry.path.name: entry for entry in each.write(plan, find_exiftool())}
    assert done["b.jpg"].outcome is Outcome.CONFLICT
    assert state(album) == before


def test_extended_xmp_and_more_pictures_behind_survive(album, data, coffee):
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", f"-XMP-dc:Description={'x' * 70_000}", album / "b.jpg"],
        check=True,
    )
    rest = parts_of(album / "b.jpg").rest
    assert any(name == "segment E1" for name, _ in rest)
    entry = write(album, data, {"b.jpg": GOOD})["b.jpg"]
    if entry.outcome is Outcome.REFUSED:
        assert "stay as it is" in entry.reason or "reads back" in entry.reason
    assert parts_of(album / "b.jpg").rest == rest


def test_cancel_ends_between_two_files(album, data):
    cancel = CancelToken()
    cancel.cancel()
    before = state(album)
    done = write(album, data, ALL, cancel=cancel)
    assert done == {} or {entry.outcome for entry in done.values()} == {Outcome.SKIPPED}
    assert state(album) == before


# -- the program


def test_a_missing_or_old_exiftool_is_said_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(exiftool.shutil, "which", lambda _: None)
    with pytest.raises(ExifToolError, match=r"not installed.*exiftool\.org"):
        find_exiftool()
    old = tmp_path / "exiftool"
    old.write_text("#!/bin/sh\necho 12.16\n")
    old.chmod(0o755)
    monkeypatch.setattr(exiftool.shutil, "which", lambda _: str(old))
    with pytest.raises(ExifToolError, match=r"12\.16.*12\.24"):
        find_exiftool()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "will not write"),
        ("cat", "reads back"),
        ("head -c 3000", "damaged|ends too early|reads back|stay as it is"),
        ('exiftool -config "" "$3" -Comment=other -o - - 2>/dev/null', "stay as it is"),
        ('exiftool -config "" "$3" -Software=other -o - - 2>/dev/null', "stay as it is"),
    ],
)
def test_what_a_faulty_program_makes_of_a_file_never_takes_its_place(album, data, tmp_path, script, why):
    program = tmp_path / "bad-exiftool"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    before = state(album)
    done = write(album, data, {"b.jpg": GOOD}, tool=ExifTool(str(program)))
    assert done["b.jpg"].outcome is Outcome.REFUSED
    assert any(part in done["b.jpg"].reason for part in why.split("|")), done["b.jpg"].reason
    assert {name: about for name, about in state(album).items() if "_originals" not in name} == before
    assert not list(album.rglob("*.framepick-part"))


def test_a_hung_program_is_ended(album, data, tmp_path, monkeypatch):
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(exiftool, "_PATIENCE", 0.2)
    done = write(album, data, {"b.jpg": GOOD}, tool=ExifTool(str(program)))
    assert "not done with it" in done["b.jpg"].reason


def test_where_there_is_no_room_nothing_begins(album, data, monkeypatch):
    usage = shutil.disk_usage(album)
    monkeypatch.setattr("engine.export.plan.shutil.disk_usage", lambda _: usage._replace(free=10))
    before = state(album)
    with pytest.raises(ExportError, match="needed"):
        write(album, data, ALL)
    assert state(album) == before
