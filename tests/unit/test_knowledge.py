"""What answers prove: accuracy with its interval, order bias, polarity, verdict."""

from __future__ import annotations

import numpy as np
import pytest

from engine.checking.knowledge import Answer, Polarity, Verdict, judge
from engine.checking.known_pairs import KnownPhotos, known_photos
from engine.checking.questions import Stopped, ask_comparator, ask_scorer
from engine.degrading.clear import CLEAR_DISTORTIONS, KINDS
from engine.errors import ModelError, NothingToDoError, UsageError
from engine.events import CancelToken
from engine.scoring.ava_scale import NOT_FINITE
from engine.scoring.base import ScoreResult
from engine.types import Role, Score


@pytest.fixture(scope="module")
def known() -> KnownPhotos:
    found = known_photos()
    return KnownPhotos(found.photos[:3], found.source)


class SmallPictures:
    """A comparator that prepares a photo as how much detail and light it has; subclasses compare."""

    def prepare(self, images):
        return [self._seen(each.image.astype(np.float32)) for each in images]

    def _seen(self, image):
        grey = image.mean(axis=2)
        return np.array([np.abs(np.diff(grey)).mean(), grey.mean()], np.float32)


class Knowing(SmallPictures):
    """Knows the originals by their own numbers, which no copy shares; says class 1 for `better`."""

    def __init__(self, known, better="first"):
        self._originals = {self._seen(p.image.astype(np.float32)).tobytes() for p in known.photos}
        self._better = better

    def class_one(self, first, second):
        first_is_better = first.tobytes() in self._originals
        return 0.8 if first_is_better == (self._better == "first") else 0.3


class Says(SmallPictures):
    """Answers by a function of the two prepared photos."""

    def __init__(self, answer):
        self.class_one = answer


def test_comparator_that_knows_works_in_either_polarity(known):
    found = judge(ask_comparator(Knowing(known), known.photos))
    assert (found.verdict, found.polarity) == (Verdict.WORKS, Polarity.FIRST)
    assert (found.accuracy, found.order_bias) == (1.0, 0.0)
    assert (found.photos, found.pairs) == (3, 3 * len(CLEAR_DISTORTIONS))
    assert set(found.by_kind) == set(KINDS)
    backward = judge(ask_comparator(Knowing(known, "second"), known.photos))
    assert (backward.verdict, backward.polarity) == (Verdict.REVERSED, Polarity.SECOND)
    assert backward.accuracy == 1.0  # as corrected


@pytest.mark.parametrize("always", [0.0, 0.5, 0.93, 1.0])
def test_constant_answer_is_not_brilliant(known, always):
    """With the original always first, "class 1" would be right each time."""
    answers = ask_comparator(Says(lambda first, second: always), known.photos)
    found = judge(answers)
    assert (found.verdict, found.polarity, found.order_bias) == (Verdict.SAME, Polarity.UNKNOWN, 1.0)
    assert found.accuracy == 0.0


def test_answer_that_follows_the_order_more_than_the_photos_is_still_measured_in_both_orders(known):
    knowing = Knowing(known)
    leaning = Says(lambda first, second: 0.6 + 0.3 * knowing.class_one(first, second))
    found = judge(ask_comparator(leaning, known.photos))
    assert (found.verdict, found.accuracy, found.order_bias) == (Verdict.WORKS, 1.0, 1.0)


def test_comparator_that_guesses_is_no_better_than_chance_and_has_no_polarity(known):
    numbers = np.random.default_rng(5)
    found = judge(ask_comparator(Says(lambda first, second: numbers.random()), known.photos))
    assert (found.verdict, found.polarity) == (Verdict.CHANCE, Polarity.UNKNOWN)
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize("look", [0, 1])
def test_one_cue_alone_is_no_knowledge(known, look):
    """More detail or more light: each is right on some kinds of distortion and wrong on others."""
    for sign in (1, -1):
        cue = Says(lambda first, second, sign=sign: 0.5 + 0.4 * np.sign(sign * (first[look] - second[look])))
        assert judge(ask_comparator(cue, known.photos)).verdict is Verdict.CHANCE


