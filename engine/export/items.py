"""What an export takes: photos with all that names and lists may want to know of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import UsageError
from engine.types import (
    Decision,
    Label,
    Marks,
    Metadata,
    ModelStatus,
    Photo,
    Ranked,
    Role,
    Score,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One photo and what is known of it."""

    photo: Photo
    marks: Marks = field(default_factory=Marks)
    metadata: Metadata = field(default_factory=Metadata)
    ranked: Ranked | None = None
    scores: Mapping[Role, Score] = field(default_factory=dict)
    identity: str | None = None
    error: str | None = None
    verdicts: Sequence[tuple[Verdict, str]] = ()  # on its close pairs, each with the other photo's name
    warnings: Mapping[Role, str] = field(default_factory=dict)  # of self-tests, on what scored it

    @property
    def is_pick(self) -> bool:
        return self.ranked is not None and self.ranked.pick


def warnings_of(statuses: Iterable[ModelStatus]) -> dict[Role, str]:
    """Return what self-tests found wrong with the models that are at work."""
    return {status.role: status.warning for status in statuses if status.warning}


Test = Callable[[ExportItem], bool]

_WORDS: dict[str, Test] = {
    "accepted": lambda item: item.marks.decision is Decision.ACCEPT,
    "picks": lambda item: item.is_pick,
    "rejected": lambda item: item.marks.decision is Decision.REJECT,
    "undecided": lambda item: item.marks.decision is Decision.NONE,
    "all": lambda item: True,
}
_STARS = re.compile(r"stars>=([0-5])")
_LABEL = re.compile(r"label=(\w+)")
HELP = (
    "accepted, picks, rejected, undecided, all, stars>=N or label=COLOUR; several with commas: all must hold"
)


def parse_what(text: str) -> Test:
    """Return the test that `text` names, such as "accepted" or "picks,stars>=3".

    Raises UsageError for a word that is not known.
    """
    tests = [_test(term.strip()) for term in text.split(",")]
    return lambda item: all(test(item) for test in tests)


def asks_for_picks(text: str) -> bool:
    """Tell whether models have a say in what `text` names."""
    return "picks" in (term.strip() for term in text.split(","))


def choose(items: Iterable[ExportItem], what: str) -> list[ExportItem]:
    """Return the items that `what` names, in their order. Raises UsageError."""
    test = parse_what(what)
    return [item for item in items if test(item)]


def _test(term: str) -> Test:
    if term in _WORDS:
        return _WORDS[term]
    if stars := _STARS.fullmatch(term):
        least = int(stars[1])
        return lambda item: item.marks.stars >= least
    label = _LABEL.fullmatch(term)
    if label and label[1] in set(Label):
        wanted = Label(label[1])
        return lambda item: item.marks.label is wanted
    raise UsageError(f"{term!r} names no photos. Known: {HELP}. Colours: {', '.join(Label)}.")
