"""How namespaces are called in what is written: as the file calls them, and never two ways."""

from __future__ import annotations

import pytest

from engine.sidecars.document import parse_document
from engine.sidecars.fields import COLOR_LABELS
from engine.sidecars.packet import Packet
from engine.sidecars.profiles import Profile, Targets
from engine.types import Decision, Label, Marks
from tests.unit.xmp_compare import foreign_parts, parse

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"


def written(*descriptions: str) -> bytes:
    inside = "".join(f"<rdf:Description{each}</rdf:Description>" for each in descriptions)
    data = f'<rdf:RDF xmlns:rdf="{RDF}">{inside}</rdf:RDF>'.encode()
    marks = Marks(Decision.ACCEPT, 3, Label.RED)
    after = parse_document(data).with_marks(marks, ("decision", "stars", "label"), Targets(tuple(Profile)))
    assert foreign_parts(after.encode()) == foreign_parts(data)
    return after.encode()


def names(data: bytes) -> dict[str, set[str]]:
    """Return the prefixes that each namespace has anywhere."""
    found: dict[str, set[str]] = {}
    for element in parse(data).iter():
        for prefix, uri in element.nsmap.items():
            found.setdefault(uri, set()).add(prefix)
    return found


@pytest.mark.parametrize("order", [0, 1])
def test_a_prefix_that_another_description_binds_is_used(order):
    blocks = [' xmlns:odd="urn:odd" odd:a="1">', f' xmlns:xap="{XMP}">']
    assert names(written(*blocks[:: -1 if order else 1]))[XMP] == {"xap"}


def test_a_prefix_that_is_bound_deep_inside_is_used():
    deep = f' xmlns:o="urn:odd"><o:a><rdf:Seq><rdf:li xmlns:ps="{PHOTOSHOP}" ps:x="1"/></rdf:Seq></o:a>'
    assert names(written(deep))[PHOTOSHOP] == {"ps"}


def test_a_usual_prefix_that_means_something_else_anywhere_is_not_used():
    found = names(written(' xmlns:o="urn:o" o:a="1">', ' xmlns:xmp="urn:else" xmp:Rating="9">'))
    assert found[XMP] == {"xmp2"} and found["urn:else"] == {"xmp"}


@pytest.mark.parametrize("inside", ["/>", "></d:colorlabels>", "> </d:colorlabels>"])
def test_a_list_that_holds_no_array_gets_one(inside):
    text = f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:d="{COLOR_LABELS[0]}"><d:colorlabels{inside}'
    packet = Packet(f"{text}</rdf:Description></rdf:RDF>")
    assert packet.items(COLOR_LABELS) == []
    packet.set_items(COLOR_LABELS, ["3", "1"])
    assert Packet(packet.changed()).items(COLOR_LABELS) == ["3", "1"]
