"""Figures on a set of answers: accuracy with its interval, order bias, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.statistics import wilson

BINS = 10  # of confidence, 0.5..1


@dataclass(frozen=True, slots=True)
class Answer:
    """How sure the judge was of the photo that is better, 0..1, and whether the order decided."""

    p_right: float
    flipped: bool

    @property
    def correct(self) -> float:
        """1 right, 0 wrong, 0.5 a tie: what a toss of a coin would reach."""
        return 0.5 if self.p_right == 0.5 else float(self.p_right > 0.5)

    @property
    def confidence(self) -> float:
        return max(self.p_right, 1.0 - self.p_right)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of one range of confidence."""

    count: int
    confidence: float  # mean
    accuracy: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one set of answers; `low` and `high` bound the accuracy at 95%."""

    pairs: int
    accuracy: float
    low: float
    high: float
    confidence: float
    order_bias: float
    ties: int
    calibration_error: float


def figures(answers: Sequence[Answer]) -> Figures:
    """Return the figures of at least one answer."""
    pairs = len(answers)
    right = sum(answer.correct for answer in answers)
    low, high = wilson(right, pairs)
    return Figures(
        pairs=pairs,
        accuracy=right / pairs,
        low=low,
        high=high,
        confidence=sum(answer.confidence for answer in answers) / pairs,
        order_bias=sum(answer.flipped for answer in answers) / pairs,
        ties=sum(answer.p_right == 0.5 for answer in answers),
        calibration_error=calibration_error(answers),
    )


def reliability(answers: Sequence[Answer]) -> list[Bin]:
    """Return the bins that hold answers, by rising confidence."""
    sorted_in: list[list[Answer]] = [[] for _ in range(BINS)]
    for answer in answers:
        sorted_in[min(BINS - 1, int((answer.confidence - 0.5) * 2 * BINS))].append(answer)
    return [
        Bin(
            len(held),
            sum(answer.confidence for answer in held) / len(held),
            sum(answer.correct for answer in held) / len(held),
        )
        for held in sorted_in
        if held
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """Return the expected calibration error (Naeini 2015): mean distance of confidence and accuracy."""
    return sum(b.count * abs(b.accuracy - b.confidence) for b in reliability(answers)) / len(answers)
