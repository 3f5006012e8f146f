"""One photo's marks in XMP, in its sidecar or inside its file: what they say and what would be written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from engine.errors import SidecarError
from engine.sidecars.document import Document, empty_document
from engine.sidecars.label_words import LabelWords
from engine.sidecars.merge import Merged, Prefer, merge
from engine.sidecars.naming import Place
from engine.sidecars.opinions import Said, Seen, weigh
from engine.sidecars.profiles import Targets
from engine.types import Marks, Photo

_NOTHING = Marks()


class Outcome(StrEnum):
    """What became, or would become, of one sidecar."""

    TAKEN = "taken"  # the library can take marks from it
    WRITTEN = "written"
    PLANNED = "to be written"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"  # both sides changed a mark: left alone until the caller says whose word counts
    REFUSED = "refused"  # cannot be read or written: left alone
    SKIPPED = "not written"  # the write was stopped before it


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo's sidecar, or the XMP inside its file.

    `before` is None where there is none, `after` where nothing is written.
    """

    photo: Photo
    place: Place
    outcome: Outcome
    reason: str = ""  # why, where it is a conflict or was refused
    marks: Marks = _NOTHING  # after merging; the library's for what is in conflict
    before: Document | None = None
    after: Document | None = None
    merged: Merged | None = None
    seen: Seen | None = None
    inside: bool = False  # of the photo's file, which is what `place` names then

    @property
    def path(self) -> Path:
        return self.place.path

    def diff(self) -> str:
        """Return what a write changes, as a unified diff."""
        if self.after is None:
            return ""
        old = self.before.text if self.before else ""
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            self.after.text.splitlines(keepends=True),
            str(self.path) if self.before else "(none)",
            str(self.path),
            n=1,
        )
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def reading(entry: Entry, ours: Marks, prefer: Prefer, words: LabelWords) -> Entry:
    """Say what reading it comes to: TAKEN with the marks after merging, CONFLICT or UNCHANGED."""
    if entry.before is None:
        return entry
    said = weigh(entry.before.fields, entry.seen, words)
    merged = merge(ours, said, entry.seen, prefer)
    outcome = Outcome.TAKEN if merged.theirs else Outcome.UNCHANGED
    if merged.conflicts:
        outcome = Outcome.CONFLICT
    return replace(
        entry, outcome=outcome, reason="; ".join(merged.conflicts), marks=merged.marks, merged=merged
    )


def planned(entry: Entry, ours: Marks, targets: Targets, prefer: Prefer, words: LabelWords) -> Entry | None:
    """Say what writing it comes to; None where there is neither XMP nor anything to say."""
    if entry.reason:
        return entry
    if entry.before is None and ours == _NOTHING:
        return None
    entry = reading(entry, ours, prefer, words) if entry.before else _first(entry, ours)
    assert entry.merged is not None
    if entry.merged.conflicts:
        return entry
    before = entry.before or empty_document()
    try:
        after = before.with_marks(entry.marks, entry.merged.ours, targets, entry.place.extension)
    except SidecarError as error:
        return replace(entry, outcome=Outcome.REFUSED, reason=error.what)
    if after.text == before.text:
        return replace(entry, outcome=Outcome.UNCHANGED)
    return replace(entry, outcome=Outcome.PLANNED, after=after)


def _first(entry: Entry, ours: Marks) -> Entry:
    return replace(entry, marks=ours, merged=merge(ours, Said(None, None, None), None))
