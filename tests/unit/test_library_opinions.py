"""Cached opinions, by pair, checkpoint and version."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.comparing.base import Opinion
from engine.errors import LibraryError
from engine.library.opinions import OpinionStore

A, B = "a" * 64, "b" * 64


@pytest.fixture
def store(tmp_path):
    store = OpinionStore(tmp_path / "library.sqlite3")
    yield store
    store.close()


def test_an_opinion_is_told_in_the_order_that_is_asked_for(store):
    store.write({("y", "x"): Opinion(0.75, True)}, A, "1")
    found = store.read([("x", "y"), ("y", "x"), ("x", "z")], A, "1")
    assert found == {("x", "y"): Opinion(0.25, True), ("y", "x"): Opinion(0.75, True)}


def test_another_checkpoint_or_version_has_its_own(store):
    store.write({("x", "y"): Opinion(0.9, False)}, A, "1")
    store.write({("x", "y"): Opinion(0.1, False)}, B, "1")
    assert store.read([("x", "y")], A, "1") == {("x", "y"): Opinion(0.9, False)}
    assert store.read([("x", "y")], B, "1") == {("x", "y"): Opinion(0.1, False)}
    assert store.read([("x", "y")], A, "2") == {}


def test_byte_identical_photos_may_be_a_pair(store):
    store.write({("x", "x"): Opinion(0.5, False)}, A, "1")
    assert store.read([("x", "x")], A, "1") == {("x", "x"): Opinion(0.5, False)}


identity = st.text("abcdef0123456789", min_size=1, max_size=3)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.tuples(identity, identity), st.integers(0, 1000), max_size=600))
def test_everything_written_is_read_back(store, values):
    opinions = {pair: Opinion(value / 1000, value % 2 == 0) for pair, value in values.items()}
    one_way = {pair: o for pair, o in opinions.items() if pair[::-1] not in opinions or pair[0] <= pair[1]}
    store.write(one_way, A, "1")
    found = store.read(list(one_way), A, "1")
    assert found.keys() == one_way.keys()
    for pair, opinion in one_way.items():
        assert found[pair].first_over_second == pytest.approx(opinion.first_over_second, abs=1e-12)
        assert found[pair].flipped == opinion.flipped


def test_nothing_is_stored_when_the_library_is_locked(tmp_path, store):
    other = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    store._connection.execute("PRAGMA busy_timeout = 10")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="Verdicts could not be cached"):
        store.write({("x", "y"): Opinion(0.9, False)}, A, "1")
    other.execute("ROLLBACK")
    other.close()
    assert store.read([("x", "y")], A, "1") == {}
    store.write({("x", "y"): Opinion(0.9, False)}, A, "1")
    assert len(store.read([("x", "y")], A, "1")) == 1
