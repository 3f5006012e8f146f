"""Puts every degraded variant beside its original before every judge, for three tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.benchmark.answers import Answer
from engine.benchmark.judges import Judge
from engine.benchmark.variants import Variant, original_of, semantic_variants_of, variants_of
from engine.errors import ModelError, PhotoError
from engine.types import Photo


class Table(StrEnum):
    """`GUARD`: both pictures squeezed to one size and shape. `SEMANTIC`: the subject harmed."""

    PLAIN = "plain"
    GUARD = "guard"
    SEMANTIC = "semantic"


Key = tuple[str, Table]  # judge's name, which view of the picture


@dataclass(frozen=True, slots=True)
class Trial:
    """One judge's answer on one pair, and the table it belongs to."""

    judge: str
    judge_type: str
    original: str
    degraded: str
    type: str
    level: str
    answer: Answer
    score_original: float | None = None
    score_degraded: float | None = None
    table: Table = Table.PLAIN


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
    without_subject: list[str] = field(default_factory=list)  # photos in which nothing stands out


def run_trials(photos: Sequence[Photo], judges: Sequence[Judge], into: Trials) -> Iterator[Photo]:
    """Yield each photo when it is done. One photo at a time is in memory, with one variant of it."""
    for number, photo in enumerate(photos):
        try:
            _run_photo(photo, photos[(number + 1) % len(photos)], judges, into)
        except PhotoError as error:
            into.unreadable[photo.name] = error.what
        yield photo


def _run_photo(photo: Photo, other: Photo, judges: Sequence[Judge], into: Trials) -> None:
    whole, original = original_of(photo)
    into.thumbnails[photo.name, photo.name] = original.thumbnail()
    views = _views(judges, original, tuple(Table), into)
    for variant in variants_of(photo, whole, original):
        into.facts.append(_facts(photo, variant))
        _judge(judges, original, variant, views, (Table.PLAIN, Table.GUARD), into)
    semantic = semantic_variants_of(photo, whole, original, other)
    if not semantic:
        into.without_subject.append(photo.name)
    for variant in semantic:
        _judge(judges, original, variant, views, (Table.SEMANTIC,), into)


def _judge(
    judges: Sequence[Judge],
    original: Variant,
    variant: Variant,
    views: dict[Key, Any],
    tables: Sequence[Table],
    into: Trials,
) -> None:
    into.thumbnails[original.name, variant.name] = variant.thumbnail()
    worse = _views(judges, variant, tables, into)
    for judge in judges:
        into.trials += [
            _trial(judge, original, variant, views[key], worse[key], table)
            for table in tables
            if (key := (judge.name, table)) in views and key in worse
        ]


def _views(
    judges: Sequence[Judge], variant: Variant, tables: Sequence[Table], into: Trials
) -> dict[Key, Any]:
    """Return what each judge keeps of a picture, as it is and squeezed."""
    views: dict[Key, Any] = {}
    for squeezed, image in ((False, variant.seen), (True, variant.square)):
        of_image = [table for table in tables if (table is Table.GUARD) == squeezed]
        for judge in judges if of_image else ():
            try:
                views |= dict.fromkeys([(judge.name, table) for table in of_image], judge.look(image))
            except ModelError as error:
                into.failures.setdefault(judge.name, []).append(f"{variant.name}: {error}")
    return views


def _trial(judge: Judge, original: Variant, variant: Variant, first: Any, second: Any, table: Table) -> Trial:
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
        table=table,
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
