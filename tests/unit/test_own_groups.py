"""Groups and picks made by hand: in the selection, on disk, undone, and after photos went away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from engine.comparing.base import Opinion
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.salvage import salvage
from engine.selection.difference import without_roles
from engine.selection.opinions import Opinions
from engine.selection.own_groups import with_own_groups, with_own_marks
from engine.selection.picks import select
from engine.settings import load_settings
from engine.types import Decision, Marks, Role, Selection, SequenceKind
from tests.unit.builders import candidate
from tests.unit.histories import Histories

ALBUM = load_settings().album
SHOOT = Path("/shoot")
COUNT = 8
KEYS = tuple(PhotoKey(n, f"IMG_{n}.JPG", f"{n:032x}", f"2026-06-01T12:00:0{n}") for n in range(COUNT))


def shots(**own: Marks):
    """Two moments of four photos; `own` are marks by p0..p7. The first of each has the best scores."""
    taken = [
        candidate(n, n * 0.5 + 100 * (n // 4), look=n // 4, aesthetic=0.9 - 0.1 * (n % 4))
        for n in range(COUNT)
    ]
    return with_own_marks(taken, {int(name[1:]): marks for name, marks in own.items()})


def groups_of(found: Selection) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for photo in found.order:
        groups.setdefault(found.ranked[photo].group, []).append(photo)
    return list(groups.values())


def picks_of(found: Selection) -> list[int]:
    return [photo for photo in found.order if found.ranked[photo].pick]


def in_group(token: str) -> Marks:
    return Marks(own_group=token)


def test_without_a_word_by_hand_groups_are_as_found():
    found = select(shots(), ALBUM)
    assert groups_of(found) == [[0, 1, 2, 3], [4, 5, 6, 7]] and picks_of(found) == [0, 4]
    assert not any(r.own_group or r.own_pick for r in found.ranked.values())


def test_a_photo_that_is_marked_as_before_stays_the_object_it_was():
    """The window asks so whether anything is to be made anew."""
    marked = shots(p0=Marks(own_group="a"), p1=Marks(own_pick=True))
    same = {0: Marks(own_group="a", stars=3), 1: Marks(own_pick=True), 2: Marks(Decision.ACCEPT)}
    assert all(now is then for now, then in zip(with_own_marks(marked, same), marked, strict=True))
    other = with_own_marks(marked, {0: Marks(own_group="b"), 3: Marks(own_pick=True)})
    changed = [now is not then for now, then in zip(other, marked, strict=True)]
    assert changed == [True, True, False, True, False, False, False, False]
    assert (marked[0].own_group, other[0].own_group) == ("a", "b")


def test_a_split_group_has_two_picks_and_says_that_it_was_made_by_hand():
    found = select(shots(p0=in_group("a"), p1=in_group("a"), p2=in_group("b"), p3=in_group("b")), ALBUM)
    assert groups_of(found) == [[0, 1], [2, 3], [4, 5, 6, 7]]
    assert picks_of(found) == [0, 2, 4]
    assert [found.ranked[n].own_group for n in range(COUNT)] == [True] * 4 + [False] * 4
    assert found.ranked[2].reasons[0] == "best of 2"


def test_photos_from_different_moments_are_one_group_in_the_order_of_time():
    found = select(shots(p5=in_group("x"), p1=in_group("x")), ALBUM)
    assert groups_of(found) == [[0, 1, 2, 3, 4, 5, 6, 7]], "the rest of both moments follows"
    pinned = {f"p{n}": in_group("m" if n in (1, 5) else f"rest{n // 4}") for n in range(COUNT)}
    found = select(shots(**pinned), ALBUM)
    assert groups_of(found) == [[0, 2, 3], [1, 5], [4, 6, 7]]
    assert [found.ranked[g[0]].group for g in groups_of(found)] == [0, 1, 2]


def test_a_photo_that_came_later_goes_where_its_neighbour_went():
    pinned = {f"p{n}": in_group("a" if n < 2 else "b") for n in (0, 1, 3)}
    assert groups_of(select(shots(**pinned), ALBUM))[0] == [0, 1, 2]
    pinned = {f"p{n}": in_group("a") for n in (1, 2, 3)}
    assert groups_of(select(shots(**pinned), ALBUM))[0] == [0, 1, 2, 3]


def test_photos_that_went_away_leave_the_rest_together():
    marked = shots(**{f"p{n}": Marks(own_group="all", own_pick=n == 3) for n in range(COUNT)})
    left = [c for c in marked if c.photo_id not in (0, 3, 4)]
    found = select(left, ALBUM)
    assert groups_of(found) == [[1, 2, 5, 6, 7]]
    assert picks_of(found) == [1], "the own pick is gone: Framepick suggests again"


def test_a_model_that_is_switched_off_changes_no_group_made_by_hand():
    pinned = shots(**{f"p{n}": in_group("a" if n % 2 else "b") for n in range(COUNT)})
    off = without_roles(pinned, {Role.AESTHETIC})
    assert groups_of(select(off, ALBUM)) == groups_of(select(pinned, ALBUM)) == [[0, 2, 4, 6], [1, 3, 5, 7]]


def test_a_bracket_put_together_again_is_kept_whole_and_a_part_of_it_is_not():
    def bracket(**own: Marks):
        taken = [candidate(n, n * 0.2, look=1) for n in range(3)]
        for number, bias in enumerate((-2.0, 0.0, 2.0)):
            exposed = {"exposure_bias": bias, "exposure_mode": 2, "exposure_time": 0.01 * 2**bias}
            about = replace(taken[number].metadata, camera="Canon R5", f_number=8.0, focal_length=24.0)
            taken[number].metadata = replace(about, **exposed)
        return with_own_marks(taken, {int(name[1:]): marks for name, marks in own.items()})

    assert {r.sequence for r in select(bracket(), ALBUM).ranked.values()} == {SequenceKind.BRACKET}
    whole = select(bracket(**{f"p{n}": in_group("a") for n in range(3)}), ALBUM)
    assert {r.sequence for r in whole.ranked.values()} == {SequenceKind.BRACKET}
    parts = select(bracket(**{f"p{n}": in_group("a" if n else "b") for n in range(3)}), ALBUM)
    assert {r.sequence for r in parts.ranked.values()} == {None}


def test_an_own_pick_takes_the_place_of_the_suggestion_and_both_say_so():
    found = select(shots(p2=Marks(own_pick=True)), ALBUM)
    assert picks_of(found) == [2, 4]
    assert found.ranked[2].own_pick and found.ranked[2].reasons[0] == "your pick"
    assert not any(reason.startswith("best of") for reason in found.ranked[2].reasons)
    assert found.ranked[0].reasons[0] == "suggested by Framepick, but you picked IMG_0002.JPG"
    for photo in (0, 1):
        assert "lower composite than the pick" not in found.ranked[photo].reasons
    assert "best of 4" in select(shots(p0=Marks(own_pick=True)), ALBUM).ranked[0].reasons


def test_an_own_pick_needs_no_score_and_passes_every_filter():
    blind = candidate(0, look=1, aesthetic=None, quality=None, portrait=None)
    soft = candidate(1, 0.5, look=1, sharpness=0.0)
    for marked in (replace(blind, own_pick=True), replace(soft, own_pick=True)):
        others = [c for c in (blind, soft) if c.photo_id != marked.photo_id]
        found = select([marked, *others], ALBUM)
        assert picks_of(found) == [marked.photo_id]
        assert found.ranked[marked.photo_id].reasons[0] == "your pick"


def test_two_groups_with_own_picks_keep_both_when_they_are_merged():
    both = {n: Marks(own_group="all", own_pick=n in (1, 6)) for n in range(COUNT)}
    assert picks_of(select(shots(**{f"p{n}": m for n, m in both.items()}), ALBUM)) == [1, 6]


def test_pairs_that_nobody_compared_yet_say_so_and_are_not_made_up():
    close = [candidate(n, n * 0.5, look=1, aesthetic=0.5 + n * 0.001) for n in range(3)]
    asked = Opinions("net", "ab", {(0, 1): Opinion(0.9, False)}, asking=True)
    waits = {frozenset({v.a, v.b}): (v.awaited, v.source) for v in select(close, ALBUM, asked).verdicts}
    assert waits == {
        frozenset({0, 1}): (False, "net"),
        frozenset({0, 2}): (True, "composite"),
        frozenset({1, 2}): (True, "composite"),
    }
    refused = replace(asked, unanswered=frozenset({(2, 0), (1, 2)}))
    assert not any(v.awaited for v in select(close, ALBUM, refused).verdicts)
    assert not any(v.awaited for v in select(close, ALBUM, replace(asked, asking=False)).verdicts)


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=COUNT, max_size=COUNT))
def test_whatever_is_put_together_no_photo_is_lost_and_own_groups_are_whole(tokens: list[str]):
    marked = shots(**{f"p{n}": in_group(token) for n, token in enumerate(tokens)})
    found = groups_of(select(marked, ALBUM))
    assert sorted(photo for each in found for photo in each) == list(range(COUNT))
    for token in set(tokens) - {""}:
        members = {n for n, each in enumerate(tokens) if each == token}
        assert any(members <= set(each) for each in found)
        others = {n for n, each in enumerate(tokens) if each not in ("", token)}
        assert not any(members & set(each) and others & set(each) for each in found)
    assert all(each == sorted(each) for each in found), "in the order of time"
    assert with_own_groups([]) == []


def test_they_are_found_again_after_a_rename_and_survive_damage(library: Path):
    store = DecisionStore(library)
    assert store.own_groups(SHOOT, KEYS) == {}
    change = {KEYS[0]: MarkChange(own_group="g"), KEYS[1]: MarkChange(own_group="g", own_pick=True)}
    store.change(SHOOT, change, "merged", dict.fromkeys(change, Marks()))
    store.decide(SHOOT, {KEYS[1]: Decision.ACCEPT, KEYS[2]: Decision.REJECT})
    elsewhere = [replace(key, name=f"new/{key.name}") for key in KEYS]
    expected = {0: Marks(own_group="g"), 1: Marks(Decision.ACCEPT, own_group="g", own_pick=True)}
    assert store.own_groups(Path("/moved"), elsewhere) == expected
    store.close()
    kept = {row[0]: row[8:] for row in salvage(library)}
    assert kept == {KEYS[0].identity: ("g", 0), KEYS[1].identity: ("g", 1), KEYS[2].identity: ("", 0)}


class _ByHand(Histories):
    """Splits, merges, picks, decisions, undo, redo and restarts: the store holds what plain states hold."""

    def __init__(self) -> None:
        super().__init__(SHOOT, KEYS)
        self.tokens = 0

    def _groups(self) -> list[list[int]]:
        return groups_of(select(with_own_marks(shots(), self.now), ALBUM))

    def _change(self, changes: dict[int, MarkChange], text: str) -> None:
        self.do({KEYS[photo]: change for photo, change in changes.items()}, text)

    def _token(self) -> str:
        self.tokens += 1
        return f"group {self.tokens}"

    @rule(photo=st.integers(0, COUNT - 1))
    def split(self, photo: int) -> None:
        members = next(g for g in self._groups() if photo in g)
        at = members.index(photo)
        tokens = (self._token(), self._token())
        changes = {p: MarkChange(own_group=tokens[n >= at]) for n, p in enumerate(members)}
        self._change(changes, f"split at {photo}")
        assert {frozenset(members[:at]), frozenset(members[at:])} - {frozenset()} <= set(
            map(frozenset, self._groups())
        )

    @rule(photos=st.sets(st.integers(0, COUNT - 1), min_size=1))
    def merge(self, photos: set[int]) -> None:
        joined = [p for g in self._groups() if photos & set(g) for p in g]
        token = self._token()
        self._change({p: MarkChange(own_group=token) for p in joined}, "merged")
        assert sorted(joined) in self._groups()

    @rule(photo=st.integers(0, COUNT - 1), own=st.booleans())
    def pick(self, photo: int, own: bool) -> None:
        self._change({photo: MarkChange(own_pick=own)}, f"pick {photo}")

    @rule(photo=st.integers(0, COUNT - 1), decision=st.sampled_from(Decision))
    def decide(self, photo: int, decision: Decision) -> None:
        self._change({photo: MarkChange(decision)}, f"decided {photo}")

    @invariant()
    def the_groups_agree(self) -> None:
        own = self.store.own_groups(SHOOT, KEYS)
        assert groups_of(select(with_own_marks(shots(), own), ALBUM)) == self._groups()


TestByHand = _ByHand.TestCase
TestByHand.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
