"""Decisions are on disk when `decide` returns, and survive what happens to files."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import LibraryError
from engine.library.decisions import DecisionStore, PhotoKey
from engine.types import Decision

ALBUM = Path("/shoot")


def _key(number: int, identity: str, name: str = "", taken: str | None = "2026-06-01T12:00:00") -> PhotoKey:
    return PhotoKey(number, name or f"IMG_{number}.JPG", identity, taken)


def _decide(library: Path, key: PhotoKey, decision: Decision, album: Path = ALBUM) -> None:
    store = DecisionStore(library)
    store.decide(album, {key: decision})
    store.close()


def _read(library: Path, *keys: PhotoKey, album: Path = ALBUM) -> dict[int, Decision]:
    store = DecisionStore(library)
    try:
        return store.decisions(album, keys)
    finally:
        store.close()


def test_a_decision_is_there_for_another_connection_at_once(library: Path):
    store = DecisionStore(library)
    store.decide(ALBUM, {_key(1, "aa"): Decision.ACCEPT})
    assert _read(library, _key(1, "aa")) == {1: Decision.ACCEPT}
    store.close()


def test_a_later_decision_replaces_an_earlier_one_and_none_clears_it(library: Path):
    _decide(library, _key(1, "aa"), Decision.ACCEPT)
    _decide(library, _key(1, "aa"), Decision.REJECT)
    assert _read(library, _key(1, "aa")) == {1: Decision.REJECT}
    _decide(library, _key(1, "aa"), Decision.NONE)
    assert _read(library, _key(1, "aa")) == {}


def test_survives_a_renamed_file(library: Path):
    _decide(library, _key(1, "aa", "IMG_1.JPG"), Decision.ACCEPT)
    assert _read(library, _key(7, "aa", "wedding-001.jpg")) == {7: Decision.ACCEPT}


def test_survives_a_moved_album(library: Path):
    _decide(library, _key(1, "aa"), Decision.REJECT)
    assert _read(library, _key(1, "aa"), album=Path("/backup/shoot")) == {1: Decision.REJECT}


def test_survives_a_header_that_another_program_rewrote(library: Path):
    _decide(library, _key(1, "aa"), Decision.ACCEPT)
    assert _read(library, _key(1, "changed")) == {1: Decision.ACCEPT}


def test_another_shot_of_the_same_name_does_not_inherit(library: Path):
    _decide(library, _key(1, "aa"), Decision.ACCEPT)
    assert _read(library, _key(1, "bb", taken="2026-06-02T09:00:00")) == {}


def test_byte_identical_copies_in_one_album_are_decided_apart(library: Path):
    first, second = _key(1, "aa", "a.jpg"), _key(2, "aa", "copy of a.jpg")
    _decide(library, first, Decision.REJECT)
    assert _read(library, first, second) == {1: Decision.REJECT}
    _decide(library, second, Decision.ACCEPT)
    assert _read(library, first, second) == {1: Decision.REJECT, 2: Decision.ACCEPT}


def test_a_failed_write_stores_none_of_the_batch(library: Path, monkeypatch: pytest.MonkeyPatch):
    store = DecisionStore(library)
    blocker = sqlite3.connect(library, isolation_level=None)
    blocker.execute(
        "CREATE TRIGGER full BEFORE INSERT ON decisions WHEN NEW.identity = 'bb' "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with pytest.raises(LibraryError, match="not saved: disk full"):
        store.decide(ALBUM, {_key(1, "aa"): Decision.ACCEPT, _key(2, "bb"): Decision.ACCEPT})
    assert store.decisions(ALBUM, [_key(1, "aa"), _key(2, "bb")]) == {}
    blocker.close()
    store.close()


def test_each_album_has_its_own_word_on_a_photo_of_the_same_bytes_and_name(library: Path):
    key = _key(1, "aa", taken=None)
    _decide(library, key, Decision.ACCEPT)
    _decide(library, key, Decision.REJECT, Path("/backup"))
    assert _read(library, key) == {1: Decision.ACCEPT}
    assert _read(library, key, album=Path("/backup")) == {1: Decision.REJECT}


def test_a_newer_library_is_refused_and_left_alone(library: Path):
    connection = sqlite3.connect(library)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    before = library.read_bytes()
    with pytest.raises(LibraryError, match="newer Framepick"):
        DecisionStore(library)
    assert library.read_bytes()[:100][60:64] == before[:100][60:64]


DECISIONS = st.sampled_from(list(Decision))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), DECISIONS), max_size=20))
def test_the_last_word_on_every_photo_is_what_is_read(tmp_path_factory, said: list[tuple[int, Decision]]):
    library = tmp_path_factory.mktemp("library") / "l.sqlite3"
    store = DecisionStore(library)
    for number, decision in said:
        store.decide(ALBUM, {_key(number, f"id{number}"): decision})
    store.close()
    expected = {number: decision for number, decision in said}
    found = _read(library, *(_key(n, f"id{n}") for n in range(6)))
    assert found == {n: d for n, d in expected.items() if d is not Decision.NONE}
