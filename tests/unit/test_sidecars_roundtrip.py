"""Property tests: whatever a sidecar holds, writing marks changes nothing foreign, and reads back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.sidecars.document import empty_document, parse_document
from engine.sidecars.opinions import weigh
from engine.sidecars.profiles import Profile, RejectAsRating, Targets
from engine.types import Decision, Label, Marks
from tests.unit.xmp_compare import foreign_parts, prefixes
from tests.unit.xmp_strategies import encode, encodings, sidecar_text

ASPECTS = ("decision", "stars", "label")
ALL = Targets(tuple(Profile))
marks = st.builds(Marks, st.sampled_from(Decision), st.integers(0, 5), st.sampled_from(Label))
targets = st.builds(
    Targets,
    st.lists(st.sampled_from(Profile), unique=True, min_size=1).map(tuple),
    st.sampled_from(RejectAsRating),
)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(sidecar_text(), encodings, marks, targets)
def test_all_that_is_foreign_survives(text, encoding, said, wanted):
    data = encode(text, encoding)
    before = parse_document(data)
    assert before.encode() == data
    after = before.with_marks(said, ASPECTS, wanted, "CR2")
    assert foreign_parts(after.encode()) == foreign_parts(data)
    old, new = prefixes(data), prefixes(after.encode())
    assert all(was.items() <= now.items() for was, now in zip(old, new, strict=True))
    assert after.encode()[:4] == data[:4]


@many
@given(sidecar_text(), marks, targets)
def test_a_second_write_changes_no_byte(text, said, wanted):
    once = parse_document(text.encode()).with_marks(said, ASPECTS, wanted)
    again = parse_document(once.encode()).with_marks(said, ASPECTS, wanted)
    assert again.encode() == once.encode()


@many
@given(sidecar_text(), st.lists(marks, min_size=1, max_size=4))
def test_what_is_written_reads_back(text, series):
    document = parse_document(text.encode())
    for said in series:
        document = document.with_marks(said, ASPECTS, ALL)
        assert read(document) == said if said.decision is not Decision.REJECT or said.stars else True
        assert read(document).decision is said.decision
        assert read(document).label is said.label


@given(marks, targets)
def test_a_new_sidecar_holds_the_marks_and_nothing_else(said, wanted):
    document = empty_document().with_marks(said, ASPECTS, wanted)
    assert foreign_parts(document.encode()) == foreign_parts(empty_document().encode())
    stars = weigh(document.fields, None).stars
    assert stars == said.stars or (not stars and (not said.stars or wanted.rates_rejects(said)))


@given(st.sampled_from(ASPECTS), sidecar_text(), marks)
def test_only_the_aspects_that_were_asked_for_change(aspect, text, said):
    before = parse_document(text.encode())
    after = before.with_marks(said, [aspect], ALL)
    others = (
        {"decision", "stars", "label"} - {aspect} - ({"stars", "decision"} if aspect != "label" else set())
    )
    for other in others:
        assert getattr(weigh(after.fields, None), other) == getattr(weigh(before.fields, None), other)


@pytest.mark.parametrize("profile", Profile)
def test_marks_that_a_program_knows_come_back_from_its_profile(profile):
    said = Marks(Decision.NONE, 4, Label.BLUE)
    assert read(empty_document().with_marks(said, ASPECTS, Targets((profile,)))) == said


def read(document) -> Marks:
    said = weigh(document.fields, None)
    assert said.contradictions == ()
    return Marks(said.decision or Decision.NONE, said.stars or 0, said.label or Label.NONE)
