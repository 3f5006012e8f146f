"""What sidecars of each program are understood to say, and which are refused."""

from __future__ import annotations

import os

import pytest

from engine.errors import SidecarError
from engine.sidecars import files
from engine.sidecars.document import MOST_BYTES, parse_document
from engine.sidecars.label_words import _OF_LANGUAGES, KNOWN_WORDS, LabelWords
from engine.sidecars.merge import Prefer, merge
from engine.sidecars.opinions import Said, Seen, weigh
from engine.sidecars.profiles import Profile, Targets
from engine.types import Decision, Label, Marks

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMES = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "darktable": "http://darktable.sf.net/",
    "photomechanic": "http://ns.camerabits.com/photomechanic/1.0/",
}


def sidecar(*properties: str, elements: str = "") -> str:
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""'
        f"{names} {' '.join(properties)}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def said_by(text: str, seen: Seen | None = None) -> Said:
    return weigh(parse_document(text.encode()).fields, seen)


@pytest.mark.parametrize(
    ("written", "decision", "stars", "label"),
    [
        ('xmp:Rating="-1"', Decision.REJECT, None, None),
        ('xmp:Rating="6"', Decision.REJECT, None, None),
        ('xmp:Rating="0"', None, 0, None),
        ('xmp:Rating="5"', None, 5, None),
        ('xmp:Rating="3.0"', None, 3, None),
        ('xmp:Rating=" 4 "', None, 4, None),
        ('xmp:Rating="many"', None, None, None),
        ('xmp:Rating="nan"', None, None, None),
        ('xmp:Rating="7"', None, None, None),
        ('xmp:Rating="inf"', None, None, None),
        ('xmpDM:pick="1" xmpDM:good="true"', Decision.ACCEPT, None, None),
        ('xmpDM:pick="-1" xmpDM:good="false"', Decision.REJECT, None, None),
        ('xmpDM:pick="0"', Decision.NONE, None, None),
        ('xmpDM:good="True"', Decision.ACCEPT, None, None),
        ('xmpDM:pick="1" xmp:Rating="4"', Decision.ACCEPT, 4, None),
        ('xmpDM:pick="0" xmp:Rating="-1"', Decision.REJECT, None, None),
        ('xmp:Label="Red"', None, None, Label.RED),
        ('xmp:Label="Approved"', None, None, Label.GREEN),
        ('xmp:Label="Rot" photoshop:LabelColor="red"', None, None, Label.RED),
        ('xmp:Label="Rot"', None, None, Label.RED),
        ('xmp:Label="GRU\u0308N"', None, None, Label.GREEN),
        ('xmp:Label="Pourpre"', None, None, Label.PURPLE),
        ('xmp:Label="黄色"', None, None, Label.YELLOW),
        ('xmp:Label="Auswahl"', None, None, None),
        ('xmp:Label=""', None, None, Label.NONE),
        ('photoshop:LabelColor="purple"', None, None, Label.PURPLE),
        ('digiKam:PickLabel="0"', Decision.NONE, None, None),
        ('digiKam:PickLabel="1"', Decision.REJECT, None, None),
        ('digiKam:PickLabel="2"', Decision.NONE, None, None),
        ('digiKam:PickLabel="3"', Decision.ACCEPT, None, None),
        ('digiKam:ColorLabel="3"', None, None, Label.YELLOW),
        ('digiKam:ColorLabel="2"', None, None, None),
        ('photomechanic:Tagged="True"', Decision.ACCEPT, None, None),
        ('photomechanic:ColorClass="1"', None, None, Label.PURPLE),
        ('photomechanic:ColorClass="0"', None, None, Label.NONE),
    ],
)
def test_each_field_is_understood(written, decision, stars, label):
    assert said_by(sidecar(written)) == Said(decision, stars, label)


@pytest.mark.parametrize(
    ("items", "label"),
    [
        ("", Label.NONE),
        ("<rdf:li>3</rdf:li>", Label.BLUE),
        ("<rdf:li>4</rdf:li><rdf:li>1</rdf:li>", Label.YELLOW),
    ],
)
def test_darktable_labels_are_a_list(items, label):
    text = sidecar(elements=f"<darktable:colorlabels><rdf:Seq>{items}</rdf:Seq></darktable:colorlabels>")
    assert said_by(text).label is label


