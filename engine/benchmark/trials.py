"""Puts every degraded variant beside its original before every judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.benchmark.judges import Judge
from engine.benchmark.statistics import Answer
from engine.benchmark.variants import Variant, original_of, variants_of
from engine.errors import ModelError, PhotoError
from engine.types import Photo

Key = tuple[str, bool]  # judge's name, whether the picture is the guard's square


@dataclass(frozen=True, slots=True)
class Trial:
    """One judge's answer on one pair. `guard`: both pictures were squeezed to one size and shape."""

    judge: str
    judge_type: str
    original: str
    degraded: str
    type: str
    level: str
    answer: Answer
    score_original: float | None = None
    score_degraded: float | None = None
    guard: bool = False


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """A line of the table of degradations."""

    original: str
    degraded: str
    type: str
    level: str
    width: int
    height: int
    file_quality: int
    sha256: str


@dataclass(slots=True)
class Trials:
    """All answers, what was shown, and what could not be."""

    trials: list[Trial] = field(default_factory=list)
    facts: list[VariantFacts] = field(default_factory=list)
    thumbnails: dict[tuple[str, str], bytes] = field(default_factory=dict)  # by original and variant
    unreadable: dict[str, str] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)  # by judge: what it could not look at


def run_trials(photos: Sequence[Photo], judges: Sequence[Judge], into: Trials) -> Iterator[Photo]:
    """Yield each photo when it is done. One photo at a time is in memory, with one variant of it."""
    for photo in photos:
        try:
            _run_photo(photo, judges, into)
        except PhotoError as error:
            into.unreadable[photo.name] = error.what
        yield photo


def _run_photo(photo: Photo, judges: Sequence[Judge], into: Trials) -> None:
    whole, original = original_of(photo)
    into.thumbnails[photo.name, photo.name] = original.thumbnail()
    views = _views(judges, original, into)
    for variant in variants_of(photo, whole, original):
        into.thumbnails[photo.name, variant.name] = variant.thumbnail()
        into.facts.append(_facts(photo, variant))
        worse = _views(judges, variant, into)
        for judge in judges:
            into.trials += [
                _trial(judge, original, variant, views[key], worse[key], guard)
                for guard in (False, True)
                if (key := (judge.name, guard)) in views and key in worse
            ]


def _views(judges: Sequence[Judge], variant: Variant, into: Trials) -> dict[Key, Any]:
    """Return what each judge keeps of a picture, as it is and squeezed."""
    views: dict[Key, Any] = {}
    for guard, image in ((False, variant.seen), (True, variant.square)):
        for judge in judges:
            try:
                views[judge.name, guard] = judge.look(image)
            except ModelError as error:
                into.failures.setdefault(judge.name, []).append(f"{variant.name}: {error}")
    return views


def _trial(judge: Judge, original: Variant, variant: Variant, first: Any, second: Any, guard: bool) -> Trial:
    found = judge.prefer(first, second)
    return Trial(
        judge=judge.name,
        judge_type=judge.type.value,
        original=original.name,
        degraded=variant.name,
        type=variant.type,
        level=variant.level,
        answer=Answer(found.first_over_second, found.flipped),
        score_original=found.first_score,
        score_degraded=found.second_score,
        guard=guard,
    )


def _facts(photo: Photo, variant: Variant) -> VariantFacts:
    return VariantFacts(
        original=photo.name,
        degraded=variant.name,
        type=variant.type,
        level=variant.level,
        width=variant.seen.full_width,
        height=variant.seen.full_height,
        file_quality=variant.file_quality,
        sha256=variant.sha256,
    )
