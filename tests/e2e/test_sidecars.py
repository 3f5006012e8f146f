"""`sidecars` on the command line: read, write, dry run, conflicts, exit codes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from engine.cli import parse, run
from engine.errors import UsageError

LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   crs:Exposure2012="+0.35"
   xmp:Rating="2"/>
 </rdf:RDF>
</x:xmpmeta>
"""


@pytest.fixture
def framepick(tmp_path, small_album, capsys):
    """framepick(verb, *arguments) -> exit code, what was printed, what was said on stderr."""

    def call(verb: str, *arguments: str) -> tuple[int, str, str]:
        common = ["--data-dir", str(tmp_path / "data"), verb, str(small_album)]
        code = run(parse([*common, *arguments]))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def digests(album: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in album.iterdir()}


def test_marks_go_out_and_come_back_in_another_library(framepick, small_album, tmp_path, capsys):
    originals = digests(small_album)
    framepick("decide", "IMG_0001.JPG", "accept")
    framepick("decide", "IMG_0002.JPG", "reject")
    code, printed, _ = framepick("sidecars", "--write", "--json", str(tmp_path / "out.json"))
    assert code == 0
    assert "2 written" in printed
    outcomes = {e["photo"]: e["outcome"] for e in json.loads((tmp_path / "out.json").read_text())["written"]}
    assert outcomes == {"IMG_0001.JPG": "written", "IMG_0002.JPG": "written"}
    assert {name: digests(small_album)[name] for name in originals} == originals
    other = ["--data-dir", str(tmp_path / "other"), "sidecars", str(small_album), "--read"]
    assert run(parse(other)) == 0
    printed = capsys.readouterr().out
    assert "IMG_0001.JPG: accept" in printed and "IMG_0002.JPG: reject" in printed
    assert run(parse(other)) == 0
    assert "2 unchanged" in capsys.readouterr().out


def test_a_dry_run_prints_diffs_and_writes_nothing(framepick, small_album):
    (small_album / "IMG_0001.xmp").write_text(LIGHTROOM)
    framepick("sidecars", "--read")
    framepick("decide", "IMG_0001.JPG", "accept")
    before = digests(small_album)
    code, printed, _ = framepick("sidecars", "--write", "--dry-run")
    assert code == 0
    assert '+   xmpDM:pick="1"' in printed and "1 to be written" in printed
    assert digests(small_album) == before


def test_reading_in_a_dry_run_takes_nothing(framepick, small_album):
    (small_album / "IMG_0001.xmp").write_text(LIGHTROOM)
    for _ in range(2):
        code, printed, _ = framepick("sidecars", "--read", "--dry-run")
        assert code == 0 and "1 taken" in printed and "2 stars" in printed


def test_a_refused_and_a_conflicting_sidecar_give_code_3_and_stay(framepick, small_album):
    (small_album / "IMG_0001.xmp").write_text("<broken")
    reject = LIGHTROOM.replace('xmp:Rating="2"', 'xmp:Rating="-1"')
    (small_album / "IMG_0002.xmp").write_text(reject)
    framepick("decide", "IMG_0002.JPG", "accept")
    framepick("decide", "IMG_0003.JPG", "accept")
    code, printed, said = framepick("sidecars", "--read", "--write")
    assert code == 3
    assert "IMG_0001.xmp" in said and "well-formed" in said and "move it away" in said
    assert "decision: accept here, reject in the sidecar" in said and "--prefer" in said
    assert said.count("IMG_0001.xmp") == 1
    assert "1 written" in printed
    assert (small_album / "IMG_0001.xmp").read_text() == "<broken"
    assert (small_album / "IMG_0002.xmp").read_text() == reject
    (small_album / "IMG_0001.xmp").unlink()
    code, _, _ = framepick("sidecars", "--write", "--prefer", "library")
    assert code == 0
    assert 'xmp:Rating="0"' in (small_album / "IMG_0002.xmp").read_text()


def test_profiles_and_naming_can_be_given(framepick, small_album):
    framepick("decide", "IMG_0001.JPG", "accept")
    code, printed, _ = framepick("sidecars", "--write", "--profile", "digikam", "--naming", "full")
    assert code == 0 and "Lightroom" not in printed
    text = (small_album / "IMG_0001.JPG.xmp").read_text()
    assert "digiKam:PickLabel" in text and "xmpDM" not in text
    with pytest.raises(UsageError, match="profiles are lightroom"):
        parse(["sidecars", "x", "--write", "--profile", "picasa"])


def test_what_is_wrong_with_the_request_is_said(framepick, tmp_path, small_album):
    code, _, said = framepick("sidecars")
    assert code == 2 and "--read" in said
    config = tmp_path / "config.yaml"
    config.write_text("sidecars:\n  write: off\n")
    code, _, said = framepick("sidecars", "--write", "--config", str(config))
    assert code == 2 and "sidecars.write is off" in said
    (tmp_path / "empty").mkdir()
    assert run(parse(["--data-dir", str(tmp_path / "d"), "sidecars", str(tmp_path / "empty"), "--read"])) == 5


def test_a_photo_that_cannot_be_read_is_named(framepick, small_album):
    (small_album / "IMG_0004.JPG").write_bytes(b"")
    code, _, said = framepick("sidecars", "--read")
    assert code == 3 and "IMG_0004.JPG" in said
