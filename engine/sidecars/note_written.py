"""Remembers what was written, so that what changes later is known to be another program's word."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.library.sidecars import SidecarStore
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.label_words import LabelWords
from engine.sidecars.memory import note


def note_written(library: Path, done: Sequence[Entry], words: LabelWords) -> None:
    """Store what the written and the unchanged entries hold now. Raises LibraryError."""
    with closing(SidecarStore(library)) as store:
        store.remember(
            (entry.path, *note(document, entry.merged, entry.merged.ours, entry.seen, words))
            for entry in done
            if entry.outcome in (Outcome.WRITTEN, Outcome.UNCHANGED)
            and entry.merged is not None
            and (document := entry.after or entry.before) is not None
        )
