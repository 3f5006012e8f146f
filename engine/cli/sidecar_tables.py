"""What `sidecars` prints, and its JSON."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.album.formats import JPEG_SUFFIXES
from engine.album.scan import display_name
from engine.photo_xmp.originals import ORIGINALS_FOLDER
from engine.photo_xmp.with_sidecars import HandedMarks
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.naming import Naming, owner_of
from engine.sidecars.profiles import Profile, Targets
from engine.types import Decision, Label, Marks
from engine.words import counted, printable

_TROUBLE = (Outcome.CONFLICT, Outcome.REFUSED, Outcome.SKIPPED)
_NOT_FOR_LIGHTROOM = JPEG_SUFFIXES | {".tif", ".tiff", ".png", ".dng"}
_ADVICE = {
    Outcome.REFUSED: "What was refused is as it was: repair it or move it away, then run this again.",
    Outcome.CONFLICT: "Conflicts are as they were: say whose word counts with --prefer library or sidecar.",
}


def is_trouble(entry: Entry) -> bool:
    return entry.outcome in _TROUBLE


def print_entries(read: Sequence[Entry], written: Sequence[Entry]) -> None:
    """Print each sidecar with what became of it, diffs of what is only planned, totals and advice."""
    said = {(entry.path, entry.reason) for entry in read if is_trouble(entry)}
    entries = [*read, *(e for e in written if not (is_trouble(e) and (e.path, e.reason) in said))]
    for entry in entries:
        stream = sys.stderr if is_trouble(entry) else sys.stdout
        print(_line(entry), file=stream)
        for line in entry.diff().splitlines() if entry.outcome is Outcome.PLANNED else ():
            print(f"  {printable(line)}")
    counts = Counter(entry.outcome for entry in entries)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "Nothing to read or write.")
    for outcome, advice in _ADVICE.items():
        if counts[outcome]:
            print(advice, file=sys.stderr)
    _tell_of_originals(written)


def warn_of_lightroom(written: Sequence[Entry], targets: Targets, handed: HandedMarks) -> None:
    """Say of how many photos Lightroom is told nothing: neither in a sidecar it reads nor inside the file."""
    if Profile.LIGHTROOM not in targets.profiles:
        return
    good = [entry for entry in written if not is_trouble(entry)]
    inside = {entry.photo.id for entry in good if entry.inside}
    beside = [e for e in good if e.photo.id not in inside and _is_unread_by_lightroom(e)]
    if count := len(handed.not_inside(beside, replace(targets, profiles=(Profile.LIGHTROOM,)))):
        of = f"the marks of {counted(count, 'photo')}"
        print(f"Lightroom reads no sidecars of JPEG, TIFF, PNG and DNG files: {of} are for others only.")


def _is_unread_by_lightroom(entry: Entry) -> bool:
    return owner_of(entry.photo).suffix.lower() in _NOT_FOR_LIGHTROOM


def _tell_of_originals(written: Sequence[Entry]) -> None:
    inside = [entry for entry in written if entry.inside]
    if any(entry.outcome is Outcome.WRITTEN for entry in inside):
        print(
            f"The untouched files are kept in {ORIGINALS_FOLDER} inside the album; `framepick export --undo` "
            "brings them back, `framepick originals ALBUM --trash` takes them away when you like."
        )
    elif any(entry.outcome is Outcome.PLANNED for entry in inside):
        print(f"Writing keeps the untouched files in {ORIGINALS_FOLDER} inside the album.")


def as_json(
    album: Path,
    naming: Naming,
    targets: Targets,
    dry_run: bool,
    read: Sequence[Entry],
    written: Sequence[Entry],
) -> dict[str, Any]:
    """Return what was done to every sidecar."""
    return {
        "album": display_name(album),
        "naming": naming.value,
        "profiles": [profile.value for profile in targets.profiles],
        "dry_run": dry_run,
        "read": [_entry_as_json(entry) for entry in read],
        "written": [_entry_as_json(entry) for entry in written],
    }


def _line(entry: Entry) -> str:
    words = [f"{entry.outcome}: {printable(display_name(entry.path))}"]
    words.append(f"({printable(entry.photo.name)}: {in_words(entry.marks)})")
    if entry.inside:
        words.append("[inside the file itself]")
    if entry.reason:
        words.append(f"left alone: {printable(entry.reason)}")
    if entry.place.others:
        others = ", ".join(printable(display_name(Path(path.name))) for path in entry.place.others)
        words.append(f"[also there, neither read nor written: {others}]")
    return " ".join(words)


def in_words(marks: Marks) -> str:
    """Return "accept, 3 stars, red", or "no marks"."""
    words = [marks.decision.value] if marks.decision is not Decision.NONE else []
    if marks.stars:
        words.append(counted(marks.stars, "star"))
    if marks.label is not Label.NONE:
        words.append(marks.label.value)
    return ", ".join(words) or "no marks"


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    return {
        "photo": entry.photo.name,
        "sidecar": display_name(entry.path),
        "inside": entry.inside,
        "outcome": entry.outcome.value,
        "reason": entry.reason,
        "decision": entry.marks.decision.value,
        "stars": entry.marks.stars,
        "label": entry.marks.label.value,
        "others": [display_name(path) for path in entry.place.others],
        "diff": entry.diff(),
    }
