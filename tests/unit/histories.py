"""Marks as a plain list of states: what the store of decisions has to agree with, whatever is done."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.types import Marks


class Histories(RuleBasedStateMachine):
    """Undo, redo and restarts; what is done beside that, subclasses say."""

    def __init__(self, album: Path, keys: Sequence[PhotoKey]) -> None:
        super().__init__()
        self.album, self.keys = album, keys
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "library.sqlite3"
        self.store = DecisionStore(self.path)
        self.past: list[tuple[str, dict[int, Marks]]] = []  # text, the state before it
        self.future: list[tuple[str, dict[int, Marks]]] = []  # text, the state after it
        self.now = {key.photo_id: Marks() for key in keys}

    def do(self, changes: Mapping[PhotoKey, MarkChange], text: str) -> None:
        """Change marks in the store and in the plain state alike."""
        self.past.append((text, dict(self.now)))
        self.future.clear()
        shown = {key: self.now[key.photo_id] for key in changes}
        self.now |= {key.photo_id: each.on(self.now[key.photo_id]) for key, each in changes.items()}
        after = self.store.change(self.album, changes, text, shown)
        assert after == {key.photo_id: self.now[key.photo_id] for key in changes}

    @rule()
    def undo(self) -> None:
        step = self.store.undo(self.album)
        assert (step is None) == (not self.past)
        if step is not None:
            text, before = self.past.pop()
            self.future.append((text, self.now))
            self.now = before
            assert step[0] == text

    @precondition(lambda self: self.future)
    @rule()
    def redo(self) -> None:
        step = self.store.redo(self.album)
        text, after = self.future.pop()
        assert step is not None and step[0] == text
        self.past.append((text, self.now))
        self.now = after

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = DecisionStore(self.path)

    @invariant()
    def the_store_agrees(self) -> None:
        stored = self.store.marks(self.album, self.keys)
        assert stored == {photo: marks for photo, marks in self.now.items() if marks != Marks()}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()
