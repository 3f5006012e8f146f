"""An album's sidecars: reading, planning, writing, and what is remembered between."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.album.scan import scan
from engine.events import CancelToken
from engine.sidecars.album import AlbumSidecars
from engine.sidecars.document import parse_document
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.merge import Prefer, merge
from engine.sidecars.naming import Naming
from engine.sidecars.opinions import Said, Seen
from engine.sidecars.profiles import Profile, RejectAsRating, Targets
from engine.types import Decision, Label, Marks

LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:Rating="2"
   crs:Exposure2012="+0.35">
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
THREE = Targets((Profile.LIGHTROOM, Profile.DARKTABLE, Profile.DIGIKAM))
ACCEPT = Marks(Decision.ACCEPT)


@pytest.fixture
def folder(tmp_path: Path, make_jpeg, photos) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for name in ("IMG_1.JPG", "IMG_2.JPG"):
        make_jpeg(album / name, photos["coffee"])
    (album / "IMG_1.CR2").write_bytes(b"raw")
    return album


@pytest.fixture
def sidecars(folder: Path, tmp_path: Path):
    def make(naming: Naming = Naming.BASENAME) -> AlbumSidecars:
        return AlbumSidecars(scan(folder), naming, tmp_path / "library.sqlite")

    return make


def write(album: AlbumSidecars, marks: dict[int, Marks], **more) -> list[Entry]:
    return album.write(album.plan(marks, THREE, **more))


def only(entries: list[Entry]) -> Entry:
    assert len(entries) == 1
    return entries[0]


def test_a_pair_gets_one_sidecar_that_says_it_is_the_raw_s(sidecars, folder):
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    entry = only(write(sidecars(), {0: Marks(Decision.ACCEPT, 3, Label.RED), 1: Marks()}))
    assert (entry.outcome, entry.path.name) == (Outcome.WRITTEN, "IMG_1.xmp")
    text = entry.path.read_text()
    assert 'photoshop:SidecarForExtension="CR2"' in text
    assert 'xmpDM:pick="1"' in text and 'xmp:Rating="3"' in text and 'digiKam:ColorLabel="1"' in text
    after = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert after.items() - before.items() == {(entry.path, after[entry.path])}


def test_a_plan_writes_nothing_and_shows_what_would_change(sidecars, folder):
    (folder / "IMG_2.xmp").write_text(LIGHTROOM)
    entry = only(sidecars().plan({1: Marks(Decision.ACCEPT, 2)}, THREE))
    assert entry.outcome is Outcome.PLANNED
    changed = [line for line in entry.diff().splitlines()[2:] if line[0] in "+-"]
    assert '+   xmpDM:pick="1"' in changed
    assert not [line for line in changed if line[0] == "-" and "crs:" not in line]
    assert (folder / "IMG_2.xmp").read_text() == LIGHTROOM


def test_a_second_write_changes_nothing(sidecars, folder):
    marks = {0: Marks(Decision.REJECT), 1: Marks(Decision.ACCEPT, 4, Label.BLUE)}
    assert {e.outcome for e in write(sidecars(), marks)} == {Outcome.WRITTEN}
    stats = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {e.outcome for e in write(sidecars(), marks)} == {Outcome.UNCHANGED}
    assert stats == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_what_lightroom_said_is_read_and_its_own_settings_stay(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM)
    album = sidecars()
    entry = only(album.read({0: Marks(), 1: Marks()}))
    assert (entry.outcome, entry.marks) == (Outcome.TAKEN, Marks(stars=2))
    album.agree([entry])
    assert only(album.read({1: Marks(stars=2)})).outcome is Outcome.UNCHANGED
    write(album, {1: Marks(Decision.ACCEPT, 5)})
    text = path.read_text()
    assert 'xmp:Rating="5"' in text and 'crs:Exposure2012="+0.35"' in text and "0, 0" in text


def test_stars_given_elsewhere_are_not_erased_by_a_write_that_has_none(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM)
    album = sidecars()
    assert only(write(album, {1: ACCEPT})).outcome is Outcome.WRITTEN
    assert 'xmp:Rating="2"' in path.read_text()
    assert 'xmpDM:pick="1"' in path.read_text()
    entry = only(album.read({1: ACCEPT}))
    assert (entry.outcome, entry.marks) == (Outcome.TAKEN, Marks(Decision.ACCEPT, 2))


def test_both_sides_changed_is_a_conflict_that_the_caller_settles(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM)
    album = sidecars()
    mine = {1: Marks(stars=5)}
    entry = only(write(album, mine))
    assert (entry.outcome, entry.reason) == (Outcome.CONFLICT, "stars: 5 stars here, 2 stars in the sidecar")
    assert path.read_text() == LIGHTROOM
    assert only(album.read(mine)).outcome is Outcome.CONFLICT
    assert only(album.read(mine, Prefer.SIDECAR)).marks == Marks(stars=2)
    assert only(write(album, mine, prefer=Prefer.LIBRARY)).outcome is Outcome.WRITTEN
    assert 'xmp:Rating="5"' in path.read_text()


def test_a_later_change_elsewhere_is_taken_and_a_later_change_here_is_written(sidecars, folder):
    album = sidecars()
    write(album, {1: Marks(Decision.ACCEPT, 1)})
    path = folder / "IMG_2.xmp"
    path.write_text(path.read_text().replace('xmp:Rating="1"', 'xmp:Rating="4"'))
    entry = only(album.read({1: Marks(Decision.ACCEPT, 1)}))
    assert (entry.outcome, entry.marks) == (Outcome.TAKEN, Marks(Decision.ACCEPT, 4))
    album.agree([entry])
    assert only(write(album, {1: Marks(Decision.NONE, 4)})).outcome is Outcome.WRITTEN
    assert 'xmpDM:pick="0"' in path.read_text() and "xmpDM:good" not in path.read_text()
    assert 'xmp:Rating="4"' in path.read_text()


def test_a_reject_made_in_bridge_and_taken_back_there(sidecars, folder):
    album = sidecars()
    write(album, {1: ACCEPT})
    path = folder / "IMG_2.xmp"
    text = path.read_text()
    rejected = text.replace("xmpDM:pick", 'xmp:Rating="-1" xmpDM:pick')
    path.write_text(rejected)
    entry = only(album.read({1: ACCEPT}))
    assert entry.marks.decision is Decision.REJECT
    album.agree([entry])
    path.write_text(rejected.replace('xmp:Rating="-1"', 'xmp:Rating="3"'))
    entry = only(album.read({1: Marks(Decision.REJECT)}))
    assert entry.marks == Marks(Decision.NONE, 3)


def test_a_file_that_changes_between_plan_and_write_is_left_alone(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM)
    album = sidecars()
    plan = album.plan({1: ACCEPT}, THREE)
    later = LIGHTROOM.replace("+0.35", "+0.70")
    path.write_text(later)
    entry = only(album.write(plan))
    assert entry.outcome is Outcome.CONFLICT and "another program" in entry.reason
    assert path.read_text() == later
    assert only(write(album, {1: ACCEPT})).outcome is Outcome.WRITTEN
    assert "+0.70" in path.read_text()


def test_one_refused_sidecar_does_not_stop_the_others(sidecars, folder):
    (folder / "IMG_1.xmp").write_text("<not xml")
    entries = write(sidecars(), {0: ACCEPT, 1: ACCEPT})
    assert [entry.outcome for entry in entries] == [Outcome.REFUSED, Outcome.WRITTEN]
    assert "well-formed" in entries[0].reason
    assert (folder / "IMG_1.xmp").read_text() == "<not xml"


def test_a_stopped_write_says_what_it_left(sidecars):
    album = sidecars()
    cancel = CancelToken()
    cancel.cancel()
    entries = album.write(album.plan({0: ACCEPT, 1: ACCEPT}, THREE), cancel)
    assert {entry.outcome for entry in entries} == {Outcome.SKIPPED}
    assert album.plan({0: ACCEPT, 1: ACCEPT}, THREE, cancel=cancel) == []


def test_a_sidecar_made_for_another_file_is_passed_over(sidecars, folder):
    theirs = LIGHTROOM.replace("crs:Exp", 'photoshop:SidecarForExtension="TIF" crs:Exp').replace(
        "xmlns:crs", 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:crs'
    )
    (folder / "IMG_2.xmp").write_text(theirs)
    entry = only(write(sidecars(), {1: ACCEPT}))
    assert (entry.path.name, entry.outcome) == ("IMG_2.JPG.xmp", Outcome.WRITTEN)
    assert [other.name for other in entry.place.others] == ["IMG_2.xmp"]
    assert (folder / "IMG_2.xmp").read_text() == theirs


@pytest.mark.parametrize(
    ("option", "stars", "rating"),
    [
        ("unstarred", 0, "-1"),
        ("unstarred", 3, "3"),
        ("always", 3, "-1"),
        ("never", 0, None),
        ("never", 3, "3"),
    ],
)
def test_a_reject_as_rating_is_an_option(sidecars, option, stars, rating):
    album = sidecars()
    targets = Targets((Profile.DARKTABLE, Profile.LIGHTROOM), RejectAsRating(option))
    entry = only(album.write(album.plan({1: Marks(Decision.REJECT, stars)}, targets)))
    assert entry.after is not None
    assert entry.after.fields.get("xmp:Rating") == rating
    assert entry.after.fields["xmpDM:pick"] == "-1"


def test_bridge_alone_gets_its_own_words_and_everybody_else_the_colours(sidecars):
    album = sidecars()
    bridge = only(album.plan({1: Marks(label=Label.RED)}, Targets((Profile.BRIDGE,))))
    both = only(album.plan({1: Marks(label=Label.RED)}, Targets((Profile.BRIDGE, Profile.LIGHTROOM))))
    assert bridge.after is not None and bridge.after.fields["xmp:Label"] == "Select"
    assert both.after is not None and both.after.fields["xmp:Label"] == "Red"


def test_a_label_that_has_no_colour_is_kept_until_a_colour_is_given(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM.replace('xmp:Rating="2"', 'xmp:Label="Auswahl"'))
    album = sidecars()
    write(album, {1: ACCEPT})
    assert 'xmp:Label="Auswahl"' in path.read_text()
    write(album, {1: Marks(Decision.ACCEPT, 0, Label.GREEN)})
    assert 'xmp:Label="Green"' in path.read_text()


def test_without_marks_and_without_sidecars_there_is_nothing_to_do(sidecars, folder):
    assert sidecars().plan({0: Marks(), 1: Marks()}, THREE) == []
    assert sidecars().read({0: ACCEPT, 1: Marks()}) == []


def test_fields_of_other_programs_are_kept_true_but_never_made(sidecars, folder):
    path = folder / "IMG_2.xmp"
    mechanic = (
        'xmlns:pm="http://ns.camerabits.com/photomechanic/1.0/" pm:Tagged="False" pm:Prefs="0:0:2:000123"'
    )
    path.write_text(LIGHTROOM.replace('xmp:Rating="2"', f'xmp:Rating="2" {mechanic}'))
    album = sidecars()
    lightroom = Targets((Profile.LIGHTROOM,))
    entry = only(album.write(album.plan({1: Marks(Decision.ACCEPT, 2)}, lightroom)))
    assert entry.after is not None
    text = path.read_text()
    assert 'pm:Tagged="True"' in text and 'pm:Prefs="1:0:2:000123"' in text
    assert "ColorClass" not in text and "digiKam" not in text


@pytest.mark.parametrize(
    ("before", "marks", "after"),
    [
        ("0:0:2:000123", Marks(Decision.ACCEPT, 4, Label.RED), "1:2:4:000123"),
        ("1:2:4:000123", Marks(), "0:0:0:000123"),
        ("0:2:0:-00001", Marks(stars=1, label=Label.RED), "0:2:1:-00001"),
        ("0:3:1:7", Marks(), "0:3:0:7"),  # a colour that Framepick does not have stays
        ("0:3:1:7", Marks(label=Label.RED), "0:2:0:7"),
        (" 1 : 2 : 4 : 7 ", Marks(Decision.ACCEPT, 4, Label.YELLOW), "1:4:4:7"),
        ("1:3:4", Marks(stars=2), "1:3:4"),  # not as Photo Mechanic writes it: left alone
        ("1:3:4:5:6", Marks(stars=2), "1:3:4:5:6"),
    ],
)
def test_the_summary_of_photo_mechanic_says_what_the_marks_say(before, marks, after):
    mechanic = f'xmlns:pm="http://ns.camerabits.com/photomechanic/1.0/" pm:Prefs="{before}"'
    document = parse_document(LIGHTROOM.replace('xmp:Rating="2"', f'xmp:Rating="2" {mechanic}').encode())
    aspects = ("decision", "stars", "label")
    written = document.with_marks(marks, aspects, Targets((Profile.LIGHTROOM,)), "CR2").text
    assert f'pm:Prefs="{after}"' in written


@pytest.mark.parametrize("aspect", ["decision", "stars", "label"])
def test_of_the_summary_only_what_is_to_be_told_is_changed(aspect):
    mechanic = 'xmlns:pm="http://ns.camerabits.com/photomechanic/1.0/" pm:Prefs="0:1:2:7"'
    document = parse_document(LIGHTROOM.replace('xmp:Rating="2"', f'xmp:Rating="2" {mechanic}').encode())
    marks = Marks(Decision.ACCEPT, 5, Label.RED)
    written = document.with_marks(marks, (aspect,), Targets((Profile.LIGHTROOM,)), "CR2").text
    expected = {"decision": "1:1:2:7", "stars": "0:1:5:7", "label": "0:2:2:7"}[aspect]
    assert f'pm:Prefs="{expected}"' in written


def test_a_reject_by_rating_stays_where_lightroom_alone_is_told(sidecars, folder):
    path = folder / "IMG_2.xmp"
    path.write_text(LIGHTROOM.replace('xmp:Rating="2"', 'xmp:Rating="-1"'))
    album = sidecars()
    album.write(album.plan({1: Marks(Decision.REJECT)}, Targets((Profile.LIGHTROOM,))))
    assert 'xmp:Rating="-1"' in path.read_text() and 'xmpDM:pick="-1"' in path.read_text()


def test_for_which_file_a_sidecar_was_made_is_not_rewritten(sidecars, folder):
    path = folder / "IMG_1.xmp"
    made_for = 'xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:SidecarForExtension="jpg"'
    path.write_text(LIGHTROOM.replace('xmp:Rating="2"', made_for))
    assert only(write(sidecars(), {0: ACCEPT})).outcome is Outcome.WRITTEN
    assert 'p:SidecarForExtension="jpg"' in path.read_text()


def test_a_conflict_is_told_in_whole_words():
    found = merge(Marks(stars=5), Said(None, 1, None), Seen({}, Marks(stars=3)))
    assert found.conflicts == ("stars: 5 stars here, 1 star in the sidecar",)
