"""Marks and their history: one field at a time, undone and redone without end, also after a restart."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from engine.errors import LibraryError
from engine.library.database import open_library
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.schema import MIGRATIONS
from engine.types import Decision, Label, Marks
from tests.unit.histories import Histories

ALBUM = Path("/shoot")
KEYS = tuple(PhotoKey(n, f"IMG_{n}.JPG", f"{n:032x}", f"2026-06-01T12:00:0{n}") for n in range(4))
VALUES = {
    "decision": st.sampled_from(Decision),
    "stars": st.integers(0, 5),
    "label": st.sampled_from(Label),
}
CHANGES = st.builds(MarkChange, **{name: st.none() | values for name, values in VALUES.items()})
ALL_MARKS = st.builds(Marks, **VALUES)


@pytest.fixture
def store(library: Path):
    opened = DecisionStore(library)
    yield opened
    opened.close()


def _change(store: DecisionStore, *changes: MarkChange, text: str = "a change") -> dict[int, Marks]:
    """Change the first photos, as a window that shows what is stored."""
    found = store.marks(ALBUM, KEYS)
    shown = {key: found.get(key.photo_id, Marks()) for key in KEYS[: len(changes)]}
    return store.change(ALBUM, dict(zip(KEYS, changes, strict=False)), text, shown)


@given(ALL_MARKS, CHANGES)
def test_a_change_sets_its_own_fields_and_no_other(marks: Marks, change: MarkChange):
    changed = change.on(marks)
    for name in VALUES:
        wanted = getattr(change, name)
        assert getattr(changed, name) == (getattr(marks, name) if wanted is None else wanted)
    assert change.back_to(marks).on(changed) == marks


@given(CHANGES)
def test_a_change_survives_being_stored(change: MarkChange):
    assert MarkChange.from_json(change.as_json()) == change


def test_an_album_whose_name_is_no_unicode_has_marks_and_a_history(library: Path):
    album = Path("/shoot \udcff")  # as Python gives the byte 0xff of a file name
    accept = {KEYS[0]: MarkChange(decision=Decision.ACCEPT)}
    for _ in range(2):  # the second after a restart
        store = DecisionStore(library)
        store.change(album, accept, "accept", {KEYS[0]: Marks()})
        assert store.decisions(album, KEYS) == {0: Decision.ACCEPT}
        assert store.undo(album) is not None
        assert store.decisions(album, KEYS) == {}
        store.close()


@pytest.mark.parametrize("stars", [-1, 6])
def test_there_are_no_six_stars(stars: int):
    with pytest.raises(ValueError, match="0 to 5"):
        MarkChange(stars=stars)


def test_stars_labels_and_decisions_are_kept_apart(store: DecisionStore):
    _change(store, MarkChange(stars=4))
    _change(store, MarkChange(label=Label.GREEN))
    _change(store, MarkChange(Decision.REJECT))
    assert store.marks(ALBUM, KEYS) == {0: Marks(Decision.REJECT, 4, Label.GREEN)}


def test_a_decision_by_command_keeps_stars_and_label(store: DecisionStore):
    _change(store, MarkChange(stars=3, label=Label.BLUE))
    store.decide(ALBUM, {KEYS[0]: Decision.ACCEPT})
    assert store.marks(ALBUM, KEYS) == {0: Marks(Decision.ACCEPT, 3, Label.BLUE)}
    assert store.decisions(ALBUM, KEYS) == {0: Decision.ACCEPT}


def test_what_another_program_wrote_meanwhile_is_kept(library: Path, store: DecisionStore):
    """The window shows three stars; another connection has made them five. A label changes the label."""
    shown = {KEYS[0]: _change(store, MarkChange(stars=3))[0]}
    other = DecisionStore(library)
    _change(other, MarkChange(stars=5))
    other.close()
    after = store.change(ALBUM, {KEYS[0]: MarkChange(label=Label.RED)}, "red", shown)
    assert after == {0: Marks(Decision.NONE, 5, Label.RED)}


def test_a_renamed_photo_keeps_the_marks_that_are_not_changed(store: DecisionStore):
    _change(store, MarkChange(Decision.ACCEPT, 5))
    renamed = replace(KEYS[0], name="wedding.jpg")
    shown = store.marks(ALBUM, [renamed])
    after = store.change(ALBUM, {renamed: MarkChange(label=Label.RED)}, "red", {renamed: shown[0]})
    assert after == store.marks(ALBUM, [renamed]) == {0: Marks(Decision.ACCEPT, 5, Label.RED)}


def test_a_copy_does_not_take_over_the_marks_of_its_twin(store: DecisionStore):
    _change(store, MarkChange(Decision.ACCEPT, 5))
    copy = PhotoKey(9, "copy.jpg", KEYS[0].identity, KEYS[0].captured_at)
    store.change(ALBUM, {copy: MarkChange(label=Label.RED)}, "red", {copy: Marks()})
    assert store.marks(ALBUM, [KEYS[0], copy]) == {
        0: Marks(Decision.ACCEPT, 5),
        9: Marks(label=Label.RED),
    }


def test_undo_names_the_change_and_follows_a_renamed_photo(store: DecisionStore):
    _change(store, MarkChange(Decision.REJECT, 2), text="IMG_0 rejected")
    renamed = replace(KEYS[0], name="wedding.jpg")
    undone = store.undo(ALBUM, lambda key: (renamed, Marks(Decision.REJECT, 2)))
    assert undone == ("IMG_0 rejected", {0: Marks()})
    assert store.marks(ALBUM, [renamed]) == {}


def test_a_new_change_ends_what_could_be_redone(store: DecisionStore):
    _change(store, MarkChange(stars=1))
    store.undo(ALBUM)
    _change(store, MarkChange(stars=2))
    assert store.redo(ALBUM) is None


def test_each_album_has_a_history_of_its_own(store: DecisionStore):
    _change(store, MarkChange(stars=1))
    assert store.undo(Path("/another")) is None
    assert store.undo(ALBUM) is not None


def test_many_steps_are_undone_after_a_restart(library: Path):
    store = DecisionStore(library)
    for number in range(300):
        _change(store, MarkChange(stars=number % 6), text=f"step {number}")
    store.close()
    store = DecisionStore(library)
    texts = [step[0] for step in iter(lambda: store.undo(ALBUM), None)]
    assert texts == [f"step {number}" for number in reversed(range(300))]
    assert store.marks(ALBUM, KEYS) == {}
    store.close()


def test_a_step_that_cannot_be_written_leaves_no_trace(library: Path, store: DecisionStore):
    _change(store, MarkChange(stars=1))
    other = sqlite3.connect(library)
    other.execute(
        "CREATE TRIGGER full BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    other.commit()
    with pytest.raises(LibraryError, match="disk full"):
        _change(store, MarkChange(stars=2))
    with pytest.raises(LibraryError, match="disk full"):
        store.undo(ALBUM)
    other.execute("DROP TRIGGER full")
    other.commit()
    other.close()
    assert store.marks(ALBUM, KEYS) == {0: Marks(stars=1)}
    undone = store.undo(ALBUM)
    assert undone is not None and store.marks(ALBUM, KEYS) == {}
    assert store.undo(ALBUM) is None


def test_decisions_of_the_first_format_become_marks(library: Path):
    old = sqlite3.connect(library)
    old.executescript(MIGRATIONS[0])
    old.execute("PRAGMA user_version = 1")
    key = KEYS[0]
    row = (key.identity, key.name, str(ALBUM), key.captured_at, "accept", 1.0)
    old.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)", row)
    old.commit()
    old.close()
    store = DecisionStore(library)
    assert store.marks(ALBUM, KEYS) == {0: Marks(Decision.ACCEPT)}
    store.close()


def test_a_row_that_makes_no_sense_is_told_of_and_nothing_is_changed(library: Path, store: DecisionStore):
    store.change(ALBUM, {KEYS[0]: MarkChange(Decision.ACCEPT)}, "accepted", {KEYS[0]: Marks()})
    with sqlite3.connect(library) as other:
        other.execute("UPDATE decisions SET decision = 'acXept'")
    with pytest.raises(LibraryError, match="acXept"):
        store.marks(ALBUM, KEYS)
    with pytest.raises(LibraryError, match="acXept"):
        store.change(ALBUM, {KEYS[0]: MarkChange(stars=1)}, "1 star", {KEYS[0]: Marks()})
    with sqlite3.connect(library) as other:
        other.execute("UPDATE decisions SET decision = 'accept'")
        other.execute("UPDATE history SET before = before || 'x'")
    with pytest.raises(LibraryError, match="not saved"):
        store.undo(ALBUM)
    assert store.marks(ALBUM, KEYS) == {0: Marks(Decision.ACCEPT)}


def test_thousands_of_photos_are_read_quickly(library: Path, store: DecisionStore):
    """As an album opens: no query per photo."""
    keys = [PhotoKey(n, f"IMG_{n}.JPG", f"{n:032x}", None) for n in range(3000)]
    store.change(ALBUM, {k: MarkChange(stars=1) for k in keys}, "all", {k: Marks() for k in keys})
    statements: list[str] = []
    connection = open_library(library)
    connection.set_trace_callback(statements.append)
    store._connection.set_trace_callback(statements.append)
    assert len(store.marks(ALBUM, keys)) == 3000
    connection.close()
    assert len(statements) < 20


class _Marking(Histories):
    """Whatever marks are set, the store holds what a plain list of states holds."""

    def __init__(self) -> None:
        super().__init__(ALBUM, KEYS)

    @rule(changes=st.dictionaries(st.sampled_from(KEYS), CHANGES, min_size=1), text=st.text(max_size=9))
    def change(self, changes: dict[PhotoKey, MarkChange], text: str) -> None:
        self.do(changes, text)


TestHistories = _Marking.TestCase
TestHistories.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