@pytest.mark.parametrize(
    "elements",
    [
        "<xmp:Rating>4</xmp:Rating>",
        "<xmp:Rating>\n  4\n</xmp:Rating>",
        "<xmp:Rating><![CDATA[4]]></xmp:Rating>",
        "<xmp:Rating><!-- good -->&#x34;</xmp:Rating>",
        '<a:Rating xmlns:a="http://ns.adobe.com/xap/1.0/">4</a:Rating>',
        '<Rating xmlns="http://ns.adobe.com/xap/1.0/">4</Rating>',
    ],
)
def test_all_forms_of_an_element_are_read(elements):
    assert said_by(sidecar(elements=elements)).stars == 4


def test_properties_are_found_in_every_description_whatever_the_prefixes():
    text = (
        f'<r:RDF xmlns:r="{RDF}"><r:Description about=""/><r:Description r:about="uuid:1" '
        f'xmlns:xap="{NAMES["xmp"]}" xap:Rating="2"/><r:Description xmlns:k="{NAMES["digiKam"]}">'
        "<k:PickLabel>3</k:PickLabel></r:Description></r:RDF>"
    )
    assert said_by(text) == Said(Decision.ACCEPT, 2, None)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_unicode_in_all_encodings(encoding):
    text = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>' + sidecar('xmp:Rating="3"') + " " * 99
    document = parse_document(text.encode(encoding))
    assert weigh(document.fields, None).stars == 3
    assert document.encode() == text.encode(encoding)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "well-formed"),
        (sidecar()[:-3].encode(), "well-formed"),
        (
            sidecar().replace("xmlns:xmp=", "xmlns:odd=").replace("<rdf:D", "<rdf:D", 1).encode() + b"junk",
            "well-formed",
        ),
        (sidecar('odd:Rating="3"').encode(), "well-formed"),
        ((BOMB + sidecar()).encode(), "document type"),
        ((OUTSIDE + sidecar()).encode(), "document type"),
        (b"<html/>", "no XMP"),
        (f'<a><rdf:RDF xmlns:rdf="{RDF}"/><rdf:RDF xmlns:rdf="{RDF}"/></a>'.encode(), "twice"),
        ((f'<?xml version="1.0" encoding="ISO-8859-1"?>{sidecar()}').encode("latin-1"), "ISO-8859-1"),
        ((f'<?xml version="1.0" encoding="UTF-16"?>{sidecar()}').encode(), "UTF-16"),
        (sidecar('xmp:Label="Grün"').encode("latin-1"), "UTF-8"),
        (b"\xff\xfe" + sidecar().encode("utf-16-le")[:-1], "UTF-16"),
        (
            (f'<rdf:RDF xmlns:rdf="{RDF}">' + "<a>" * 500 + "</a>" * 500 + "</rdf:RDF>").encode(),
            "inside each other",
        ),
        (
            sidecar(
                elements='<xmp:Rating rdf:parseType="Resource"><rdf:value>3</rdf:value></xmp:Rating>'
            ).encode(),
            "form",
        ),
        (sidecar(elements='<xmp:Rating rdf:resource="urn:x"/>').encode(), "form"),
        (sidecar('darktable:colorlabels="1"').encode(), "list"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_reason(data, why):
    with pytest.raises(SidecarError, match=why):
        parse_document(data)


def test_files_that_are_no_sidecars_are_refused_without_being_read(tmp_path):
    large = tmp_path / "large.xmp"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    (tmp_path / "folder.xmp").mkdir()
    os.mkfifo(tmp_path / "pipe.xmp")
    for name, why in (
        ("large", "larger"),
        ("folder", "not a file|cannot be read"),
        ("pipe", "not a file"),
        ("none", "cannot be read"),
    ):
        with pytest.raises(SidecarError, match=why):
            files.read_bytes(tmp_path / f"{name}.xmp")


def test_a_change_made_elsewhere_outweighs_fields_that_were_not_changed():
    seen = Seen(
        {"xmpDM:pick": "1", "digiKam:PickLabel": "3", "xmp:Label": "Red"},
        Marks(Decision.ACCEPT, 0, Label.RED),
    )
    rejected = sidecar('xmpDM:pick="1"', 'digiKam:PickLabel="1"', 'xmp:Label="Red"')
    assert said_by(rejected, seen) == Said(Decision.REJECT, None, Label.RED)
    cleared = sidecar('xmpDM:pick="1"', 'digiKam:PickLabel="0"', 'xmp:Label=""')
    assert said_by(cleared, seen) == Said(Decision.NONE, None, Label.NONE)
    starred = sidecar('xmpDM:pick="1"', 'digiKam:PickLabel="3"', 'xmp:Label="Red"', 'xmp:Rating="4"')
    assert said_by(starred, seen) == Said(Decision.ACCEPT, 4, Label.RED)


def test_a_field_that_is_gone_says_none_once_nothing_holds_on_to_the_mark():
    seen = Seen({"xmp:Label": "Red", "digiKam:ColorLabel": "1"}, Marks(label=Label.RED))
    assert said_by(sidecar('digiKam:ColorLabel="1"'), seen).label is Label.RED
    assert said_by(sidecar('digiKam:ColorLabel="0"'), seen).label is Label.NONE
    assert said_by(sidecar(), seen).label is Label.NONE
    assert said_by(sidecar('xmp:Label="Auswahl"'), seen).label is None


def test_a_sidecar_that_contradicts_itself_says_nothing_and_tells():
    said = said_by(sidecar('xmpDM:pick="1"', 'digiKam:PickLabel="1"', 'xmp:Rating="3"'))
    assert (said.decision, said.stars) == (None, 3)
    assert said.contradictions == ("decision: xmpDM:pick says accept, digiKam:PickLabel says reject",)
    merged = merge(Marks(), said, None)
    assert merged.conflicts == said.contradictions
    assert merged.theirs == {"stars"}


ACCEPTED, STARRED = Marks(Decision.ACCEPT), Marks(stars=4)


@pytest.mark.parametrize(
    ("ours", "said", "seen", "marks", "theirs"),
    [
        (Marks(), Said(None, 4, None), None, STARRED, {"stars"}),
        (ACCEPTED, Said(None, 4, None), None, Marks(Decision.ACCEPT, 4), {"stars"}),
        (ACCEPTED, Said(Decision.NONE, 0, Label.NONE), None, ACCEPTED, set()),
        (Marks(), Said(Decision.ACCEPT, 0, None), ACCEPTED, Marks(), set()),
        (ACCEPTED, Said(Decision.REJECT, 0, None), ACCEPTED, Marks(Decision.REJECT), {"decision"}),
        (ACCEPTED, Said(Decision.NONE, 0, None), ACCEPTED, Marks(), {"decision"}),
    ],
)
def test_a_mark_is_taken_from_the_side_that_changed_it(ours, said, seen, marks, theirs):
    merged = merge(ours, said, Seen({}, seen) if seen else None)
    assert (merged.marks, merged.theirs, merged.conflicts) == (marks, theirs, ())


def test_a_mark_that_both_sides_changed_is_a_conflict_until_one_is_preferred():
    said = Said(Decision.REJECT, 2, None)
    merged = merge(ACCEPTED, said, None)
    assert merged.conflicts == ("decision: accept here, reject in the sidecar",)
    assert "decision" not in merged.settled
    assert merge(ACCEPTED, said, None, Prefer.LIBRARY).marks == Marks(Decision.ACCEPT, 2)
    assert merge(ACCEPTED, said, None, Prefer.SIDECAR).marks == Marks(Decision.REJECT, 2)


def test_no_word_means_two_colours():
    words = [word for words in _OF_LANGUAGES.values() for word in words.split()]
    assert len(words) == len(set(words)) > 100
    for label, known in _OF_LANGUAGES.items():
        assert {KNOWN_WORDS.label(word) for word in known.split()} == {label}


def test_the_photographer_s_own_words_come_first():
    document = parse_document(sidecar('xmp:Label="Auswahl"').encode())
    assert weigh(document.fields, None).label is None
    words = LabelWords({"auswahl": Label.GREEN, "Rot": Label.PURPLE})
    assert weigh(document.fields, None, words).label is Label.GREEN
    other = parse_document(sidecar('xmp:Label="Rot"').encode())
    assert weigh(other.fields, None, words).label is Label.PURPLE


def test_a_label_in_another_language_stays_where_it_means_the_same():
    document = parse_document(sidecar('xmp:Label="Rot"', 'photoshop:LabelColor="red"').encode())
    targets = Targets((Profile.LIGHTROOM,))
    assert document.with_marks(Marks(label=Label.RED), ("label",), targets) is document
    green = document.with_marks(Marks(label=Label.GREEN), ("label",), targets)
    assert (green.fields["xmp:Label"], green.fields["photoshop:LabelColor"]) == ("Green", "green")
    own = parse_document(sidecar('xmp:Label="Auswahl"').encode())
    mine = Targets((Profile.CAPTURE_ONE,), words=LabelWords({"Auswahl": Label.GREEN}))
    assert own.with_marks(Marks(label=Label.GREEN), ("label",), mine) is own
    assert own.with_marks(Marks(label=Label.GREEN), ("label",), targets).fields["xmp:Label"] == "Green", (
        "a word that is not known says nothing"
    )
    bridge = document.with_marks(Marks(label=Label.BLUE), ("label",), Targets((Profile.BRIDGE,)))
    assert bridge.fields["xmp:Label"] == "Review"
