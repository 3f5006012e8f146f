"""Close candidates ranked by opinions; verdicts and reasons in words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.comparing.base import Opinion
from engine.selection.opinions import Opinions
from engine.selection.picks import select
from engine.selection.round_robin import rank_close, tells
from engine.settings import load_settings
from tests.unit.builders import candidate

ALBUM = load_settings().album
NAME, SHA256 = "Siamese comparator (best_model.pt)", "c" * 64


def opinions(pairs: dict[tuple[int, int], float], flipped: bool = False) -> Opinions:
    return Opinions(NAME, SHA256, {pair: Opinion(value, flipped) for pair, value in pairs.items()})


def group_of(*aesthetics: float):
    return [candidate(i, i * 0.5, look=1, aesthetic=a) for i, a in enumerate(aesthetics)]


def pick_of(selection) -> list[int]:
    return [photo for photo, ranked in selection.ranked.items() if ranked.pick]


def test_the_comparator_overrules_composites_that_are_close():
    selection = select(group_of(0.54, 0.50), ALBUM, opinions({(0, 1): 0.17}))
    (verdict,) = selection.verdicts
    assert (verdict.winner, verdict.source, verdict.sha256) == (1, NAME, SHA256)
    assert verdict.confidence == pytest.approx(0.83)
    assert pick_of(selection) == [1]
    assert "the comparator prefers this one, 83% sure" in selection.ranked[1].reasons
    assert "the comparator prefers the pick, 83% sure" in selection.ranked[0].reasons
    assert "close to the pick (2.0 points ahead)" in selection.ranked[0].reasons
    assert selection.ranked[1].comparison == "the comparator prefers this one, 83% sure"
    assert selection.ranked[0].comparison == "the comparator prefers the pick, 83% sure"


def test_an_opinion_counts_whichever_order_it_was_asked_in():
    assert pick_of(select(group_of(0.54, 0.50), ALBUM, opinions({(1, 0): 0.83}))) == [1]


def test_candidates_that_are_not_close_are_not_its_business():
    selection = select(group_of(0.70, 0.50), ALBUM, opinions({(0, 1): 0.01}))
    assert pick_of(selection) == [0] and selection.verdicts == ()
    assert {ranked.comparison for ranked in selection.ranked.values()} == {""}


@pytest.mark.parametrize(
    "found", [Opinion(0.45, False), Opinion(0.1, True), Opinion(0.5, False), Opinion(0.401, False)]
)
def test_cannot_tell_leaves_the_order_of_composites(found):
    selection = select(group_of(0.54, 0.50), ALBUM, Opinions(NAME, SHA256, {(0, 1): found}))
    (verdict,) = selection.verdicts
    assert verdict.winner is None and verdict.source == NAME
    assert pick_of(selection) == [0]
    assert "can't tell between this and IMG_0001.JPG" in selection.ranked[0].reasons
    assert "can't tell between this and IMG_0000.JPG" in selection.ranked[1].reasons


def test_the_threshold_is_a_setting():
    rules = ALBUM.selection.model_copy(update={"cant_tell_below": 0.9})
    strict = ALBUM.model_copy(update={"selection": rules})
    assert pick_of(select(group_of(0.54, 0.50), strict, opinions({(0, 1): 0.17}))) == [0]
    assert pick_of(select(group_of(0.54, 0.50), strict, opinions({(0, 1): 0.09}))) == [1]


def test_pairs_without_an_opinion_go_by_composite_and_say_so():
    selection = select(group_of(0.54, 0.52, 0.50), ALBUM, opinions({(0, 1): 0.1}))
    sources = {(v.a, v.b): v.source for v in selection.verdicts}
    assert sources == {(0, 1): NAME, (0, 2): "composite", (1, 2): "composite"}


def test_round_robin_sums_probabilities_over_all_opponents():
    beats = {(0, 1): 0.7, (0, 2): 0.2, (1, 2): 0.65}  # sums: 0.9, 0.95, 1.15
    assert rank_close([0, 1, 2], opinions(beats), 0.6) == [2, 1, 0]


def test_two_that_cannot_be_told_apart_keep_their_order_whatever_others_lost_to_them():
    beats = {(0, 1): 0.5, (0, 2): 0.8, (1, 2): 0.99}
    assert rank_close([0, 1, 2], opinions(beats), 0.6) == [0, 1, 2]


def test_a_winner_that_fails_the_filters_is_not_picked_and_the_reason_is_true():
    shots = [candidate(0, 0, look=1, aesthetic=0.54), candidate(1, 0.5, look=1, aesthetic=0.5, sharpness=0)]
    selection = select(shots, ALBUM, opinions({(0, 1): 0.1}))
    assert pick_of(selection) == [0]
    assert "the comparator prefers IMG_0001.JPG, 90% sure" in selection.ranked[0].reasons
    assert "the comparator prefers this one, 90% sure" in selection.ranked[1].reasons


probabilities = st.floats(0, 1).map(lambda value: round(value, 3))


@given(st.integers(1, 6), st.data())
def test_ranking_keeps_everyone_and_never_depends_on_the_order_of_questions(size, data):
    close = list(range(size))
    asked = {pair: data.draw(probabilities) for pair in itertools.combinations(close, 2)}
    ranked = rank_close(close, opinions(asked), 0.6)
    assert sorted(ranked) == close
    other_way = {(b, a): 1.0 - value for (a, b), value in asked.items()}
    assert rank_close(close, opinions(other_way), 0.6) == ranked


@given(st.integers(2, 6), st.data())
def test_neighbours_that_cannot_be_told_apart_stand_in_the_order_of_composites(size, data):
    told = st.sampled_from([0.05, 0.3, 0.5, 0.5, 0.7, 0.95])
    asked = {pair: data.draw(told) for pair in itertools.combinations(range(size), 2)}
    for one, other in itertools.pairwise(rank_close(list(range(size)), opinions(asked), 0.6)):
        assert one < other or asked[other, one] != 0.5


@pytest.mark.parametrize(
    ("opinion", "below", "expected"),
    [
        (Opinion(0.6, False), 0.6, True),
        (Opinion(0.4, False), 0.6, True),
        (Opinion(0.59, False), 0.6, False),
        (Opinion(0.9, True), 0.6, False),
        (Opinion(0.5, False), 0.5, False),
        (Opinion(0.51, False), 0.5, True),
    ],
)
def test_what_names_a_winner(opinion, below, expected):
    assert tells(opinion, below) is expected


@given(st.integers(1, 6))
def test_without_opinions_composites_rank(size):
    assert rank_close(list(range(size)), Opinions(), 0.6) == list(range(size))


@given(st.permutations(range(5)))
def test_a_clear_order_of_strength_is_found(strength):
    beats = {
        (a, b): 0.9 if strength[a] > strength[b] else 0.1 for a, b in itertools.combinations(range(5), 2)
    }
    ranked = rank_close(list(range(5)), opinions(beats), 0.6)
    assert [strength[photo] for photo in ranked] == [4, 3, 2, 1, 0]
