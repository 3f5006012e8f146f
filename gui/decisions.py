"""Decisions of the photographer: on disk first, then on the screen; each can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.errors import LibraryError
from engine.library.decisions import DecisionStore, PhotoKey
from engine.types import Decision
from gui.album_model import AlbumModel
from gui.entry import Entry
from gui.messages import Messages
from gui.wording import DECISION_TITLES

Change = Mapping[int, Decision]  # photo id: decision


class Decisions(QObject):
    """Writes decisions and keeps the undo stack of the album that is open."""

    def __init__(self, library: Path, model: AlbumModel, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._store: DecisionStore | None = None
        self._model = model
        self._messages = messages
        self._album: Path | None = None
        self._worked = True  # whether the last write reached the disk
        self._stack = QUndoStack(self)

    def begin(self, album: Path) -> None:
        """Another album is open: what was decided in the former one is not undone from here."""
        self._album = album
        self._stack.clear()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def read(self, entries: Sequence[Entry]) -> dict[int, Decision]:
        """Return what was decided on photos whose identity is known. A broken library is told, not raised."""
        keys = [key for entry in entries if (key := _key(entry))]
        try:
            return self._open().decisions(self._need_album(), keys)
        except LibraryError as error:
            self._messages.error(str(error))
            return {}

    def decide(self, change: Change) -> bool:
        """Store decisions; tell whether they are on disk and shown."""
        unknown = [i for i in change if (entry := self._model.entry(i)) is None or _key(entry) is None]
        if unknown:
            self._messages.warn("This photo cannot be decided on: it was not read (yet).")
            return False
        before = {i: entry.decision for i in change if (entry := self._model.entry(i))}
        if before == dict(change):
            return True
        command = _Decide(self, before, change)
        self._stack.push(command)
        return command.worked

    def undo(self) -> int | None:
        """Take the last decision back, say so, return a photo it was about."""
        return self._step("Undone", self._stack.index() - 1, self._stack.undo)

    def redo(self) -> int | None:
        """Repeat what was taken back."""
        return self._step("Redone", self._stack.index(), self._stack.redo)

    def _step(self, word: str, at: int, step: Callable[[], None]) -> int | None:
        command = self._stack.command(at)
        if not isinstance(command, _Decide):
            self._messages.info(
                "There is nothing to undo." if word == "Undone" else "There is nothing to redo."
            )
            return None
        text, photo = command.text(), command.first  # a command that fails is deleted by the stack
        step()
        if not self._worked:
            return None
        self._messages.info(f"{word}: {text}")
        return photo

    def store(self, change: Change) -> bool:
        """Write to disk, then show. Nothing is shown when writing failed."""
        self._worked = False
        entries = {i: entry for i in change if (entry := self._model.entry(i))}
        rows = {key: change[i] for i, entry in entries.items() if (key := _key(entry))}
        try:
            self._open().decide(self._need_album(), rows)
        except LibraryError as error:
            self._messages.error(str(error))
            return False
        self._worked = True
        self._model.set_decisions(change)
        return True

    def describe(self, change: Change) -> str:
        names = [entry.photo.name for i in change if (entry := self._model.entry(i))]
        words = sorted({DECISION_TITLES[decision].lower() for decision in change.values()})
        what = names[0] if len(names) == 1 else f"{len(names)} photos"
        return f"{what} {' / '.join(words)}"

    def _open(self) -> DecisionStore:
        if self._store is None:
            self._store = DecisionStore(self._library)
        return self._store

    def _need_album(self) -> Path:
        assert self._album is not None
        return self._album


class _Decide(QUndoCommand):
    """One decision on one or more photos."""

    def __init__(self, decisions: Decisions, before: Change, after: Change) -> None:
        super().__init__(decisions.describe(after))
        self._decisions, self._before, self._after = decisions, before, after
        self.first = next(iter(after))
        self.worked = False

    def redo(self) -> None:
        self._carry_out(self._after)

    def undo(self) -> None:
        self._carry_out(self._before)

    def _carry_out(self, change: Change) -> None:
        self.worked = self._decisions.store(change)
        if not self.worked:
            self.setObsolete(True)  # it did not happen: there is nothing to undo or redo


def _key(entry: Entry) -> PhotoKey | None:
    return PhotoKey.of(entry.photo, entry.inspected) if entry.inspected else None
