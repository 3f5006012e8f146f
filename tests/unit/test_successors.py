"""What the library knows of a photo stays known when the photo's bytes change."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.album.identity import identity_of, read_ends
from engine.comparing.base import Opinion
from engine.errors import LibraryError
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.opinions import OpinionStore
from engine.library.prepared import PreparedStore
from engine.library.scores import CachedScore, CacheKey, ScoreStore
from engine.library.successors import carry_over
from engine.types import Decision, Label, Marks, Role, Score

OLD, NEW, OTHER = "a" * 32, "5" * 32, "b" * 32
SHA = "c" * 64


def key(identity: str, name: str = "a.jpg") -> PhotoKey:
    return PhotoKey(0, name, identity, None)


def marks_of(library: Path, photo: Path, identity: str, name: str = "a.jpg") -> Marks:
    with closing(DecisionStore(library)) as store:
        return store.marks(photo.parent, [key(identity, name)]).get(0, Marks())


def mark(library: Path, photo: Path, identity: str, change: MarkChange, name: str = "a.jpg") -> None:
    with closing(DecisionStore(library)) as store:
        store.change(photo.parent, {key(identity, name): change}, "test", {key(identity, name): Marks()})


def test_marks_of_all_kinds_are_carried_over_without_any_capture_time(library, photo):
    mark(library, photo, OLD, MarkChange(Decision.ACCEPT, 4, Label.RED, "group", True))
    carry_over(library, photo, OLD, NEW)
    assert marks_of(library, photo, NEW) == Marks(Decision.ACCEPT, 4, Label.RED, "group", True)
    assert marks_of(library, photo, OLD) == marks_of(library, photo, NEW)


def test_the_later_word_counts_when_the_bytes_come_back(library, photo):
    mark(library, photo, OLD, MarkChange(stars=2))
    carry_over(library, photo, OLD, NEW)
    mark(library, photo, NEW, MarkChange(stars=5))
    carry_over(library, photo, NEW, OLD)
    assert marks_of(library, photo, OLD).stars == 5
    carry_over(library, photo, OLD, NEW)
    assert marks_of(library, photo, NEW).stars == 5


def test_a_copy_beside_it_keeps_its_marks_to_itself(library, photo):
    (photo.parent / "copy.jpg").write_bytes(b"photo")
    mark(library, photo, OLD, MarkChange(Decision.REJECT), name="copy.jpg")
    carry_over(library, photo, OLD, NEW)
    assert marks_of(library, photo, NEW) == Marks()


def test_a_photo_that_was_renamed_takes_its_marks_along(library, photo):
    mark(library, photo, OLD, MarkChange(Decision.REJECT), name="former.jpg")
    carry_over(library, photo, OLD, NEW)
    assert marks_of(library, photo, NEW).decision is Decision.REJECT


def test_scores_sketches_and_what_the_comparator_keeps_are_carried_over(library, photo):
    score = Score(Role.AESTHETIC, 0.5, 5.0, {}, SHA, False, ())
    with closing(ScoreStore(library)) as store:
        store.write([(OLD, "1", CachedScore(score, np.ones(4, np.float32)))])
        store.write_sketches({OLD: np.zeros((2, 3), np.uint8)})
    with closing(PreparedStore(library)) as store:
        store.write({OLD: np.ones(5, np.float32)}, SHA, "1")
    carry_over(library, photo, OLD, NEW)
    with closing(ScoreStore(library)) as store:
        found = store.read([NEW], [CacheKey(Role.AESTHETIC, SHA, "1")])[NEW][Role.AESTHETIC]
        assert (found.score.value, found.features is not None) == (0.5, True)
        assert store.read_sketches([NEW])[NEW].shape == (2, 3)
    with closing(PreparedStore(library)) as store:
        assert np.array_equal(store.read([NEW], SHA, "1")[NEW], np.ones(5, np.float32))


def test_verdicts_keep_their_side_also_when_both_photos_change(library, photo):
    with closing(OpinionStore(library)) as store:
        store.write({(OLD, OTHER): Opinion(0.8, True)}, SHA, "1")
    carry_over(library, photo, OLD, NEW)
    carry_over(library, photo, OTHER, "d" * 32)
    with closing(OpinionStore(library)) as store:
        found = store.read([(NEW, OTHER), (NEW, "d" * 32)], SHA, "1")
    assert {pair: round(opinion.first_over_second, 6) for pair, opinion in found.items()} == {
        (NEW, OTHER): 0.8,
        (NEW, "d" * 32): 0.8,
    }


def test_undo_of_an_older_step_finds_the_photo(library, photo):
    mark(library, photo, OLD, MarkChange(Decision.ACCEPT))
    carry_over(library, photo, OLD, NEW)
    with closing(DecisionStore(library)) as store:
        text, _ = store.undo(photo.parent) or ("", {})
    assert text == "test"
    assert marks_of(library, photo, NEW).decision is Decision.NONE


def test_undo_of_a_step_on_a_copy_finds_the_copy(library, photo):
    (photo.parent / "copy.jpg").write_bytes(b"photo")
    mark(library, photo, OLD, MarkChange(Decision.REJECT), name="copy.jpg")
    carry_over(library, photo, OLD, NEW)
    with closing(DecisionStore(library)) as store:
        store.undo(photo.parent)
    assert marks_of(library, photo, OLD, "copy.jpg") == Marks()


def test_a_library_that_cannot_be_written_says_so_and_holds_nothing_new(library, photo, monkeypatch):
    mark(library, photo, OLD, MarkChange(Decision.ACCEPT))
    monkeypatch.setattr("engine.library.successors._CACHED", ("INSERT INTO nowhere VALUES (:old)",))
    with pytest.raises(LibraryError, match="could not be kept"):
        carry_over(library, photo, OLD, NEW)
    assert marks_of(library, photo, NEW) == Marks()


def test_a_photo_without_capture_time_loses_its_marks_without_this(library, photo):
    """What the carrying over is for: other bytes are another identity."""
    old = identity_of(read_ends(photo))
    mark(library, photo, old, MarkChange(Decision.ACCEPT))
    photo.write_bytes(b"photo with XMP")
    new = identity_of(read_ends(photo))
    assert new != old and marks_of(library, photo, new) == Marks()
