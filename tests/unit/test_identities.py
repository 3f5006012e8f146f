"""A window that was open before marks were written into photos holds former identities: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.library.decisions import DecisionStore
from engine.library.history import UNKNOWN
from engine.library.marks import MarkChange, PhotoKey
from engine.library.successors import carry_over
from engine.types import Decision, Marks

OLD, NEW, NEXT = "a" * 32, "5" * 32, "b" * 32
ACCEPT, REJECT = MarkChange(Decision.ACCEPT), MarkChange(Decision.REJECT)


def key(identity: str, name: str = "a.jpg", taken: str | None = None) -> PhotoKey:
    return PhotoKey(0, name, identity, taken)


def seen(store: DecisionStore, album: Path, held: PhotoKey) -> Marks:
    return store.marks(album, [held]).get(0, Marks())


def mark(store: DecisionStore, album: Path, held: PhotoKey, change: MarkChange) -> Marks:
    return store.change(album, {held: change}, "test", {held: seen(store, album, held)})[0]


def finder(held: PhotoKey) -> Callable[[PhotoKey], tuple[PhotoKey, Marks]]:
    """Find photos as a window does, which knows its own by identity."""
    return lambda asked: (held if asked.identity == held.identity else asked, Marks())


@pytest.mark.parametrize("taken", [None, "2026-01-02T03:04:05"])
def test_a_decision_of_a_window_that_holds_the_former_identity_is_seen_by_the_next(library, photo, taken):
    album = photo.parent
    with closing(DecisionStore(library)) as store:
        mark(store, album, key(OLD, taken=taken), ACCEPT)
        carry_over(library, photo, OLD, NEW)
        mark(store, album, key(OLD, taken=taken), REJECT)
    with closing(DecisionStore(library)) as store:
        assert seen(store, album, key(NEW, taken=taken)).decision is Decision.REJECT


def test_a_first_decision_after_the_bytes_changed_is_kept_too(library, photo):
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        store.decide(photo.parent, {key(OLD): Decision.REJECT})
        assert seen(store, photo.parent, key(NEW)).decision is Decision.REJECT


def test_windows_with_either_identity_do_not_take_from_each_other(library, photo):
    album = photo.parent
    with closing(DecisionStore(library)) as store:
        mark(store, album, key(OLD), ACCEPT)
        carry_over(library, photo, OLD, NEW)
        mark(store, album, key(NEW), MarkChange(stars=5))
        both = store.change(album, {key(OLD): REJECT}, "test", {key(OLD): Marks(Decision.ACCEPT)})[0]
        assert both == seen(store, album, key(OLD)) == seen(store, album, key(NEW))
        assert both == Marks(Decision.REJECT, stars=5)


def test_identities_are_followed_through_many_changes_and_back(library, photo):
    album = photo.parent
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        carry_over(library, photo, NEW, NEXT)
        mark(store, album, key(OLD), MarkChange(stars=1))
        assert seen(store, album, key(NEXT)).stars == 1
        carry_over(library, photo, NEXT, OLD)  # the original is back
        for stars, held in enumerate((NEW, NEXT, OLD), start=2):
            mark(store, album, key(held), MarkChange(stars=stars))
            assert [seen(store, album, key(each)).stars for each in (OLD, NEW, NEXT)] == [stars] * 3


def test_a_file_that_was_not_changed_after_all_keeps_its_marks_in_another_place_too(library, photo, tmp_path):
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        mark(store, photo.parent, key(OLD), REJECT)
        photo.parent.rename(tmp_path / "moved")
        assert seen(store, tmp_path / "moved", key(OLD)).decision is Decision.REJECT


def test_an_album_opened_through_another_folder_is_the_same(library, photo, tmp_path):
    (tmp_path / "link").symlink_to(photo.parent)
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        mark(store, tmp_path, key(OLD, "album/a.jpg"), REJECT)
        mark(store, tmp_path / "link", key(OLD), MarkChange(stars=3))
        assert seen(store, tmp_path, key(NEW, "album/a.jpg")).decision is Decision.REJECT
        assert seen(store, tmp_path / "link", key(NEW)).stars == 3


def test_a_copy_that_was_not_written_into_keeps_to_itself(library, photo):
    album = photo.parent
    (album / "copy.jpg").write_bytes(b"photo")
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        mark(store, album, key(OLD, "copy.jpg"), REJECT)
        assert seen(store, album, key(NEW)) == Marks()
        assert seen(store, album, key(OLD, "copy.jpg")).decision is Decision.REJECT


@pytest.mark.parametrize(("decider", "undoer"), [(OLD, NEW), (NEW, OLD), (OLD, OLD)])
def test_undo_finds_the_photo_by_either_identity(library, photo, decider, undoer):
    album, held = photo.parent, key(undoer)
    with closing(DecisionStore(library)) as store:
        carry_over(library, photo, OLD, NEW)
        mark(store, album, key(decider), ACCEPT)
        undone = store.undo(album, finder(held))
        assert undone is not None and undone[1] == {0: Marks()}, f"not {UNKNOWN}, which no window shows"
        assert seen(store, album, key(NEW)) == seen(store, album, key(OLD)) == Marks()
        redone = store.redo(album, finder(held))
        assert redone is not None and redone[1][0].decision is Decision.ACCEPT


def test_marks_seen_from_a_copy_in_another_album_are_still_seen(library, photo, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.jpg").write_bytes(b"photo")
    with closing(DecisionStore(library)) as store:
        mark(store, elsewhere, key(OLD), REJECT)
        assert seen(store, photo.parent, key(OLD)).decision is Decision.REJECT
        carry_over(library, photo, OLD, NEW)
        assert seen(store, photo.parent, key(NEW)).decision is Decision.REJECT
