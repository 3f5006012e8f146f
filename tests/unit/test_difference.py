"""What a model changed: picks with and without it."""

from __future__ import annotations

from engine.comparing.base import Opinion
from engine.selection.difference import difference, difference_in_words, opinions_without, without_roles
from engine.selection.opinions import Opinions
from engine.selection.picks import select
from engine.settings import load_settings
from engine.types import Role
from tests.unit.builders import candidate

ALBUM = load_settings().album


def _moments() -> list:
    """Three moments of two frames: the aesthetic model turns the pick of the first and of the third."""
    return [
        candidate(0, 0, look=1, aesthetic=0.9, quality=0.5),
        candidate(1, 1, look=1, aesthetic=0.3, quality=0.7),
        candidate(2, 60, look=2, aesthetic=0.6, quality=0.7),
        candidate(3, 61, look=2, aesthetic=0.5, quality=0.5),
        candidate(4, 120, look=3, aesthetic=0.3, quality=0.7),
        candidate(5, 121, look=3, aesthetic=0.9, quality=0.5),
    ]


def test_groups_whose_pick_turns_are_named_with_both_picks():
    moments = _moments()
    without = select(without_roles(moments, {Role.AESTHETIC}), ALBUM)
    found = difference(select(moments, ALBUM), without)
    changed = [(c.group, c.with_roles, c.without_roles) for c in found.groups]
    assert changed == [(0, (0,), (1,)), (2, (5,), (4,))]
    assert found.count == 2
    assert found.photos == {0, 1, 4, 5}


def test_roles_are_taken_out_of_copies_and_features_go_with_the_aesthetic_model():
    moments = _moments()
    bare = without_roles(moments, {Role.AESTHETIC, Role.PORTRAIT})
    assert {role for c in bare for role in c.scores} == {Role.QUALITY}
    assert all(c.features is None for c in bare)
    assert all(set(c.scores) == {Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT} for c in moments)
    assert all(c.features is not None for c in without_roles(moments, {Role.PORTRAIT}))


def test_nothing_differs_without_nothing():
    moments = _moments()
    selection = select(without_roles(moments, ()), ALBUM)
    assert selection == select(moments, ALBUM)
    assert difference(selection, selection).count == 0


def test_a_pick_that_is_lost_counts_once_and_a_group_without_any_score_has_no_pick():
    moments = _moments()
    found = difference(select(moments, ALBUM), select(without_roles(moments, set(Role)), ALBUM))
    assert [(c.with_roles, c.without_roles) for c in found.groups] == [((0,), ()), ((2,), ()), ((5,), ())]
    assert found.count == 3


def test_words():
    assert difference_in_words(0, ["AVA"]) == "No pick differs without AVA"
    assert difference_in_words(1, ["AVA"]) == "1 pick differs without AVA"
    assert difference_in_words(7, ["AVA", "IQA", "X"]) == "7 picks differ without AVA, IQA and X"


def test_opinions_go_with_the_comparator_and_with_nothing_else():
    said = Opinions("Siamese", "c" * 64, {(0, 1): Opinion(0.9, False)})
    assert opinions_without(said, {Role.AESTHETIC}) is said and opinions_without(said, ()) is said
    assert opinions_without(said, {Role.COMPARATOR, Role.AESTHETIC}) == Opinions()
