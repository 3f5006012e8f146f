"""The folders that an export makes: in the journal before they are made, gone when they are empty again."""

from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path

from engine.album.scan import EXPORT_MARKER
from engine.export.journal import Journal


def make_folder(journal: Journal, folder: Path, *, marked: bool = False) -> None:
    """Make a folder and those above it; each is in the journal before it is made.

    The journal's own folder is marked as an export, so that an album around it does not show its copies;
    another one where that is wanted. Raises OSError.
    """
    missing = list(itertools.takewhile(lambda each: not each.is_dir(), (folder, *folder.parents)))
    for each in reversed(missing):
        journal.note_folder(each)
        each.mkdir(exist_ok=True)
        if each == journal.target or (marked and each == folder):
            (each / EXPORT_MARKER).touch()


def remove_folders(journal: Journal) -> None:
    """Remove the folders that were made, where nothing but our mark is in them."""
    for folder in reversed(journal.folders):
        with suppress(OSError):
            if [entry.name for entry in folder.iterdir()] == [EXPORT_MARKER]:
                (folder / EXPORT_MARKER).unlink()
            folder.rmdir()
