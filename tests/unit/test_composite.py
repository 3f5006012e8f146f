"""Composite and portrait value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.composite import EYES_OPEN, compose, portrait_value, with_portrait_rules
from engine.settings import load_settings
from engine.types import Role, Score
from tests.unit.builders import face

ALBUM = load_settings().album
RULES = ALBUM.selection


def _scores(**values: float) -> dict[Role, Score]:
    return {Role(name): Score(Role(name), value, None) for name, value in values.items()}


def test_all_three_models_by_their_weights():
    composite, roles = compose(_scores(aesthetic=0.6, quality=0.8, portrait=0.5), RULES)
    assert composite == pytest.approx(0.5 * 0.6 + 0.2 * 0.8 + 0.3 * 0.5)
    assert roles == (Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT)


def test_the_weight_of_a_model_that_did_not_run_is_shared_in_proportion():
    composite, roles = compose(_scores(quality=0.8, portrait=0.5), RULES)
    assert composite == pytest.approx((0.2 * 0.8 + 0.3 * 0.5) / 0.5)
    assert roles == (Role.QUALITY, Role.PORTRAIT)


def test_nothing_ran_is_not_a_number():
    assert compose({}, RULES) == (None, ())


def test_a_comparator_score_has_no_part_in_it():
    assert compose({Role.COMPARATOR: Score(Role.COMPARATOR, 1.0, None)}, RULES) == (None, ())


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_composite_lies_between_its_parts(a: float, q: float, p: float):
    composite, _ = compose(_scores(aesthetic=a, quality=q, portrait=p), RULES)
    assert composite is not None
    assert min(a, q, p) - 1e-9 <= composite <= max(a, q, p) + 1e-9


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ((), 0.5),
        ((face(0.9, 0.0),), 0.75),
        ((face(0.9, 1.0),), 1.0),
        ((face(0.1, 0.0),), 0.5),
        ((face(0.9), face(0.1)), 0.5),  # the worst prominent face decides
        ((face(0.9), face(0.1, prominent=False)), 0.75),  # a face in the background does not
        ((face(None),), 0.625),  # can't tell: neither reward nor punishment
        ((face(0.9), face(None)), 0.625),
        ((face(0.9, None),), 0.75),
        ((face(EYES_OPEN, 0.0),), 0.75),  # from there on they count as open
        ((face(0.9, 1.0), face(0.9, 0.0)), 0.875),  # the mean smile
    ],
)
def test_portrait_value(faces, expected: float):
    assert portrait_value(faces, ALBUM.portrait) == pytest.approx(expected)


def test_smiles_do_not_count_when_not_preferred():
    rules = ALBUM.portrait.model_copy(update={"prefer_smiling": False})
    assert portrait_value((face(0.9, 1.0),), rules) == pytest.approx(0.75)


def test_the_portrait_value_is_at_most_one():
    rules = ALBUM.portrait.model_copy(update={"eyes_open_importance": 1.0, "smile_importance": 1.0})
    assert portrait_value((face(0.9, 1.0),), rules) == 1.0


def test_other_rules_change_the_value_and_nothing_else():
    score = Score(Role.PORTRAIT, 0.3, None, sha256="ab" * 32, faces=(face(0.9, 1.0),))
    again = with_portrait_rules(score, ALBUM.portrait)
    assert (again.value, again.sha256, again.faces) == (1.0, score.sha256, score.faces)


def test_a_model_without_weight_is_not_named_among_those_that_made_it():
    rules = RULES.model_copy(update={"ava_weight": 1.0, "iqa_weight": 0.0, "portrait_weight": 0.0})
    assert compose(_scores(aesthetic=0.6, quality=0.8), rules) == (0.6, (Role.AESTHETIC,))
    assert compose(_scores(quality=0.8), rules) == (None, ())
