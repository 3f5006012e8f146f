"""Groups, picks, close pairs and reasons."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.selection.grouping import group
from engine.selection.pairs import RULES_SLOPE
from engine.selection.picks import select
from engine.settings import load_settings
from engine.types import Metadata, Role, SequenceKind
from tests.unit.builders import candidate, face

ALBUM = load_settings().album


def _numbers(candidates) -> list[list[int]]:
    return [[c.photo_id for c in g.members] for g in group(candidates, ALBUM.grouping)]


def test_a_burst_of_one_scene_is_one_group_and_another_scene_another():
    shots = [candidate(i, i * 0.5, look=1) for i in range(3)] + [candidate(9, 1.8, look=2)]
    assert _numbers(shots) == [[0, 1, 2], [9]]


def test_two_cameras_at_once_are_told_apart():
    shots = [candidate(i, i * 1.0, look=i % 2) for i in range(6)]
    assert _numbers(shots) == [[0, 2, 4], [1, 3, 5]]


def test_the_same_scene_much_later_is_another_moment():
    assert _numbers([candidate(0, 0, look=1), candidate(1, 600, look=1)]) == [[0], [1]]


def test_capture_time_orders_photos_and_names_break_ties_naturally():
    shots = [candidate(10, 5, look=1), candidate(2, 5, look=1), candidate(1, 9, look=1)]
    assert _numbers(shots) == [[2, 10, 1]]


def test_photos_without_time_come_last_and_group_by_strong_likeness():
    shots = [
        candidate(1, None, look=1),
        candidate(2, None, look=1),
        candidate(3, None, look=2),
        candidate(4, 0, look=3),
    ]
    assert _numbers(shots) == [[4], [1, 2], [3]]


def test_photos_without_time_are_of_one_moment_only_as_neighbours_by_name():
    shots = [candidate(number, None, look=number % 2) for number in range(3)]
    assert _numbers(shots) == [[0], [1], [2]]


def test_an_unreadable_photo_stands_alone_and_is_no_pick():
    shots = [
        candidate(1, 0, look=1),
        candidate(2, 0.2, look=1, error="is truncated"),
        candidate(3, 0.4, look=1),
    ]
    assert _numbers(shots) == [[1, 3], [2]]
    broken = select(shots, ALBUM).ranked[2]
    assert not broken.pick
    assert broken.reasons == ("could not be read: is truncated",)


def test_a_bracket_is_kept_whole_even_when_frames_look_bad():
    shots = [candidate(i, i * 0.3, look=i, quality=0.01, sharpness=0.0) for i in range(3)]
    for shot, bias in zip(shots, (0.0, -2.0, 2.0), strict=True):
        shot.metadata = Metadata(
            captured_at=shot.captured_at,
            camera="Canon R5",
            f_number=8.0,
            focal_length=24.0,
            exposure_bias=bias,
            exposure_mode=2,
            exposure_time=0.01 * 2**bias,
        )
    selection = select(shots, ALBUM)
    assert {r.group for r in selection.ranked.values()} == {0}
    assert all(r.pick and r.sequence is SequenceKind.BRACKET for r in selection.ranked.values())
    assert "kept whole" in selection.ranked[1].reasons[0]


def test_best_composite_is_the_pick():
    shots = [candidate(i, i * 0.5, look=1, aesthetic=a) for i, a in enumerate((0.4, 0.7, 0.5))]
    selection = select(shots, ALBUM)
    assert [i for i, r in selection.ranked.items() if r.pick] == [1]
    assert [selection.ranked[i].rank for i in range(3)] == [2, 0, 1]


def test_a_photo_alone_is_a_pick_only_when_it_passes_the_filters():
    good, soft = candidate(1, 0, look=1), candidate(2, 900, look=2, sharpness=0.01)
    ranked = select([good, soft], ALBUM).ranked
    assert ranked[1].pick
    assert not ranked[2].pick
    assert "too soft" in ranked[2].reasons[0]


def test_the_best_that_passes_is_picked_before_a_better_one_that_does_not():
    shots = [candidate(1, 0, look=1, aesthetic=0.9, sharpness=0.01), candidate(2, 0.5, look=1, aesthetic=0.4)]
    assert [i for i, r in select(shots, ALBUM).ranked.items() if r.pick] == [2]


def test_a_group_where_none_passes_still_shows_its_best_and_says_so():
    shots = [candidate(i, i, look=1, aesthetic=0.4 + i / 10, sharpness=0.01) for i in range(2)]
    ranked = select(shots, ALBUM).ranked
    assert ranked[1].pick
    assert any("too soft" in reason for reason in ranked[1].reasons)


def test_more_picks_per_group_when_asked():
    rules = ALBUM.model_copy(
        update={"selection": ALBUM.selection.model_copy(update={"images_per_cluster": 2})}
    )
    shots = [candidate(i, i, look=1, aesthetic=a) for i, a in enumerate((0.4, 0.7, 0.5))]
    assert sorted(i for i, r in select(shots, rules).ranked.items() if r.pick) == [1, 2]


def test_close_pairs_are_decided_by_composite_and_say_so():
    shots = [candidate(i, i, look=1, aesthetic=a) for i, a in enumerate((0.50, 0.54, 0.20))]
    verdicts = select(shots, ALBUM).verdicts
    assert [(v.a, v.b, v.winner, v.source, v.sha256) for v in verdicts] == [(1, 0, 1, "composite", None)]
    assert verdicts[0].confidence == pytest.approx(0.70, abs=0.005)  # a gap of 0.02


def test_composites_are_surer_where_a_network_judged_the_quality_of_all():
    def confidence(learned: int) -> float:
        shots = [candidate(i, i, look=1, aesthetic=a) for i, a in enumerate((0.50, 0.54))]
        for shot in shots[:learned]:
            shot.scores[Role.QUALITY] = replace(shot.scores[Role.QUALITY], sha256="b" * 64)
        return select(shots, ALBUM).verdicts[0].confidence

    assert confidence(2) == pytest.approx(0.758, abs=0.005)
    assert confidence(1) == confidence(0) < confidence(2)


def test_a_quality_score_that_is_missing_leaves_composites_unsure():
    shots = [candidate(i, i, look=1, aesthetic=a, quality=None) for i, a in enumerate((0.50, 0.54))]
    gap = 0.04 * 0.5 / 0.8  # the weight of quality is shared among the other two
    expected = 1.0 / (1.0 + math.exp(-RULES_SLOPE * gap))
    assert select(shots, ALBUM).verdicts[0].confidence == pytest.approx(expected)


def test_equal_composites_are_cannot_tell():
    verdict = select([candidate(1, 0, look=1), candidate(2, 1, look=1)], ALBUM).verdicts[0]
    assert verdict.winner is None
    assert verdict.confidence == 0.5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"faces": (face(0.9), face(0.05), face(0.9)), "portrait": 0.5}, "eyes closed on 1 of 3 faces"),
        ({"sharpness": 0.2, "quality": 0.4}, "softer than the pick"),
        ({"aesthetic": 0.3}, "less pleasing than the pick"),
    ],
)
def test_reasons_of_a_non_pick_name_what_is_worse(change: dict, reason: str):
    best = candidate(1, 0, look=1, aesthetic=0.6, faces=(face(0.9),) * 3, portrait=0.75)
    worse = candidate(
        2, 0.5, look=1, **{"aesthetic": 0.55, "faces": (face(0.9),) * 3, "portrait": 0.75, **change}
    )
    assert reason in select([best, worse], ALBUM).ranked[2].reasons


def test_reasons_of_a_pick_name_what_is_better():
    best = candidate(1, 0, look=1, aesthetic=0.6, sharpness=0.8, faces=(face(0.9),), portrait=0.75)
    worse = candidate(2, 0.5, look=1, aesthetic=0.5, sharpness=0.4)
    reasons = select([best, worse], ALBUM).ranked[1].reasons
    assert reasons[0] == "best of 2"
    assert {"eyes open on 1 face", "sharper than the next", "more pleasing than the next"} <= set(reasons)


FACES = {"none": (), "smiling": (face(0.9, 0.9),), "grave": (face(0.9, 0.1),), "unclear": (face(0.9, None),)}
FACES |= {"two": FACES["grave"] * 2, "one unclear": FACES["smiling"] + FACES["unclear"]}


@pytest.mark.parametrize(
    ("pick", "other", "said"),
    [
        ("smiling", "grave", True),
        ("smiling", "none", False),
        ("smiling", "two", False),
        ("smiling", "unclear", False),
        ("one unclear", "two", False),
    ],
)
def test_smiles_are_compared_only_where_there_are_as_many_and_all_can_be_told(pick, other, said):
    best = candidate(1, 0, look=1, aesthetic=0.6, faces=FACES[pick], portrait=0.9)
    worse = candidate(2, 0.5, look=1, aesthetic=0.5, faces=FACES[other], portrait=0.5)
    ranked = select([best, worse], ALBUM).ranked
    assert ("smaller smile than the pick" in ranked[2].reasons) == said
    assert ("bigger smile than the next" in ranked[1].reasons) == said


def test_a_photo_without_a_face_beside_one_with_a_face_says_so():
    best = candidate(1, 0, look=1, faces=FACES["smiling"], portrait=0.9)
    unlike, unasked = candidate(2, 0.5, look=1), candidate(3, 1, look=1, aesthetic=0.3, portrait=None)
    like = candidate(4, 1.5, look=1, aesthetic=0.3, faces=FACES["smiling"], portrait=0.8)
    ranked = select([best, unlike, unasked, like], ALBUM).ranked
    assert ranked[1].pick
    assert "no face found, unlike the pick" in ranked[2].reasons
    assert not any("face" in reason for reason in ranked[3].reasons)
    assert not any("no face" in reason for reason in ranked[4].reasons)


@pytest.mark.parametrize("role", [Role.QUALITY, Role.AESTHETIC])
def test_what_was_not_measured_on_both_is_not_compared(role: Role):
    best = candidate(1, 0, look=1, aesthetic=0.9, sharpness=0.9, quality=0.9)
    worse = candidate(2, 0.5, look=1, aesthetic=0.3, quality=0.3)
    del worse.scores[role]
    words = {Role.QUALITY: ("sharper", "exposed"), Role.AESTHETIC: ("pleasing",)}[role]
    said = " ".join(select([best, worse], ALBUM).ranked[1].reasons)
    assert not any(word in said for word in words)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.integers(0, 3), st.floats(0, 1), st.booleans()), max_size=25))
def test_every_photo_is_in_exactly_one_group_and_one_place(shots):
    made = [
        candidate(i, seconds, look=look, aesthetic=a, error="broken" if broken else None)
        for i, (seconds, look, a, broken) in enumerate(shots)
    ]
    selection = select(made, ALBUM)
    assert sorted(selection.order) == list(range(len(made)))
    assert set(selection.ranked) == set(range(len(made)))
    groups = [selection.ranked[i].group for i in selection.order]
    assert groups == sorted(groups), "groups are shown together"


@pytest.mark.parametrize("seconds", [None, 0.0])
def test_work_grows_with_the_album_not_with_its_square(
    seconds: float | None, monkeypatch: pytest.MonkeyPatch
):
    from engine.selection import grouping

    compared = 0

    class Counting(grouping.Likeness):
        def __call__(self, a, b):
            nonlocal compared
            compared += 1
            return super().__call__(a, b)

    monkeypatch.setattr(grouping, "Likeness", Counting)
    shots = [candidate(i, seconds, look=i) for i in range(300)]
    group(shots, ALBUM.grouping)
    assert compared <= 300 * grouping.OPEN_GROUPS * grouping.RECENT_MEMBERS
