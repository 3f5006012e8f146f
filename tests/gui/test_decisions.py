"""Decisions by their rules: on disk first, undone as they were made, nothing lost and nothing invented."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QObject

from engine.events import AlbumListed, MarksRead, PhotosInspected
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.types import Decision, Marks, Photo
from gui.album_model import AlbumModel
from gui.decisions import Decisions
from gui.messages import Messages, Tone
from tests.gui.albums import inspected, listed, photos

ACCEPT, REJECT, NONE = Decision.ACCEPT, Decision.REJECT, Decision.NONE
ALBUM = Path("/nowhere")
JOB = 1


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


@pytest.fixture
def model(qapp) -> AlbumModel:
    album = AlbumModel()
    album.begin(JOB)
    album.apply(JOB, [listed(6), inspected(6)])
    return album


@pytest.fixture
def decisions(model: AlbumModel, library: Path) -> Iterator[Decisions]:
    parent = QObject()
    made = Decisions(library, model, Messages(), parent)
    made.begin(ALBUM)
    yield made
    made.close()


def _shown(model: AlbumModel) -> dict[int, Decision]:
    return {e.photo.id: e.decision for e in model.entries() if e.decision is not NONE}


def _stored(library: Path, model: AlbumModel, album: Path = ALBUM) -> dict[int, Decision]:
    keys = [PhotoKey.of(e.photo, e.inspected) for e in model.entries() if e.inspected]
    with closing(DecisionStore(library)) as store:
        return store.decisions(album, keys)


def _said(decisions: Decisions) -> list[str]:
    return [message.text for message in decisions._messages.history]


def _open_files(library: Path) -> list[str]:
    return [file.path for file in psutil.Process().open_files() if Path(file.path) == library]


def _break(library: Path, table: str = "decisions") -> None:
    with closing(sqlite3.connect(library, isolation_level=None)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO gone")


def test_what_is_decided_is_on_disk_and_shown(decisions: Decisions, model: AlbumModel, library: Path):
    assert decisions.decide({1: ACCEPT, 4: REJECT})
    assert _stored(library, model) == _shown(model) == {1: ACCEPT, 4: REJECT}
    assert decisions.decide({1: NONE})
    assert _stored(library, model) == _shown(model) == {4: REJECT}


def test_photos_that_were_so_already_are_no_part_of_the_step(decisions: Decisions, model: AlbumModel):
    assert decisions.decide({1: ACCEPT})
    assert decisions.decide({0: ACCEPT, 1: ACCEPT, 2: ACCEPT})
    assert decisions.decide({0: ACCEPT}), "nothing to do is no failure"
    assert decisions.undo() in (0, 2)
    assert _said(decisions)[-1] == "Undone: 2 photos accepted", "of the three one was accepted before"
    assert _shown(model) == {1: ACCEPT}
    assert decisions.undo() == 1 and _shown(model) == {}
    assert decisions.undo() is None, "the decision that changed nothing is no step"
    assert _said(decisions)[-1] == "There is nothing to undo."


def test_undo_and_redo_go_step_by_step(decisions: Decisions, model: AlbumModel, library: Path):
    decisions.decide({0: ACCEPT})
    decisions.decide({0: REJECT})
    assert decisions.undo() == 0 and _shown(model) == {0: ACCEPT}
    assert decisions.undo() == 0 and _shown(model) == {}
    assert decisions.redo() == 0 and _shown(model) == {0: ACCEPT}
    assert _said(decisions)[-1] == "Redone: IMG_0000.JPG accepted"
    assert decisions.redo() == 0 and _stored(library, model) == _shown(model) == {0: REJECT}
    assert decisions.redo() is None
    assert _said(decisions)[-1] == "There is nothing to redo."


def test_a_photo_that_was_not_read_keeps_all_from_being_marked(decisions: Decisions, library: Path):
    model = decisions._model
    model.begin(JOB)
    model.apply(JOB, [listed(3), inspected(2)])
    assert not decisions.decide({0: ACCEPT, 2: ACCEPT})
    assert not decisions.decide({0: ACCEPT, 77: ACCEPT})
    assert not library.exists() or _stored(library, model) == {}
    assert _shown(model) == {}
    assert [m.tone for m in decisions._messages.history] == [Tone.WARNING] * 2


def test_of_a_selection_all_that_were_read_are_marked(decisions: Decisions):
    model = decisions._model
    model.begin(JOB)
    model.apply(JOB, [listed(3), inspected(2)])
    assert decisions.mark_selected(model.entries()[:2], MarkChange(ACCEPT))
    assert _said(decisions) == ["2 photos accepted. Ctrl+Z takes that back."], "all of them were read"
    assert decisions.mark_selected(model.entries()[:2], MarkChange(ACCEPT)) and len(_said(decisions)) == 1
    assert decisions.mark_selected(model.entries(), MarkChange(REJECT))
    assert _shown(model) == {0: REJECT, 1: REJECT}
    assert _said(decisions)[-1] == "1 of 3 photos were not marked: they cannot be read."
    assert not decisions.mark_selected(model.entries()[2:], MarkChange(REJECT))
    assert "cannot be decided on" in _said(decisions)[-1]


def test_a_step_may_have_a_name_of_its_own(decisions: Decisions):
    decisions.mark({0: MarkChange(own_group="x"), 1: MarkChange(own_group="x")}, "two made one")
    decisions.undo()
    assert _said(decisions)[-1] == "Undone: two made one"


def test_groups_are_told_when_they_or_picks_change_and_not_otherwise(qtbot, decisions: Decisions):
    def told(change: MarkChange) -> bool:
        found: list[bool] = []
        decisions.regrouped.connect(lambda: found.append(True))
        decisions.mark({2: change})
        decisions.regrouped.disconnect()
        return bool(found)

    assert not told(MarkChange(ACCEPT, stars=3))
    assert told(MarkChange(own_group="x"))
    assert told(MarkChange(own_pick=True))
    assert not told(MarkChange(stars=1)), "in a group by hand, but that stays as it is"
    with qtbot.waitSignal(decisions.regrouped):
        decisions.mark({0: MarkChange(stars=1), 1: MarkChange(own_group="y")})
    decisions.undo()
    with qtbot.assertNotEmitted(decisions.regrouped):
        decisions.undo()
    with qtbot.waitSignal(decisions.regrouped):
        decisions.undo()


def test_each_album_is_undone_by_itself(decisions: Decisions, model: AlbumModel, library: Path):
    decisions.decide({0: ACCEPT})
    other = Path("/elsewhere")
    decisions.begin(other)
    assert decisions.undo() is None
    decisions.decide({1: REJECT})
    assert decisions.undo() == 1 and decisions.undo() is None
    assert _stored(library, model)[0] is ACCEPT
    decisions.begin(ALBUM)
    assert decisions.undo() == 0


def test_without_an_album_there_is_nothing_to_walk(model: AlbumModel, library: Path, qapp):
    parent = QObject()
    made = Decisions(library, model, Messages(), parent)
    assert made.undo() is None and made.redo() is None
    assert made._messages.history == [] and not library.exists()
    made.close()


def test_what_cannot_be_written_is_not_shown(decisions: Decisions, model: AlbumModel, library: Path):
    decisions.decide({0: ACCEPT})
    _break(library)
    assert not decisions.decide({0: REJECT, 1: REJECT})
    assert decisions.undo() is None
    assert _shown(model) == {0: ACCEPT}
    assert [m.tone for m in decisions._messages.history] == [Tone.ERROR] * 2


def test_marks_of_the_run_are_shown_unless_something_was_written_since(
    decisions: Decisions, model: AlbumModel
):
    decisions.take(MarksRead({0: Marks(REJECT), 1: Marks(stars=2)}))
    assert model.entry(0).marks == Marks(REJECT) and model.entry(1).marks == Marks(stars=2)
    assert decisions.decide({0: ACCEPT})
    decisions.take(MarksRead({0: Marks(REJECT)}))
    assert model.entry(0).decision is ACCEPT, "what the run read is older"
    decisions.begin(ALBUM)
    decisions.take(MarksRead({0: Marks(REJECT)}))
    assert model.entry(0).decision is REJECT, "opened anew: what was written is among what was read"


def test_marks_that_cannot_be_read_again_are_told_and_leave_what_is_shown(
    decisions: Decisions, model: AlbumModel, library: Path
):
    decisions.decide({0: ACCEPT})
    _break(library)
    decisions.take(MarksRead({0: Marks(REJECT)}))
    assert _shown(model) == {0: ACCEPT}
    assert [m.tone for m in decisions._messages.history] == [Tone.ERROR]
    assert "Decisions could not be read" in _said(decisions)[-1]


def test_trouble_of_the_run_is_told_once(decisions: Decisions):
    decisions.take(MarksRead({}, "the disk is gone"))
    decisions.take(MarksRead({}))
    assert _said(decisions) == ["the disk is gone"]


def _with_copy(model: AlbumModel, names: tuple[str, str]) -> None:
    """List two byte-identical files."""
    pair = tuple(Photo(i, name, (ALBUM / name,)) for i, name in enumerate(names))
    read = dict(inspected(1).inspected)
    model.begin(JOB)
    model.apply(JOB, [AlbumListed(pair), PhotosInspected({0: read[0], 1: read[0]})])


@pytest.mark.parametrize("at", [0, 1])
def test_of_two_copies_the_one_that_was_decided_is_undone(decisions: Decisions, model: AlbumModel, at: int):
    _with_copy(model, ("a.jpg", "b.jpg"))
    decisions.decide({at: ACCEPT})
    decisions.decide({1 - at: REJECT})
    assert decisions.undo() == 1 - at
    assert _shown(model) == {at: ACCEPT}
    assert decisions.undo() == at and _shown(model) == {}
    assert decisions.redo() == at and _shown(model) == {at: ACCEPT}


def test_undo_goes_to_a_photo_that_was_renamed_and_to_none_that_is_gone(
    decisions: Decisions, model: AlbumModel
):
    decisions.decide({0: ACCEPT})
    decisions.decide({1: ACCEPT})
    renamed = [replace(photo, name="kept.jpg") if photo.id == 0 else photo for photo in photos(4)]
    left = tuple(photo for photo in renamed if photo.id != 1)
    model.begin(JOB)
    model.apply(JOB, [AlbumListed(left), inspected(3)])  # the last one cannot be read
    model.set_marks({0: Marks(ACCEPT)})
    assert decisions.undo() is None, "the photo is not in the album any more"
    assert _said(decisions)[-1] == "Undone: IMG_0001.JPG accepted"
    assert decisions.undo() == 0 and _shown(model) == {}


def test_a_store_that_was_closed_is_opened_again(decisions: Decisions, model: AlbumModel, library: Path):
    decisions.decide({0: ACCEPT})
    decisions.decide({0: REJECT})
    decisions.decide({0: ACCEPT})
    assert len(_open_files(library)) == 1
    decisions.close()
    assert not _open_files(library), "nobody else could replace or remove the file"
    decisions.close()
    decisions.decide({1: ACCEPT})
    assert _stored(library, model) == {0: ACCEPT, 1: ACCEPT}