def test_broken_comparator(known):
    found = judge(ask_comparator(Says(lambda first, second: float("nan")), known.photos))
    assert (found.verdict, found.polarity) == (Verdict.NAN, Polarity.UNKNOWN)


class Scores:
    """A scorer that answers by a function of the pixels."""

    def __init__(self, value):
        self._value = value

    def score(self, images):
        return [ScoreResult(Score(Role.AESTHETIC, self._value(each.image), None)) for each in images]


def test_scorer_is_right_when_the_original_scores_higher(known):
    originals = {photo.image.tobytes() for photo in known.photos}
    found = judge(ask_scorer(Scores(lambda image: 0.5 + 0.1 * (image.tobytes() in originals)), known.photos))
    assert (found.verdict, found.accuracy) == (Verdict.WORKS, 1.0)
    assert found.order_bias is None and found.polarity is None
    worse = judge(ask_scorer(Scores(lambda image: 0.5 - 0.1 * (image.tobytes() in originals)), known.photos))
    assert worse.verdict is Verdict.CHANCE and worse.accuracy == 0.0  # a score has no polarity


def test_scorer_that_answers_the_same_or_nothing(known):
    assert judge(ask_scorer(Scores(lambda image: 0.51), known.photos)).verdict is Verdict.SAME

    class Broken:
        def score(self, images):
            return [ScoreResult(None, error=NOT_FINITE)] * len(images)

    assert judge(ask_scorer(Broken(), known.photos)).verdict is Verdict.NAN

    class Failing:
        def score(self, images):
            return [ScoreResult(None, error="the device is gone")] * len(images)

    with pytest.raises(ModelError, match="device is gone"):
        ask_scorer(Failing(), known.photos)


def test_progress_and_stopping(known):
    told: list[tuple[int, int]] = []
    ask_scorer(Scores(lambda image: 0.5), known.photos, lambda done, total: told.append((done, total)))
    whole = 3 * (1 + len(CLEAR_DISTORTIONS))
    assert told == [(0, whole), (whole // 3, whole), (2 * whole // 3, whole), (whole, whole)]
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Stopped):
        ask_scorer(Scores(lambda image: 0.5), known.photos, cancel=cancel)


def answers_with(right_by_kind: dict[str, int], of: int) -> list[Answer]:
    return [
        Answer(f"photo {n}", kind, 0.1 if n < right else -0.1, (0.5, 0.4))
        for kind, right in right_by_kind.items()
        for n in range(of)
    ]


def test_one_kind_that_is_mostly_wrong_is_enough_to_doubt():
    kinds = dict.fromkeys(KINDS, 10)
    assert judge(answers_with(kinds, 10)).verdict is Verdict.WORKS
    assert judge(answers_with({**kinds, "noise": 5}, 10)).verdict is Verdict.WORKS
    assert judge(answers_with({**kinds, "noise": 4}, 10)).verdict is Verdict.CHANCE
    assert judge(answers_with(dict.fromkeys(KINDS, 7), 10)).verdict is Verdict.CHANCE


def test_photos_of_a_folder(tmp_path, photo_files):
    with pytest.raises(UsageError, match="is no folder"):
        known_photos(tmp_path / "gone")
    with pytest.raises(NothingToDoError, match="no photos in"):
        known_photos(tmp_path)
    (tmp_path / "a.jpg").write_bytes(photo_files["china"].read_bytes())
    (tmp_path / "b.jpg").write_bytes(b"no photo")
    found = known_photos(tmp_path)
    assert [photo.name for photo in found.photos] == ["a.jpg"] and found.source == str(tmp_path)
    assert found.lacking is not None and "1 photo of" in found.lacking
    assert max(found.photos[0].image.shape) == 640


def test_photos_of_packages_are_there_without_importing_them():
    found = known_photos()
    assert len(found.photos) == 9 and found.lacking is None
    assert all(max(photo.image.shape) <= 640 for photo in found.photos)


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NothingToDoError, match=r"skimage, sklearn, matplotlib are not installed.*--photos"):
        known_photos()
