"""Other programs read what is written, and what they write is read: ExifTool, Exiv2, darktable.

Each test is skipped, visibly, where its program is not installed. Debian's packages are
libimage-exiftool-perl, exiv2 and darktable.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.sidecars.document import Document, empty_document, parse_document
from engine.sidecars.opinions import weigh
from engine.sidecars.profiles import Profile, RejectAsRating, Targets
from engine.types import Decision, Label, Marks

ASPECTS = ("decision", "stars", "label")
ALL = Targets(tuple(Profile))
LABELS = [Label.RED, Label.YELLOW, Label.GREEN, Label.BLUE, Label.PURPLE]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exiftool(path: Path) -> dict[str, object]:
    tags = json.loads(run("exiftool", "-j", "-n", "-G1", "-struct", "-XMP:all", "-warning", "-error", path))[
        0
    ]
    del tags["SourceFile"]
    return tags


def exiv2(path: Path) -> dict[str, str]:
    lines = run("exiv2", "-Pkv", path).splitlines()
    parts = (line.partition(" ") for line in lines)
    return {key: value.strip() for key, _, value in parts if key.startswith("Xmp.")}  # Exif. is derived


def sidecar(path: Path, marks: Marks, targets: Targets = ALL, base: Document | None = None) -> Path:
    path.write_bytes((base or empty_document()).with_marks(marks, ASPECTS, targets, "CR2").encode())
    return path


@needs("exiftool")
@pytest.mark.parametrize("label", LABELS)
def test_exiftool_reads_every_field(tmp_path, label):
    tags = exiftool(sidecar(tmp_path / "a.xmp", Marks(Decision.ACCEPT, 4, label)))
    number = LABELS.index(label)
    assert tags == {
        "XMP-x:XMPToolkit": "Framepick",
        "XMP-xmp:Rating": 4,
        "XMP-xmp:Label": label.value.capitalize(),
        "XMP-xmpDM:Pick": 1,
        "XMP-xmpDM:Good": True,
        "XMP-photoshop:LabelColor": label.value,
        "XMP-photoshop:SidecarForExtension": "CR2",
        "XMP-digiKam:PickLabel": 3,
        "XMP-digiKam:ColorLabel": [1, 3, 4, 5, 6][number],
        "XMP-darktable:Colorlabels": [number],
        "XMP-photomech:Tagged": True,
        "XMP-photomech:ColorClass": [2, 4, 5, 7, 1][number],
        "XMP-photomech:Prefs": f"1:{[2, 4, 5, 7, 1][number]}:4:-00001",
    }


@needs("exiftool")
def test_exiftool_finds_nothing_wrong_but_what_lightroom_writes_too(tmp_path):
    path = sidecar(tmp_path / "a.xmp", Marks(Decision.REJECT, 0, Label.RED))
    warnings = [line for line in run("exiftool", "-validate", "-warning", "-a", path).splitlines()[1:]]
    assert [line.partition(": ")[2] for line in warnings] == [
        "[minor] Boolean value for XMP-xmpDM:Good should be capitalized"
    ]


@needs("exiftool")
def test_what_exiftool_writes_is_read_and_all_its_other_tags_stay(tmp_path):
    path = tmp_path / "a.xmp"
    run(
        "exiftool",
        "-XMP-xmp:Rating=3",
        "-XMP-xmpDM:Good=true",
        "-XMP-xmp:Label=Blue",
        "-XMP-dc:Subject=heron",
        "-XMP-dc:Subject=Kranich & Co <1>",
        "-XMP-dc:Title-de-DE=Überflug",
        "-XMP-lr:HierarchicalSubject=Tiere|Vögel",
        "-XMP-crs:Exposure2012=+0.35",
        "-XMP-iptcCore:CreatorCity=Łódź",
        "-XMP-xmpMM:HistoryAction=saved",
        "-XMP-mwg-rs:RegionInfo={RegionList=[{Name=Ann,Area={X=0.1,Y=0.2,W=0.3,H=0.4}}]}",
        path,
    )
    before = exiftool(path)
    document = parse_document(path.read_bytes())
    said = weigh(document.fields, None)
    assert (said.decision, said.stars, said.label) == (Decision.ACCEPT, 3, Label.BLUE)
    after = exiftool(sidecar(path, Marks(Decision.REJECT, 2, Label.RED), base=document))
    assert {tag: after[tag] for tag in before if _is_foreign(tag)} == {
        tag: value for tag, value in before.items() if _is_foreign(tag)
    }
    assert (after["XMP-xmp:Rating"], after["XMP-xmpDM:Good"], after["XMP-xmp:Label"]) == (2, False, "Red")
    assert len([tag for tag in before if _is_foreign(tag)]) >= 7


def _is_foreign(tag: str) -> bool:
    return tag not in ("XMP-xmp:Rating", "XMP-xmpDM:Good", "XMP-xmp:Label")


@needs("exiv2")
@pytest.mark.parametrize("label", LABELS)
def test_exiv2_reads_every_field(tmp_path, label):
    """digiKam and darktable read XMP through Exiv2."""
    keys = exiv2(sidecar(tmp_path / "a.xmp", Marks(Decision.REJECT, 0, label)))
    assert keys["Xmp.xmp.Rating"] == "-1"
    assert keys["Xmp.xmp.Label"] == label.value.capitalize()
    assert keys["Xmp.digiKam.PickLabel"] == "1"
    assert keys["Xmp.digiKam.ColorLabel"] == str([1, 3, 4, 5, 6][LABELS.index(label)])
    assert keys["Xmp.darktable.colorlabels"] == str(LABELS.index(label))
    assert (keys["Xmp.xmpDM.pick"], keys["Xmp.xmpDM.good"]) == ("-1", "false")


@needs("exiv2")
@needs("exiftool")
def test_what_exiv2_writes_is_read_and_all_its_other_keys_stay(tmp_path, make_jpeg, photos):
    photo = make_jpeg(tmp_path / "a.jpg", photos["coffee"])
    for command in (
        "set Xmp.xmp.Rating 5",
        "set Xmp.digiKam.PickLabel 1",
        "set Xmp.dc.subject XmpBag heron",
        "set Xmp.dc.title LangAlt lang=de-DE Überflug",
        "set Xmp.exif.UserComment lang=x-default note",
    ):
        run("exiv2", "-M", command, photo)
    path = tmp_path / "a.xmp"
    run("exiv2", "-f", "-eX", photo)
    before = exiv2(path)
    document = parse_document(path.read_bytes())
    assert (weigh(document.fields, None).decision, document.fields["xmp:Rating"]) == (Decision.REJECT, "5")
    after = exiv2(sidecar(path, Marks(Decision.ACCEPT, 1), base=document))
    ours = {"Xmp.xmp.Rating", "Xmp.digiKam.PickLabel"}
    assert {k: after[k] for k in before.keys() - ours} == {k: before[k] for k in before.keys() - ours}
    assert (after["Xmp.xmp.Rating"], after["Xmp.digiKam.PickLabel"]) == ("1", "3")


OLD_PHOTOSHOP = """<x:xmpmeta xmlns:x='adobe:ns:meta/'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
 <rdf:Description about='uuid:1' xmlns:pdf='http://ns.adobe.com/pdf/1.3/'/>
 <rdf:Description about='uuid:1' xmlns:xap='http://ns.adobe.com/xap/1.0/'/>
 <rdf:Description about='uuid:1' xmlns:dc='http://purl.org/dc/elements/1.1/'>
  <dc:description><rdf:Alt><rdf:li xml:lang='x-default'>Heron</rdf:li></rdf:Alt></dc:description>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
