"""What a sidecar says as a whole: opinions of its fields, weighed by what changed since it was last seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.sidecars.fields import USUAL_NAMES, Opinion
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.types import Decision, Label, Marks

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A sidecar as it was when Framepick last read or wrote it: its fields, and the marks agreed upon."""

    fields: Mapping[str, str]
    marks: Marks


@dataclass(frozen=True, slots=True)
class Said:
    """What a sidecar says; None where it says nothing. `contradictions` are in words."""

    decision: Decision | None
    stars: int | None
    label: Label | None
    contradictions: tuple[str, ...] = ()


def weigh(fields: Mapping[str, str], seen: Seen | None, words: LabelWords = KNOWN_WORDS) -> Said:
    """Return what the fields say together.

    A field that another program changed since `seen` outweighs those that still hold what they held. Among
    equals "none" weighs less than anything else; two that truly differ say nothing, and are named. A field
    that is gone says "none" once no other field holds on to the mark.
    """
    before = seen.fields if seen else {}
    changed = {name for name, value in fields.items() if before.get(name) != value}
    now, then = _understand(fields, words), _understand(before, words)
    _drop_empty_ratings(now, then)
    was = seen.marks if seen else None
    doubts: list[str] = []

    def aspect(name: str, nothing: T) -> T | None:
        values, old = ({f: getattr(o, name) for f, o in each.items()} for each in (now, then))
        base: T | None = getattr(was, name) if was else None
        return _weigh(name, _Evidence(values, old, changed, base), nothing, doubts)

    return Said(
        aspect("decision", Decision.NONE), aspect("stars", 0), aspect("label", Label.NONE), tuple(doubts)
    )


@dataclass(frozen=True, slots=True)
class _Evidence(Generic[T]):
    """What the fields say of one mark now and said when last seen, which were changed, and the mark then."""

    now: Mapping[str, T | None]
    then: Mapping[str, T | None]
    changed: set[str]
    was: T | None


def _weigh(what: str, evidence: _Evidence[T], nothing: T, doubts: list[str]) -> T | None:
    spoken = {name: value for name, value in evidence.now.items() if value is not None}
    fresh = {name: value for name, value in spoken.items() if name in evidence.changed}
    clear = {name: value for name, value in fresh.items() if value != nothing}
    if len(set(clear.values())) > 1:
        doubts.append(f"{what}: " + ", ".join(f"{name} says {value}" for name, value in clear.items()))
        return None
    if fresh:
        return next(iter(clear.values()), nothing)
    if any(value != nothing for value in spoken.values()):
        return evidence.was
    if any(value not in (None, nothing) for value in evidence.then.values()):
        return None if _unclear(evidence) else nothing
    return evidence.was if spoken else None


def _unclear(evidence: _Evidence[T]) -> bool:
    """Whether a field that spoke before holds something now that is not understood."""
    return any(evidence.now.get(name, value) is None for name, value in evidence.then.items() if value)


def _understand(fields: Mapping[str, str], words: LabelWords) -> dict[str, Opinion]:
    return {name: USUAL_NAMES[name].understand_with(words, value) for name, value in fields.items()}


def _drop_empty_ratings(now: dict[str, Opinion], then: Mapping[str, Opinion]) -> None:
    """A rating in stars says that a photo is not rejected only where it said before that it is."""
    rating, before = now.get("xmp:Rating"), then.get("xmp:Rating", Opinion())
    if rating and rating.decision is Decision.NONE and before.decision is not Decision.REJECT:
        now["xmp:Rating"] = replace(rating, decision=None)
