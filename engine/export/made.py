"""Writes what an export makes itself, lists and pictures: in its journal, so that undo removes it again."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ExportError
from engine.export.copying import put_in_place
from engine.export.filing import stamp
from engine.export.folders import make_folder
from engine.export.journal import Journal, Step
from engine.export.plan import FileAction, How


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes files through the journal of the export that they belong to."""

    journal: Journal

    def folder(self, folder: Path) -> None:
        """Make a folder, marked as an export so that an album around it does not show what is in it.

        Raises ExportError.
        """
        try:
            make_folder(self.journal, folder, marked=True)
        except OSError as error:
            raise ExportError(
                f"The folder {folder} cannot be made: {error.strerror}. Choose another."
            ) from error

    def file(self, path: Path, data: bytes) -> None:
        """Write a new file whole or not at all, never over another one.

        Raises OSError, also where a file has that name, and JournalError.
        """
        number = len(self.journal.files)
        file = self.journal.add(FileAction(path, path, len(data), how=How.WRITE, shot=number))
        part = self.journal.part_of(file)
        try:
            _write(part, data)
            self.journal.note(file, Step.VERIFIED, digest=hashlib.blake2b(data).hexdigest())
            put_in_place(part, path, lambda: self.journal.note(file, Step.RESERVED))
            self.journal.note(file, Step.PLACED, stamp=stamp(path))
        except OSError as error:
            self.journal.note(file, Step.FAILED, reason=error.strerror or str(error))
            raise
        finally:
            with suppress(OSError):
                part.unlink()


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