"""


@needs("exiv2")
def test_exiv2_still_reads_a_file_that_calls_our_namespaces_otherwise(tmp_path):
    """It gives up on the whole file where one namespace has two prefixes."""
    base = parse_document(OLD_PHOTOSHOP.encode())
    keys = exiv2(sidecar(tmp_path / "a.xmp", Marks(Decision.ACCEPT, 3, Label.RED), base=base))
    assert keys["Xmp.dc.description"] == 'lang="x-default" Heron'
    assert (keys["Xmp.xmp.Rating"], keys["Xmp.digiKam.PickLabel"]) == ("3", "3")


@needs("darktable-cli")
@needs("exiftool")
@pytest.mark.parametrize(
    ("profile", "marks", "rating", "colors"),
    [
        (Profile.LIGHTROOM, Marks(Decision.ACCEPT, 4, Label.GREEN), 4, [2]),
        (Profile.DARKTABLE, Marks(Decision.REJECT, 0, Label.PURPLE), -1, [4]),
    ],
)
def test_darktable_understands_stars_rejects_and_labels(
    tmp_path, make_jpeg, photos, profile, marks, rating, colors
):
    """darktable writes its own colorlabels into what it exports, from what it understood of our sidecar."""
    photo = make_jpeg(tmp_path / "a.jpg", photos["coffee"].resize((120, 80)))
    given = sidecar(tmp_path / "a.jpg.xmp", marks, Targets((profile,), RejectAsRating.ALWAYS))
    core = ("--core", "--configdir", tmp_path / "config", "--library", ":memory:", "--disable-opencl")
    run("darktable-cli", photo, given, tmp_path / "out.jpg", "--width", "60", *core)
    tags = exiftool(tmp_path / "out.jpg")
    assert (tags["XMP-xmp:Rating"], tags["XMP-darktable:Colorlabels"]) == (rating, colors)
