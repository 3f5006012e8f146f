"""Real sidecars of other programs, from a folder that FRAMEPICK_XMP_CORPUS names: they belong to others.

Each is read, written with several marks, and read again. A file may be refused only where libxml2 finds it
malformed too, or where it holds no XMP.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import SidecarError
from engine.sidecars.document import Document, parse_document
from engine.sidecars.opinions import weigh
from engine.sidecars.profiles import Profile, RejectAsRating, Targets
from engine.types import Decision, Label, Marks
from tests.unit.xmp_compare import foreign_parts, prefixes

CORPUS = os.environ.get("FRAMEPICK_XMP_CORPUS", "")
FILES = sorted(path for path in Path(CORPUS).rglob("*") if path.suffix.lower() == ".xmp") if CORPUS else []
EVERYTHING = Targets(tuple(Profile), RejectAsRating.UNSTARRED)
ASPECTS = ("decision", "stars", "label")
MARKS = (
    Marks(Decision.ACCEPT, 4, Label.GREEN),
    Marks(Decision.REJECT, 0, Label.NONE),
    Marks(Decision.NONE, 2, Label.PURPLE),
)

pytestmark = pytest.mark.skipif(not FILES, reason="FRAMEPICK_XMP_CORPUS names no folder with sidecars")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_a_real_sidecar_keeps_all_that_is_foreign(path):
    data = path.read_bytes()
    try:
        document = parse_document(data)
    except SidecarError as error:
        pytest.skip(f"refused: {error.what}")
    assert document.encode() == data
    for marks in MARKS:
        document = changed(document, marks)
        assert foreign_parts(document.encode()) == foreign_parts(data)


def changed(document: Document, marks: Marks) -> Document:
    after = document.with_marks(marks, ASPECTS, EVERYTHING)
    said = weigh(after.fields, None)
    assert (said.decision or Decision.NONE, said.stars or 0, said.label or Label.NONE) == (
        marks.decision,
        marks.stars,
        marks.label,
    )
    assert after.with_marks(marks, ASPECTS, EVERYTHING) is after, "a second write changes nothing"
    for old, new in zip(prefixes(document.encode()), prefixes(after.encode()), strict=True):
        assert old.items() <= new.items()
    return after
