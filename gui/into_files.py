"""The part of the sidecar dialog about the photos' own files: the box that asks for it, and the way back."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from engine.export.journal import Journal
from engine.export.recover import find_last
from engine.photo_xmp.originals import ORIGINALS_FOLDER
from engine.photo_xmp.writing import KIND
from engine.sidecars.entries import Entry, Outcome
from engine.words import counted

_TEXT = "Also write into JPEG, TIFF and DNG &files themselves"
_TIP = (
    "For programs that read no sidecars of these, such as Lightroom. Only XMP is written, by ExifTool; that "
    f"picture and all else stay the same is checked. The untouched files are kept in {ORIGINALS_FOLDER} of "
    "the album. RAW files always get a sidecar."
)
_CHANGES = "(this changes the photos' files)"
_NEEDS = "(needs ExifTool, which is not installed)"
_MISSING = "Needs ExifTool, which is not installed: exiftool.org (Debian: libimage-exiftool-perl)."


class IntoFilesBox(QCheckBox):
    """Unticked unless the settings say otherwise; cannot be ticked without ExifTool."""

    def __init__(self, parent: QWidget, *, ticked: bool) -> None:
        self._there = shutil.which("exiftool") is not None
        super().__init__(f"{_TEXT} {_CHANGES if self._there else _NEEDS}", parent)
        self.setChecked(ticked and self._there)
        self.setEnabled(True)
        self.setToolTip(_TIP if self._there else _MISSING)

    def setEnabled(self, enabled: bool) -> None:
        super().setEnabled(enabled and self._there)


class BringBackButton(QPushButton):
    """Shown while the last thing done in this album was writing into its files."""

    def __init__(self, journals: Path, album: Path | None, parent: QWidget) -> None:
        super().__init__("&Bring originals back", parent)
        self.setToolTip(f"Puts the untouched files from {ORIGINALS_FOLDER} back where they were")
        self._journals, self._album = journals, album
        self.look()

    def look(self) -> None:
        self.setVisible(self.journal() is not None)

    def journal(self) -> Journal | None:
        """Return the run that can be taken back."""
        last = find_last(self._journals)
        if last is None or last.kind != KIND or self._album not in last.target.parents:
            return None
        return last


def written_in_words(done: list[Entry]) -> str:
    """Return what writing came to where files were among it."""
    files = sum(entry.inside and entry.outcome is Outcome.WRITTEN for entry in done)
    sidecars = sum(not entry.inside and entry.outcome is Outcome.WRITTEN for entry in done)
    troubled = sum(entry.outcome in (Outcome.REFUSED, Outcome.CONFLICT, Outcome.SKIPPED) for entry in done)
    parts = [f"Wrote into {counted(files, 'photo')} and {counted(sidecars, 'sidecar')}."]
    if files:
        parts.append(f"The untouched files are in {ORIGINALS_FOLDER}. Closing this reads the album again.")
    if troubled:
        parts.append(f"{troubled} left alone.")
    return " ".join(parts)
