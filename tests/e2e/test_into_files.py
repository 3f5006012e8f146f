"""`sidecars --into-files` on the command line: asked for, said, undone; scores and decisions stay."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.album.scan import scan
from engine.cli import parse, run
from engine.events import CancelToken
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.photo_xmp import exiftool
from engine.photo_xmp.parts import parts_of
from engine.stages.inspecting import inspect_all
from engine.telemetry import Telemetry
from engine.types import Decision, Inspected, Marks
from tests.unit.exporting import state
from tests.unit.photo_xmp_files import NEEDS_EXIFTOOL, jpeg


@pytest.fixture
def framepick(tmp_path, capsys):
    """framepick(*arguments) -> exit code, what was printed, what was said on stderr."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = run(parse(["--data-dir", str(tmp_path / "data"), *map(str, arguments)]))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def album(small_album: Path, photos) -> Path:
    """The small album and a photo that no capture time helps to find again."""
    photos["coffee"].save(small_album / "no time.jpg")
    return small_album


@NEEDS_EXIFTOOL
def test_asked_for_it_is_written_said_and_undone_and_nothing_is_forgotten(framepick, album, tmp_path):
    before = state(album)
    framepick("decide", album, "no time.jpg", "accept")
    framepick("cull", album, "--json", tmp_path / "first.json")
    code, printed, _ = framepick("sidecars", album, "--write", "--into-files", "--dry-run")
    assert code == 0 and '+    xmpDM:pick="1"' in printed and "_originals" in printed
    assert state(album) == before
    code, printed, _ = framepick("sidecars", album, "--write", "--into-files")
    assert code == 0 and "1 written" in printed and "export --undo" in printed
    assert b'xmpDM:pick="1"' in (parts_of(album / "no time.jpg").packet or b"")
    after = {name: about for name, about in state(album).items() if "_originals" not in name}
    assert {name for name in before if after[name] != before[name]} == {"no time.jpg"}
    assert set(after) == set(before)
    framepick("cull", album, "--recursive", "--json", tmp_path / "second.json")
    first, second = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("first", "second"))
    assert len(second["photos"]) == len(first["photos"]) == 10
    photo = next(each for each in second["photos"] if each["path"] == "no time.jpg")
    assert photo["decision"] == "accept"
    assert photo["scores"] and all(score["cached"] for score in photo["scores"].values())
    code, printed, _ = framepick("export", "--undo")
    assert code == 0 and "1 file moved back" in printed
    assert state(album) == before
    code, printed, _ = framepick("sidecars", album, "--write", "--dry-run")
    assert "no time.jpg: accept" in printed


@NEEDS_EXIFTOOL
def test_lightroom_is_said_to_lack_only_marks_that_it_finds_nowhere(framepick, album, photos):
    photos["rocket"].save(album / "other.png")
    framepick("decide", album, "no time.jpg", "accept")
    framepick("decide", album, "other.png", "accept")
    _, printed, _ = framepick("sidecars", album, "--write", "--dry-run")
    assert "the marks of 2 photos are for others only" in printed
    _, printed, _ = framepick("sidecars", album, "--write", "--into-files", "--dry-run")
    assert "the marks of 1 photo are for others only" in printed
    framepick("sidecars", album, "--write", "--into-files")
    _, printed, _ = framepick("sidecars", album, "--write")
    assert (album / "no time.xmp").exists() and "the marks of 1 photo are for others only" in printed
    framepick("decide", album, "no time.jpg", "reject")
    _, printed, _ = framepick("sidecars", album, "--write")
    assert "the marks of 2 photos are for others only" in printed


@NEEDS_EXIFTOOL
def test_a_window_that_was_open_meanwhile_loses_no_decision(framepick, album, tmp_path):
    held = key_of(album, "no time.jpg")
    framepick("decide", album, "no time.jpg", "accept")
    framepick("sidecars", album, "--write", "--into-files")
    assert key_of(album, "no time.jpg").identity != held.identity
    with closing(DecisionStore(tmp_path / "data" / "library.sqlite3")) as store:
        assert store.decisions(album, [held]) == {held.photo_id: Decision.ACCEPT}
        reject = MarkChange(Decision.REJECT)
        store.change(album, {held: reject}, "reject", {held: Marks(Decision.ACCEPT)})
    _, printed, _ = framepick("sidecars", album, "--write", "--into-files", "--dry-run")
    assert "no time.jpg: reject" in printed


def key_of(album: Path, name: str) -> PhotoKey:
    photo = next(each for each in scan(album) if each.name == name)
    found = next(inspect_all([photo], Telemetry(), CancelToken()))[photo.id]
    assert isinstance(found, Inspected)
    return PhotoKey.of(photo, found)


@NEEDS_EXIFTOOL
def test_the_settings_can_ask_for_it_and_the_command_can_still_say_no(framepick, album, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("sidecars:\n  into_files: true\n")
    framepick("decide", album, "no time.jpg", "accept")
    _, printed, _ = framepick("sidecars", album, "--write", "--dry-run", "--config", config)
    assert "no time.jpg (no time.jpg: accept) [inside the file itself]" in printed
    options = ("--write", "--dry-run", "--no-into-files", "--config", config)
    _, printed, _ = framepick("sidecars", album, *options)
    assert "no time.xmp" in printed and "inside" not in printed


def test_without_exiftool_nothing_is_done_and_one_sentence_says_what_to_do(framepick, album, monkeypatch):
    before = state(album)
    framepick("decide", album, "no time.jpg", "accept")
    monkeypatch.setattr(exiftool.shutil, "which", lambda _: None)
    code, printed, said = framepick("sidecars", album, "--read", "--write", "--into-files")
    assert (code, printed) == (2, "")
    assert "Nothing was written" in said and "exiftool.org" in said
    assert state(album) == before


@NEEDS_EXIFTOOL
def test_marks_inside_files_are_read_where_asked_for(framepick, album, photos):
    jpeg(album / "rated.jpg", photos["rocket"], XMP)
    _, printed, _ = framepick("sidecars", album, "--read")
    assert "Nothing to read" in printed
    _, printed, _ = framepick("sidecars", album, "--read", "--into-files")
    assert "rated.jpg: 2 stars" in printed and "1 taken" in printed


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"/></rdf:RDF>'
    "</x:xmpmeta>"
)
