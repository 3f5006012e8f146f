"""Brings together what the library says and what a sidecar says, mark by mark."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.sidecars.opinions import Said, Seen
from engine.types import Marks
from engine.words import counted

ASPECTS = ("decision", "stars", "label")
_NOTHING = Marks()


class Prefer(StrEnum):
    """Whose word counts where both sides changed a mark. NOBODY leaves it as a conflict."""

    NOBODY = "nobody"
    LIBRARY = "library"
    SIDECAR = "sidecar"


@dataclass(frozen=True, slots=True)
class Merged:
    """Marks after a merge. `ours` are the aspects that the library has to say, `theirs` those of the sidecar.

    Conflicting aspects are in neither; in `marks` they are the library's. `conflicts` are in words.
    """

    marks: Marks
    ours: frozenset[str]
    theirs: frozenset[str]
    conflicts: tuple[str, ...] = ()

    @property
    def settled(self) -> frozenset[str]:
        return self.ours | self.theirs


def merge(ours: Marks, said: Said, seen: Seen | None, prefer: Prefer = Prefer.NOBODY) -> Merged:
    """Merge by what changed since both agreed (`seen`).

    A mark that only one side changed is taken from there. A photo that was never agreed upon takes from the
    sidecar what the library is silent on. Where both changed it to different ends, `prefer` decides.
    """
    values: dict[str, Any] = {}
    sides: dict[str, str] = {}
    conflicts: list[str] = list(said.contradictions) if prefer is not Prefer.LIBRARY else []
    doubtful = {text.partition(":")[0] for text in conflicts}
    for aspect in ASPECTS:
        mine, other = getattr(ours, aspect), getattr(said, aspect)
        side = "conflict" if aspect in doubtful else _side(aspect, mine, other, seen, prefer)
        values[aspect] = other if side == "theirs" else mine
        sides[aspect] = side
        if side == "conflict" and aspect not in doubtful:
            conflicts.append(f"{aspect}: {_word(mine)} here, {_word(other)} in the sidecar")
    return Merged(
        Marks(**values),
        frozenset(a for a in ASPECTS if sides[a] == "ours"),
        frozenset(a for a in ASPECTS if sides[a] == "theirs"),
        tuple(conflicts),
    )


def _side(aspect: str, mine: Any, other: Any, seen: Seen | None, prefer: Prefer) -> str:
    """Return whose word counts: "ours", "theirs" or "conflict"."""
    if other is None or mine == other:
        return "ours"
    nothing = getattr(_NOTHING, aspect)
    base = getattr(seen.marks, aspect) if seen else nothing
    if mine == base:
        return "theirs"
    if other == base:
        return "ours"
    return {Prefer.LIBRARY: "ours", Prefer.SIDECAR: "theirs", Prefer.NOBODY: "conflict"}[prefer]


def _word(value: Any) -> str:
    return counted(value, "star") if isinstance(value, int) else str(value.value)
