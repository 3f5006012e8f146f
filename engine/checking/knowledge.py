"""What answers on known pairs say of a model: how often it is right, its order bias, its polarity.

Copies of one photo are not independent trials: a network that knows nothing answers them alike, one way or
the other. So the interval alone proves little, and "works" asks for more than an interval above one half.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.statistics import wilson

WORKING_ACCURACY = 0.85  # at least; how often ignorance reaches it stands in ARCHITECTURE.md
KIND_ACCURACY = 0.5  # what every kind of distortion must reach
SAME_SCORE = 0.002  # scores of 0..1 that are no further apart are the same
SAME_PROBABILITY = 0.01


class Verdict(StrEnum):
    """The outcome of a self-test, in the words that are shown."""

    WORKS = "works"
    REVERSED = "works, polarity reversed (corrected)"
    CHANCE = "loads, but is no better than chance on known pairs"
    SAME = "answers the same whatever it sees"
    NAN = "broken: NaN"

    @property
    def is_warning(self) -> bool:
        return self in (Verdict.CHANCE, Verdict.SAME, Verdict.NAN)


class Polarity(StrEnum):
    """Which photo of an ordered pair a comparator's class 1 calls better."""

    FIRST = "first"
    SECOND = "second"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer on one known pair. `lead` above 0: it prefers the original.

    A comparator's `lead` reads class 1 as "first is better"; `flipped` says that its two orders named
    different winners (None for scorers). `outputs` are the model's own numbers: the two scores, 0..1, or
    the probability of class 1 in each order.
    """

    photo: str
    kind: str
    lead: float
    outputs: tuple[float, float]
    flipped: bool | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Accuracy on known pairs, both orders taken together, with its 95% interval (Wilson 1927).

    For portrait models `pairs` are single questions, such as how many faces a picture holds.
    """

    photos: int
    pairs: int
    right: int
    accuracy: float
    low: float
    high: float
    by_kind: dict[str, float]
    order_bias: float | None  # comparators: share of pairs whose answer changes with the order
    polarity: Polarity | None  # comparators only
    verdict: Verdict


def judge(answers: Sequence[Answer]) -> Knowledge:
    """Return what the answers prove. A reversed comparator is judged as corrected."""
    compares = answers[0].flipped is not None
    forward = _knowledge(answers, lambda lead: lead > 0)
    if not all(math.isfinite(number) for answer in answers for number in (*answer.outputs, answer.lead)):
        return _with(forward, Verdict.NAN, compares, Polarity.UNKNOWN)
    if _same(answers, compares):
        return _with(forward, Verdict.SAME, compares, Polarity.UNKNOWN)
    if _knows(forward):
        return _with(forward, Verdict.WORKS, compares, Polarity.FIRST)
    backward = _knowledge(answers, lambda lead: lead < 0)
    if compares and _knows(backward):
        return _with(backward, Verdict.REVERSED, compares, Polarity.SECOND)
    return _with(forward, Verdict.CHANCE, compares, Polarity.UNKNOWN)


def judge_kinds(kinds: dict[str, list[bool]], photos: int, fault: Verdict | None) -> Knowledge:
    """Return what right and wrong answers by kind prove of a model that is no judge of pairs.

    `fault` is what is wrong with its answers as such, if anything.
    """
    found = _counted(kinds, photos)
    return replace(found, verdict=fault or (Verdict.WORKS if _knows(found) else Verdict.CHANCE))


def _knows(found: Knowledge) -> bool:
    right = found.accuracy >= WORKING_ACCURACY and found.low > 0.5
    return right and min(found.by_kind.values()) >= KIND_ACCURACY


def _same(answers: Sequence[Answer], compares: bool) -> bool:
    outputs = [number for answer in answers for number in answer.outputs]
    return max(outputs) - min(outputs) < (SAME_PROBABILITY if compares else SAME_SCORE)


def _knowledge(answers: Sequence[Answer], is_right: Callable[[float], bool]) -> Knowledge:
    kinds: dict[str, list[bool]] = {}
    for answer in answers:
        kinds.setdefault(answer.kind, []).append(is_right(answer.lead))
    flips = [answer.flipped for answer in answers if answer.flipped is not None]
    found = _counted(kinds, len({answer.photo for answer in answers}))
    return replace(found, order_bias=sum(flips) / len(flips) if flips else None)


def _counted(kinds: dict[str, list[bool]], photos: int) -> Knowledge:
    right, pairs = sum(map(sum, kinds.values())), sum(map(len, kinds.values()))
    low, high = wilson(right, pairs)
    return Knowledge(
        photos=photos,
        pairs=pairs,
        right=right,
        accuracy=right / pairs,
        low=low,
        high=high,
        by_kind={kind: sum(each) / len(each) for kind, each in kinds.items()},
        order_bias=None,
        polarity=None,
        verdict=Verdict.CHANCE,
    )


def _with(found: Knowledge, verdict: Verdict, compares: bool, polarity: Polarity) -> Knowledge:
    return replace(found, verdict=verdict, polarity=polarity if compares else None)
