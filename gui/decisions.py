"""What the photographer said of photos: on disk first, then on the screen; each change can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.errors import LibraryError
from engine.events import MarksRead
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.types import Decision, Marks
from gui import wording
from gui.album_model import AlbumModel
from gui.commands import key_of
from gui.entry import Entry
from gui.messages import Messages

Walk = Callable[[DecisionStore], tuple[str, dict[int, Marks]] | None]


class Decisions(QObject):
    """Writes marks and walks the history of the album that is open. The history outlives the program."""

    regrouped = Signal()  # groups or picks made by hand are other ones now

    def __init__(self, library: Path, model: AlbumModel, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._store: DecisionStore | None = None
        self._model = model
        self._messages = messages
        self._album: Path | None = None
        self._written = False  # any marks, since the album was opened

    def begin(self, album: Path) -> None:
        """Another album is open: what was decided in the former one is not undone from here."""
        self._album = album
        self._written = False

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def take(self, read: MarksRead) -> None:
        """Show what a run has read; read again what was written meanwhile, perhaps by undo before its photo
        was known."""
        if read.trouble:
            self._messages.error(read.trouble)
        known = None if read.trouble else read.marks
        marks = self._read_again() if self._written else known
        self._model.marks_known = marks is not None
        self._model.set_marks(marks or {})

    def _read_again(self) -> Mapping[int, Marks] | None:
        """Return the marks of all photos that were read, None where they cannot be."""
        keys = [key for entry in self._model.entries() if (key := _key(entry))]
        try:
            return self._open().marks(self._need_album(), keys)
        except LibraryError as error:
            self._messages.error(str(error))
            return None

    def decide(self, decisions: Mapping[int, Decision], *, say: bool = False) -> bool:
        """Store decisions by photo id; tell whether they are on disk and shown."""
        return self.mark({photo: MarkChange(decision) for photo, decision in decisions.items()}, say=say)

    def mark(self, changes: Mapping[int, MarkChange], text: str = "", *, say: bool = False) -> bool:
        """Store changes of marks by photo id; tell whether they are on disk and shown.

        `text` is what undo calls it; without one it is made from the changes. Where it is to `say` so, it
        says what became of several photos: they may not all be seen, or a filter hide them now.
        """
        entries = [entry for photo in changes if (entry := self._model.entry(photo))]
        keys = {entry.photo.id: key for entry in entries if (key := _key(entry))}
        if len(keys) < len(changes):
            self._messages.warn("This photo cannot be decided on: it was not read (yet).")
            return False
        new = {e.photo.id: c for e in entries if (c := changes[e.photo.id]).on(e.marks) != e.marks}
        if not new:
            return True
        text = text or wording.change_text([e.photo.name for e in entries if e.photo.id in new], new.values())
        shown = {keys[e.photo.id]: e.marks for e in entries if e.photo.id in new}
        stored = self._store_and_show(
            lambda store: store.change(
                self._need_album(), {keys[photo]: change for photo, change in new.items()}, text, shown
            )
        )
        if stored and say and len(new) > 1:
            self._messages.info(f"{text}. {key_of('review.undo')} takes that back.")
        return stored

    def mark_selected(self, entries: Sequence[Entry], change: MarkChange) -> bool:
        """Mark all photos of a selection that were read, and say how many were not."""
        readable = [entry for entry in entries if _key(entry)]
        marked = self.mark({entry.photo.id: change for entry in readable or entries}, say=True)
        left_out = len(entries) - len(readable)
        if marked and left_out:
            self._messages.warn(f"{left_out} of {len(entries)} photos were not marked: they cannot be read.")
        return marked

    def undo(self) -> int | None:
        """Take the last change back, say so, return a photo it was about."""
        return self._walk("Undone", lambda store: store.undo(self._need_album(), self._finder()))

    def redo(self) -> int | None:
        """Repeat what was taken back."""
        return self._walk("Redone", lambda store: store.redo(self._need_album(), self._finder()))

    def _walk(self, word: str, walk: Walk) -> int | None:
        if self._album is None:
            return None
        done: list[tuple[str, dict[int, Marks]]] = []

        def step(store: DecisionStore) -> dict[int, Marks]:
            found = walk(store)
            done.extend([found] if found else [])
            return found[1] if found else {}

        if not self._store_and_show(step):
            return None
        if not done:
            self._messages.info(f"There is nothing to {'undo' if word == 'Undone' else 'redo'}.")
            return None
        text, marks = done[0]
        self._messages.info(f"{word}: {text}")
        return next((photo for photo in marks if self._model.entry(photo)), None)

    def _store_and_show(self, write: Callable[[DecisionStore], dict[int, Marks]]) -> bool:
        """Write to disk, then show what is there now. Nothing is shown when writing failed."""
        try:
            marks = write(self._open())
        except LibraryError as error:
            self._messages.error(str(error))
            return False
        if marks:
            self._written = True
            before = {photo: _by_hand(e.marks) for photo in marks if (e := self._model.entry(photo))}
            self._model.set_marks(marks)
            if any(_by_hand(marks[photo]) != was for photo, was in before.items()):
                self.regrouped.emit()
        return True

    def _finder(self) -> Callable[[PhotoKey], tuple[PhotoKey, Marks]]:
        """Return what finds today's key and marks of a photo of the history: it may have another name now."""
        same: dict[str, list[Entry]] = {}
        for entry in self._model.entries():
            if entry.inspected:
                same.setdefault(entry.inspected.identity, []).append(entry)

        def shown(key: PhotoKey) -> tuple[PhotoKey, Marks]:
            found = min(same.get(key.identity, []), key=lambda e: e.photo.name != key.name, default=None)
            today = _key(found) if found else None
            return (today, found.marks) if found and today else (key, Marks())

        return shown

    def _open(self) -> DecisionStore:
        if self._store is None:
            self._store = DecisionStore(self._library)
        return self._store

    def _need_album(self) -> Path:
        assert self._album is not None
        return self._album


def _by_hand(marks: Marks) -> tuple[str, bool]:
    return marks.own_group, marks.own_pick


def _key(entry: Entry) -> PhotoKey | None:
    return PhotoKey.of(entry.photo, entry.inspected) if entry.inspected else None
