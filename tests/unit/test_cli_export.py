"""`export` and `reject` as commands: plans, recovery, lists; originals stay as they are."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from engine.benchmark.survival.originals import count_changed, state_of
from engine.benchmark.survival.samples import write_jpegs
from engine.cli import parse, run
from engine.cli.export import tell
from engine.cli.progress import ProgressLine
from engine.errors import UsageError
from engine.events import Event
from engine.export.report import ExportReport


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def album(tmp_path: Path, data: Path) -> Path:
    """Eight photos, three of them accepted, one with a sidecar; one rejected."""
    folder = tmp_path / "album"
    files = write_jpegs(folder, 8)
    for file in files:
        os.utime(file, (1_700_000_000, 1_700_000_000))
    (folder / "IMG_0000.xmp").write_bytes(b"<x:xmpmeta/>")
    for name, decision in (("0000", "accept"), ("0001", "accept"), ("0002", "accept"), ("0003", "reject")):
        assert _run(data, "decide", folder, f"IMG_{name}.JPG", decision) == 0
    return folder


def _run(data: Path, *arguments: object) -> int:
    return run(parse(["--data-dir", str(data), *map(str, arguments)]))


def test_an_export_leaves_originals_as_they_are(album: Path, data: Path, tmp_path: Path, capsys):
    before = state_of(album)
    assert _run(data, "export", album, "--to", tmp_path / "out") == 0
    assert "Copied and verified 4 files" in capsys.readouterr().out
    assert count_changed(before, state_of(album)) == 0
    assert (tmp_path / "out" / "IMG_0000.xmp").read_bytes() == b"<x:xmpmeta/>"
    assert _run(data, "export", "--undo") == 0
    assert not (tmp_path / "out").exists()
    assert count_changed(before, state_of(album)) == 0


def test_a_dry_run_says_all_and_writes_nothing(album: Path, data: Path, tmp_path: Path, capsys):
    plan = tmp_path / "plan.json"
    arguments = ("--to", tmp_path / "out", "--how", "move", "--layout", "{decision}/{name}", "--dry-run")
    assert _run(data, "export", album, *arguments, "--json", plan) == 0
    said = capsys.readouterr().out
    assert said.count("move  ") == 4
    assert "accepted/IMG_0001.JPG" in said and "Nothing was written." in said
    assert not (tmp_path / "out").exists()
    assert len(json.loads(plan.read_text())["actions"]) == 4


def test_what_combines(album: Path, data: Path, tmp_path: Path, capsys):
    assert _run(data, "export", album, "--to", tmp_path / "out", "--what", "rejected") == 0
    assert [p.name for p in (tmp_path / "out").glob("*.JPG")] == ["IMG_0003.JPG"]
    assert _run(data, "export", album, "--to", tmp_path / "o2", "--what", "accepted,stars>=1") == 5
    assert _run(data, "export", album, "--to", tmp_path / "o3", "--what", "best") == 2
    assert _run(data, "export", album, "--to", tmp_path / "o4", "--layout", "{dat}") == 2
    assert "Did you mean {date}?" in capsys.readouterr().err


def test_there_may_be_nothing_to_recover(data: Path, capsys):
    for recovery in ("--resume", "--rollback", "--undo"):
        assert _run(data, "export", recovery) == 5
    assert "nothing to go on with" in capsys.readouterr().err


def test_rejected_photos_leave_and_come_back(album: Path, data: Path, capsys):
    before = state_of(album)
    assert _run(data, "reject", album, "--to", "folder", "--dry-run") == 0
    assert count_changed(before, state_of(album)) == 0
    assert _run(data, "reject", album, "--to", "folder") == 0
    assert (album / "_rejected" / "IMG_0003.JPG").exists()
    assert _run(data, "reject", album, "--to", "folder") == 5
    assert _run(data, "export", "--undo") == 0
    assert count_changed(before, state_of(album)) == 0


def test_lists_need_no_target(album: Path, data: Path, tmp_path: Path, capsys):
    before = state_of(album)
    files = [tmp_path / f"list{suffix}" for suffix in (".csv", ".txt", ".html")]
    arguments = [argument for file in files for argument in ("--list", file)]
    assert _run(data, "export", album, *arguments) == 0
    assert files[1].read_text() == "IMG_0000.JPG\nIMG_0001.JPG\nIMG_0002.JPG\n"
    assert _run(data, "export", album, *arguments) == 5
    assert "not overwritten" in capsys.readouterr().err
    assert count_changed(before, state_of(album)) == 0


def test_a_list_may_go_into_the_folder_that_the_export_makes(album: Path, data: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert _run(data, "export", album, "--to", out, "--list", out / "chosen.txt") == 0
    assert (out / "chosen.txt").read_text() == "IMG_0000.JPG\nIMG_0001.JPG\nIMG_0002.JPG\n"
    assert _run(data, "export", album, "--to", tmp_path / "o2", "--list", tmp_path / "o3" / "a.txt") == 5


@pytest.mark.parametrize(
    ("what", "told"), [("accepted", False), ("picks", True), ("accepted, picks", True), ("rejected", False)]
)
def test_models_are_spoken_of_only_where_they_choose(
    album: Path, data: Path, tmp_path: Path, capsys, what: str, told: bool
):
    assert (
        _run(data, "cull", album, "--without", "aesthetic,portrait,comparator") == 0
    )  # by rules: no weights
    capsys.readouterr()
    _run(data, "export", album, "--to", tmp_path / "out", "--what", what)
    assert ("rules judge instead" in capsys.readouterr().err) is told


def test_reject_does_not_speak_of_models(album: Path, data: Path, capsys):
    assert _run(data, "reject", album, "--to", "folder") == 0
    assert "rules judge" not in capsys.readouterr().err


def test_small_jpegs_have_no_metadata_and_overwrite_nothing(album: Path, data: Path, tmp_path: Path, capsys):
    before = state_of(album)
    small = tmp_path / "small"
    arguments = ("export", album, "--what", "all", "--thumbnails", small, "--thumbnail-size", 200)
    (album / "IMG_0007.JPG").write_bytes(b"\xff\xd8\xff no JPEG")
    before = state_of(album)
    assert _run(data, *arguments) == 3
    told = capsys.readouterr()
    assert "Wrote 7 small JPEGs" in told.err and "IMG_0007.JPG" in told.err
    pictures = sorted(small.glob("*.jpg"))
    assert [path.name for path in pictures] == [f"IMG_000{n}.jpg" for n in range(7)]
    with Image.open(pictures[0]) as image:
        assert max(image.size) == 200
        assert not image.getexif() and "exif" not in image.info
    first = pictures[0].read_bytes()
    assert _run(data, *arguments) == 3
    assert len(list(small.glob("*.jpg"))) == 14
    assert pictures[0].read_bytes() == first
    assert count_changed(before, state_of(album)) == 0


def test_small_jpegs_never_go_among_the_originals(album: Path, data: Path, capsys):
    before = state_of(album)
    assert _run(data, "export", album, "--thumbnails", album) == 5
    assert "holds the originals" in capsys.readouterr().err
    assert count_changed(before, state_of(album)) == 0
    assert _run(data, "export", album, "--thumbnails", album / "web", "--what", "all") == 0
    assert _run(data, "export", album, "--recursive", "--what", "all", "--list", data / "l.txt") == 0
    assert len((data / "l.txt").read_text().splitlines()) == 8, "the small ones are no photos of the album"
    for size in ("0", "10", "9000", "big"):
        with pytest.raises(UsageError):
            parse(["export", str(album), "--thumbnails", "x", "--thumbnail-size", size])


@pytest.mark.parametrize(("cancelled", "stopped"), [(True, None), (False, "the disk is full")])
def test_only_the_terminal_is_told_which_commands_go_on(tmp_path: Path, capsys, cancelled, stopped):
    report = ExportReport(tmp_path, (), (), (), 0, cancelled, stopped=stopped)
    assert tell(report) != 0
    assert "`export --resume` goes on, `export --rollback` takes it back." in capsys.readouterr().err
    assert "export --" not in report.summary(), "the window has buttons for that"
    assert tell(ExportReport(tmp_path, (), (), (), 0, cancelled=False)) == 0
    assert "--resume" not in capsys.readouterr().out


@pytest.mark.parametrize("how", [("export", "--to", "out"), ("reject", "--to", "folder")])
def test_ctrl_c_while_photos_are_read_handles_no_part_of_them(
    album: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]
):
    """What was read until then would be only some of what was asked for."""
    before = sorted(path.name for path in album.rglob("*"))
    take = ProgressLine.take

    def interrupted(line: ProgressLine, event: Event) -> None:
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler)
        handler(signal.SIGINT, None)  # what Python calls when the signal has come
        take(line, event)

    monkeypatch.setattr(ProgressLine, "take", interrupted)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        _run(data, how[0], album, *how[1:])
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in album.rglob("*")) == before
