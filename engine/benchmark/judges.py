"""One interface for all that can say which of two photos is better: scorers, single metrics, comparators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from engine.album.decode import Decoded
from engine.comparing.base import Comparator
from engine.errors import ModelError
from engine.scoring.base import ModelInfo, Scorer


class JudgeType(StrEnum):
    """What kind of answer stands behind a preference."""

    SCORER = "scorer"
    METRIC = "metric"
    COMPARATOR = "comparator"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Preference:
    """An answer on two photos, both orders taken together.

    `first_over_second` is 0..1; 0.5 is a tie. `flipped` says that the two orders named different winners.
    Scores are those of judges that score.
    """

    first_over_second: float
    flipped: bool = False
    first_score: float | None = None
    second_score: float | None = None


class Judge(Protocol):
    """Looks at each photo once; what it keeps of them is compared in pairs. Both raise ModelError."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> JudgeType: ...

    @property
    def info(self) -> ModelInfo | None:
        """The model at work, None where there is none."""
        ...

    def look(self, image: Decoded) -> Any: ...

    def prefer(self, first: Any, second: Any) -> Preference: ...

    def close(self) -> None: ...


class ScoreJudge:
    """Prefers the photo with the higher score (0..1).

    p is half the difference of the scores above or below one half: the scorer's own scale, not a
    probability. It cannot depend on the order.
    """

    type = JudgeType.SCORER

    def __init__(self, name: str, scorer: Scorer) -> None:
        self.name = name
        self._scorer = scorer

    @property
    def info(self) -> ModelInfo | None:
        return self._scorer.info

    def look(self, image: Decoded) -> float:
        (result,) = self._scorer.score([image])
        if result.score is None:
            raise ModelError(result.error or f"{self.name} gave no score.")
        return result.score.value

    def prefer(self, first: float, second: float) -> Preference:
        return by_scores(first, second)

    def close(self) -> None:
        self._scorer.close()


class MetricJudge:
    """Prefers the photo with the higher value of one metric (0..1)."""

    type = JudgeType.METRIC
    info: ModelInfo | None = None

    def __init__(self, name: str, measure: Callable[[Decoded], float]) -> None:
        self.name = name
        self._measure = measure

    def look(self, image: Decoded) -> float:
        return self._measure(image)

    def prefer(self, first: float, second: float) -> Preference:
        return by_scores(first, second)

    def close(self) -> None:
        """Nothing is held."""


class ComparatorJudge:
    """A comparator as it is used in culling."""

    type = JudgeType.COMPARATOR

    def __init__(self, name: str, comparator: Comparator) -> None:
        self.name = name
        self._comparator = comparator

    @property
    def info(self) -> ModelInfo | None:
        return self._comparator.info

    def look(self, image: Decoded) -> Any:
        (prepared,) = self._comparator.prepare([image])
        return prepared

    def prefer(self, first: Any, second: Any) -> Preference:
        opinion = self._comparator.compare(first, second)
        return Preference(opinion.first_over_second, opinion.flipped)

    def close(self) -> None:
        self._comparator.close()


class ConstantJudge:
    """Always answers "the first one", whatever it is shown: what a judge that knows nothing reaches."""

    name = "constant"
    type = JudgeType.CONSTANT
    info: ModelInfo | None = None

    def look(self, image: Decoded) -> None:
        """Nothing is looked at."""

    def prefer(self, first: None, second: None) -> Preference:
        return Preference(0.5, flipped=True)

    def close(self) -> None:
        """Nothing is held."""


def by_scores(first: float, second: float) -> Preference:
    """Return the preference of two scores of 0..1."""
    return Preference(0.5 + 0.5 * (first - second), first_score=first, second_score=second)
