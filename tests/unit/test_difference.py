"""What a model changed: picks with and without it."""

from __future__ import annotations

from engine.comparing.base import Opinion
from engine.selection.difference import difference, difference_in_words, opinions_without, without_roles
from engine.selection.opinions import Opinions
from engine.selection.picks import select
from engine.settings import load_settings
from engine.types import Role
from tests.unit.builders import moments

ALBUM = load_settings().album


def test_groups_whose_pick_turns_are_named_with_both_picks():
    photos = moments()
    without = select(without_roles(photos, {Role.AESTHETIC}), ALBUM)
    found = difference(select(photos, ALBUM), without)
    changed = [(c.group, c.with_roles, c.without_roles) for c in found.groups]
    assert changed == [(0, (0,), (1,)), (2, (5,), (4,))]
    assert found.count == 2
    assert found.photos == {0, 1, 4, 5}


def test_roles_are_taken_out_of_copies_and_features_go_with_the_aesthetic_model():
    photos = moments()
    bare = without_roles(photos, {Role.AESTHETIC, Role.PORTRAIT})
    assert {role for c in bare for role in c.scores} == {Role.QUALITY}
    assert all(c.features is None for c in bare)
    assert all(set(c.scores) == {Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT} for c in photos)
    assert all(c.features is not None for c in without_roles(photos, {Role.PORTRAIT}))


def test_nothing_differs_without_nothing():
    photos = moments()
    selection = select(without_roles(photos, ()), ALBUM)
    assert selection == select(photos, ALBUM)
    assert difference(selection, selection).count == 0


def test_a_pick_that_is_lost_counts_once_and_a_group_without_any_score_has_no_pick():
    photos = moments()
    found = difference(select(photos, ALBUM), select(without_roles(photos, set(Role)), ALBUM))
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
