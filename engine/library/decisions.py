"""What the photographer said. It survives a renamed file, a moved album and an edited header."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.errors import LibraryError
from engine.library import history
from engine.library.database import open_library, transaction
from engine.library.history import UNKNOWN, Changes, Step
from engine.library.identities import current_keys, former_keys
from engine.library.marks import MarkChange, PhotoKey, any_own_groups, read_marks, read_own, write_marks
from engine.library.repair import suspect
from engine.types import Decision, Marks

Shown = Callable[[PhotoKey], tuple[PhotoKey, Marks]]


def as_stored(key: PhotoKey) -> tuple[PhotoKey, Marks]:
    """Stand in for a caller that shows nothing: the key as it was, no marks."""
    return key, Marks()


class DecisionStore:
    """Reads and writes marks, and undoes changes of them. Use it only in the thread that made it.

    What a method writes is one transaction and on disk when it returns. Each raises LibraryError when the
    library cannot be read or written; then nothing was changed.
    """

    def __init__(self, library: Path) -> None:
        self._library = library
        self._connection = open_library(library)
        self._file = _file_of(library)

    def close(self) -> None:
        self._connection.close()

    def marks(self, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Marks]:
        """Return the marks of each photo by photo id; photos without any are left out."""
        try:
            return read_marks(self._connection, album, keys)
        except sqlite3.Error as error:
            hint = suspect(self._library, error)
            raise LibraryError(f"Decisions could not be read: {error}.{hint} Nothing was changed.") from error
        except ValueError as error:  # a row holds what is no mark
            raise LibraryError(f"Decisions could not be read: {error}. Nothing was changed.") from error

    def own_groups(self, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Marks]:
        """Return the marks of the photos that were grouped or picked by hand, by photo id.

        Where nobody ever did that it takes no time, so that each selection of a run may ask.
        """
        try:
            if not any_own_groups(self._connection):
                return {}
        except sqlite3.Error as error:
            raise LibraryError(f"Groups made by hand could not be read: {error}.") from error
        return {p: m for p, m in self.marks(album, keys).items() if m.own_group or m.own_pick}

    def change(
        self, album: Path, changes: Changes, text: str, shown: Mapping[PhotoKey, Marks]
    ) -> dict[int, Marks]:
        """Change some marks of some photos as one step of the history, called `text`.

        `shown` are the marks as the photographer sees them: where a photo has no row of its own yet (its file
        was renamed, say) the marks that are not changed come from there. Returns all marks that these photos
        have now, by photo id.
        """
        with self._writing():
            before = read_own(self._connection, album, shown)
            now = current_keys(self._connection, album, changes)
            undoing = {now[key]: change.back_to(before[key]) for key, change in changes.items()}
            doing = {now[key]: change for key, change in changes.items()}
            history.record(self._connection, album, Step(0, text, undoing, doing), time.time())
            return self._write(album, changes, before)

    def undo(self, album: Path, shown: Shown = as_stored) -> tuple[str, dict[int, Marks]] | None:
        """Take the album's last change back; return its text and the marks as they are now, or None.

        `shown` turns a key of that time into the photo's key of today and the marks that are seen on it.
        """
        return self._walk(album, shown, undone=True)

    def redo(self, album: Path, shown: Shown = as_stored) -> tuple[str, dict[int, Marks]] | None:
        """Repeat the change that was undone last."""
        return self._walk(album, shown, undone=False)

    def decide(self, album: Path, decisions: Mapping[PhotoKey, Decision]) -> None:
        """Store decisions; stars and labels stay. Not a step of the history."""
        with self._writing():
            before = {key: Marks() for key in decisions}
            for key in decisions:
                before[key] = read_marks(self._connection, album, [key]).get(key.photo_id, Marks())
            self._write(album, {key: MarkChange(each) for key, each in decisions.items()}, before)

    def decisions(self, album: Path, keys: Sequence[PhotoKey]) -> dict[int, Decision]:
        """Return what was decided on each photo, by photo id; undecided photos are left out."""
        marks = self.marks(album, keys)
        return {photo: m.decision for photo, m in marks.items() if m.decision is not Decision.NONE}

    def _walk(self, album: Path, shown: Shown, *, undone: bool) -> tuple[str, dict[int, Marks]] | None:
        with self._writing():
            step = (history.step_to_undo if undone else history.step_to_redo)(self._connection, album)
            if step is None:
                return None
            today = {key: self._today(album, key, shown) for key in step.after}
            values = step.before if undone else step.after
            changes = {today[key][0]: change for key, change in values.items()}
            history.note(self._connection, step, undone=undone)
            before = read_own(self._connection, album, dict(today.values()))
            return step.text, self._write(album, changes, before)

    def _today(self, album: Path, key: PhotoKey, shown: Shown) -> tuple[PhotoKey, Marks]:
        """Return what `shown` knows of a photo; it may know it by what its file was before."""
        found = shown(key)
        if found[0].photo_id != UNKNOWN:
            return found
        others = map(shown, former_keys(self._connection, album, key))
        return next((each for each in others if each[0].photo_id != UNKNOWN), found)

    def _write(self, album: Path, changes: Changes, before: Mapping[PhotoKey, Marks]) -> dict[int, Marks]:
        after = {key: change.on(before[key]) for key, change in changes.items()}
        write_marks(self._connection, album, after, time.time())
        return {key.photo_id: marks for key, marks in after.items()}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            if _file_of(self._library) != self._file:  # another window has rebuilt the library
                self._reopen()
            with transaction(self._connection):
                yield
        except sqlite3.Error as error:
            hint = suspect(self._library, error)
            raise LibraryError(f"The decision was not saved: {error}.{hint} Nothing was changed.") from error
        except ValueError as error:  # a row of the photo, or the step to be undone, makes no sense
            raise LibraryError(f"The decision was not saved: {error}. Nothing was changed.") from error

    def _reopen(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()
        self._connection = open_library(self._library)
        self._file = _file_of(self._library)
        self._connection.execute("BEGIN IMMEDIATE")


def _file_of(library: Path) -> tuple[int, int] | None:
    """Return what tells one file from another of the same name."""
    try:
        found = library.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
