"""Which stored marks speak of which photo, where names, places and bytes have changed since."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine.comparing.base import Opinion
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.opinions import OpinionStore
from engine.library.successors import carry_over
from engine.types import Decision, Marks
from tests.unit import builders

SHOOT, BACKUP, CARD = Path("/shoot"), Path("/backup"), Path("/card")
ACCEPT, REJECT = MarkChange(Decision.ACCEPT), MarkChange(Decision.REJECT)


@pytest.fixture
def store(library: Path):
    with closing(DecisionStore(library)) as opened:
        yield opened


def key(number: int, name: str, identity: str, taken: str | None = None) -> PhotoKey:
    return PhotoKey(number, name, identity, taken)


def decide(store: DecisionStore, album: Path, held: PhotoKey, decision: Decision) -> None:
    store.decide(album, {held: decision})


# -- names and places


def test_photos_that_swapped_their_names_keep_their_decisions(store):
    decide(store, SHOOT, key(1, "a.jpg", "aa"), Decision.ACCEPT)
    decide(store, SHOOT, key(2, "b.jpg", "bb"), Decision.REJECT)
    now = [key(1, "b.jpg", "aa"), key(2, "a.jpg", "bb")]
    assert store.decisions(SHOOT, now) == {1: Decision.ACCEPT, 2: Decision.REJECT}


def test_a_copy_that_was_renamed_keeps_its_decision_beside_its_twin(store):
    decide(store, SHOOT, key(2, "b.jpg", "aa"), Decision.REJECT)
    decide(store, SHOOT, key(1, "a.jpg", "aa"), Decision.ACCEPT)
    now = [key(1, "wedding.jpg", "aa"), key(2, "b.jpg", "aa")]
    assert store.decisions(SHOOT, now) == {1: Decision.ACCEPT, 2: Decision.REJECT}


def test_a_renamed_copy_takes_nothing_from_a_twin_that_is_there_still(store):
    decide(store, SHOOT, key(2, "b.jpg", "aa"), Decision.REJECT)
    now = [key(1, "wedding.jpg", "aa"), key(2, "b.jpg", "aa")]
    assert store.decisions(SHOOT, now) == {2: Decision.REJECT}


def test_in_a_new_place_the_same_name_counts_more_than_another(store):
    decide(store, SHOOT, key(1, "a.jpg", "aa"), Decision.ACCEPT)
    decide(store, BACKUP, key(1, "wedding.jpg", "aa"), Decision.REJECT)
    assert store.decisions(CARD, [key(1, "a.jpg", "aa")]) == {1: Decision.ACCEPT}


@pytest.mark.parametrize("last", [Decision.ACCEPT, Decision.REJECT])
def test_in_a_new_place_the_last_word_of_other_places_counts(store, last):
    first = Decision.REJECT if last is Decision.ACCEPT else Decision.ACCEPT
    decide(store, SHOOT, key(1, "a.jpg", "aa"), first)
    decide(store, BACKUP, key(1, "a.jpg", "aa"), last)
    assert store.decisions(CARD, [key(1, "a.jpg", "aa")]) == {1: last}


def test_what_a_photo_is_filed_under_says_when_it_was_taken_if_that_is_known(store):
    photo = builders.photo(1)
    held = PhotoKey.of(photo, builders.inspected("aa", 5.0))
    assert held == PhotoKey(1, photo.name, "aa", "2026-06-01T12:00:05")
    assert PhotoKey.of(photo, builders.inspected("aa", None)).captured_at is None
    decide(store, SHOOT, held, Decision.ACCEPT)
    rewritten = PhotoKey.of(photo, builders.inspected("bb", 5.0))
    assert store.decisions(SHOOT, [rewritten]) == {1: Decision.ACCEPT}


# -- what is asked for


def test_stars_alone_are_no_decision(store):
    held = key(1, "a.jpg", "aa")
    store.change(SHOOT, {held: MarkChange(stars=5)}, "5 stars", {held: Marks()})
    assert store.decisions(SHOOT, [held]) == {}


def test_undo_of_stars_keeps_a_decision_that_was_made_by_command_since(store):
    held = key(1, "a.jpg", "aa")
    store.change(SHOOT, {held: MarkChange(stars=3)}, "3 stars", {held: Marks()})
    store.decide(SHOOT, {held: Decision.ACCEPT})
    store.undo(SHOOT)
    assert store.marks(SHOOT, [held]) == {1: Marks(Decision.ACCEPT)}


@pytest.mark.parametrize("change", [MarkChange(own_group="g"), MarkChange(own_pick=True)])
def test_photos_grouped_and_photos_picked_by_hand_are_both_told(store, change):
    held, other = key(1, "a.jpg", "aa"), key(2, "b.jpg", "bb")
    store.change(SHOOT, {held: change, other: ACCEPT}, "by hand", {held: Marks(), other: Marks()})
    assert store.own_groups(SHOOT, [held, other]) == {1: change.on(Marks())}


# -- bytes that changed


def test_in_a_large_album_every_photo_is_found_by_what_its_file_was_before(library, photo, store):
    album = photo.parent
    held = [key(n, f"{n}.jpg", f"{n:032x}") for n in range(1200)]
    held[1100] = replace(held[1100], name=photo.name)
    carry_over(library, photo, held[1100].identity, "f" * 32)
    decide(store, album, key(0, photo.name, "f" * 32), Decision.REJECT)
    assert store.decisions(album, held) == {1100: Decision.REJECT}


def test_verdicts_keep_their_side_whichever_photo_comes_first_then(library, photo):
    low, middle, high = "1" * 32, "5" * 32, "9" * 32
    with closing(OpinionStore(library)) as store:
        store.write({(low, middle): Opinion(0.8, False)}, "c" * 64, "1")
    carry_over(library, photo, low, high)
    with closing(OpinionStore(library)) as store:
        found = store.read([(high, middle), (middle, high)], "c" * 64, "1")
    assert round(found[high, middle].first_over_second, 6) == 0.8
    assert round(found[middle, high].first_over_second, 6) == 0.2


def _by(held: PhotoKey):
    """As a window finds photos, which knows its own by identity."""
    return lambda asked: (held if asked.identity == held.identity else asked, Marks())


def test_undo_of_a_step_from_before_the_bytes_changed_is_seen_on_the_photo(library, photo, store):
    album, old = photo.parent, key(0, photo.name, "a" * 32)
    new = replace(old, identity="5" * 32)
    store.change(album, {old: ACCEPT}, "accept", {old: Marks()})
    carry_over(library, photo, old.identity, new.identity)
    assert store.undo(album, _by(new)) == ("accept", {0: Marks()})
    assert store.redo(album, _by(new)) == ("accept", {0: Marks(Decision.ACCEPT)})


def test_undo_of_a_step_of_several_photos_finds_each(library, photo, store):
    album, old, other = photo.parent, key(0, photo.name, "a" * 32), key(1, "b.jpg", "b" * 32)
    new = replace(old, identity="5" * 32)
    store.change(album, {old: ACCEPT, other: REJECT}, "both", {old: Marks(), other: Marks()})
    carry_over(library, photo, old.identity, new.identity)
    known = {new.identity: new, other.identity: other}
    undone = store.undo(album, lambda asked: (known.get(asked.identity, asked), Marks()))
    assert undone == ("both", {0: Marks(), 1: Marks()})
    assert store.decisions(album, [new, other]) == {}


def test_undo_finds_the_photo_by_what_it_was_two_changes_ago(library, photo, store):
    album, old = photo.parent, key(0, photo.name, "a" * 32)
    carry_over(library, photo, old.identity, "5" * 32)
    carry_over(library, photo, "5" * 32, "b" * 32)
    new = replace(old, identity="b" * 32)
    store.change(album, {new: ACCEPT}, "accept", {new: Marks()})
    assert store.undo(album, _by(old)) == ("accept", {0: Marks()})
