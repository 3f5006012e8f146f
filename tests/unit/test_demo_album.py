"""Building the demo album: complete, continued, refused, and honest about what is not to be had."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from engine.demo import album as album_module
from engine.demo.__main__ import main
from engine.demo.album import make_album
from engine.demo.manifest import MANIFEST, read_manifest
from engine.demo.sources import SOURCES, gather
from engine.errors import UsageError

CAMERA = next(source for source in SOURCES if source.name == "camera")
WHEEL = next(source for source in SOURCES if source.is_wheel)
FRAMES = ["IMG_0033.JPG", "IMG_0034.JPG", "IMG_0035.JPG", "IMG_0036.JPG"]


@pytest.fixture(autouse=True)
def one_photograph(monkeypatch):
    monkeypatch.setattr(album_module, "SOURCES", (CAMERA,))


@pytest.fixture
def no_index(monkeypatch):
    """No package index answers: nothing listens on port 9 of this machine."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


def ignore(done: int, total: int) -> None:
    pass


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_all_frames_are_made_and_nothing_else(tmp_path):
    steps = []
    made = make_album(tmp_path / "new" / "album", lambda done, total: steps.append((done, total)))
    assert names(tmp_path / "new" / "album") == [MANIFEST, *FRAMES]
    assert (made.files, made.photographs, made.built, made.missing) == (4, 1, 4, {})
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_second_call_does_nothing_and_is_quick(tmp_path):
    make_album(tmp_path, ignore)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    begun = time.process_time()
    assert make_album(tmp_path, ignore).built == 0
    assert time.process_time() - begun < 0.5, "of CPU time: other programs may be at work"
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_an_interrupted_album_is_continued(tmp_path):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_album(tmp_path, stop)
    there = [name for name in names(tmp_path) if name in FRAMES]
    manifest = read_manifest(tmp_path)
    assert there and manifest is not None and not manifest.complete
    (tmp_path / FRAMES[3]).unlink(missing_ok=True)  # however fast the machine is, one is left to do
    stamps = {name: (tmp_path / name).stat().st_mtime_ns for name in there if name != FRAMES[3]}
    (tmp_path / f"{album_module.PARTIAL}{FRAMES[3]}").write_bytes(b"half")
    made = make_album(tmp_path, ignore)
    assert 1 <= made.built < 4
    assert names(tmp_path) == [MANIFEST, *FRAMES]
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in stamps} == stamps


@pytest.mark.parametrize("harm", [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:1000])])
def test_a_lost_or_cut_frame_is_made_again(tmp_path, harm):
    make_album(tmp_path, ignore)
    content = (tmp_path / FRAMES[1]).read_bytes()
    harm(tmp_path / FRAMES[1])
    assert make_album(tmp_path, ignore).built == 1
    assert (tmp_path / FRAMES[1]).read_bytes() == content


def test_frames_of_another_choice_of_photographs_go_and_other_files_stay(tmp_path, monkeypatch):
    make_album(tmp_path, ignore)
    (tmp_path / "mine.JPG").write_bytes(b"mine")
    chelsea = next(source for source in SOURCES if source.name == "chelsea")
    monkeypatch.setattr(album_module, "SOURCES", (chelsea,))
    assert make_album(tmp_path, ignore).built == 6
    assert "mine.JPG" in names(tmp_path) and not set(FRAMES) & set(names(tmp_path))


def test_a_folder_of_other_files_is_refused_and_left_alone(tmp_path, capsys):
    (tmp_path / "IMG_0033.JPG").write_bytes(b"mine")
    with pytest.raises(UsageError, match="holds other files"):
        make_album(tmp_path, ignore)
    assert main(["--to", str(tmp_path)]) == 2
    assert "Give an empty or a new folder" in capsys.readouterr().err
    assert names(tmp_path) == ["IMG_0033.JPG"] and (tmp_path / "IMG_0033.JPG").read_bytes() == b"mine"


def test_a_photograph_that_is_not_the_expected_one_is_left_out_with_a_reason(tmp_path, monkeypatch, capsys):
    other = replace(CAMERA, name="coffee", sha256="0" * 64)
    monkeypatch.setattr(album_module, "SOURCES", (CAMERA, other))
    assert main(["--to", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "4 files of 1 photographs" in said and "coffee: data/camera.png of skimage is not the file" in said


def test_without_an_index_the_album_is_made_of_installed_photographs_and_says_so(
    tmp_path, monkeypatch, no_index
):
    monkeypatch.setattr(album_module, "SOURCES", (CAMERA, WHEEL))
    made = make_album(tmp_path, ignore)
    assert made.files == 4
    assert list(made.missing) == [WHEEL.name] and "cannot be reached" in made.missing[WHEEL.name]


def test_out_of_reach_the_index_is_asked_once(no_index):
    wheels = [source for source in SOURCES if source.is_wheel]
    found, reasons = gather(wheels)
    assert found == {} and reasons.keys() == {source.name for source in wheels}
    asked = [reason for reason in reasons.values() if wheels[0].package in reason]
    assert len(asked) == 1
    assert len(wheels) > 2 and set(reasons.values()) - set(asked) == {"the package index cannot be reached"}


def test_what_may_not_be_published_can_be_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(album_module, "SOURCES", (CAMERA, WHEEL))
    assert not WHEEL.shareable
    made = make_album(tmp_path, ignore, shareable_only=True)
    assert made.photographs == 1 and made.missing == {}
