"""The score cache gives back what was stored, and only for the very model that made it."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import LibraryError
from engine.library.scores import CachedScore, CacheKey, ScoreStore
from engine.types import Face, Role, Score

KEY = CacheKey(Role.PORTRAIT, "f" * 64, "v1")


@pytest.fixture
def store(tmp_path: Path):
    store = ScoreStore(tmp_path / "library.sqlite3")
    yield store
    store.close()


def _score(**changes) -> Score:
    values = {"role": Role.PORTRAIT, "value": 0.75, "raw": None, "details": {"faces": 1}, "sha256": "f" * 64}
    return Score(**{**values, **changes})


def test_round_trip_with_faces_and_features(store: ScoreStore):
    face = Face((0.1, 0.2, 0.3, 0.4), None, 0.5, 0.9, prominent=False)
    features = np.linspace(0, 1, 16, dtype=np.float32)
    store.write([("id", "v1", CachedScore(_score(faces=(face,)), features))])
    found = store.read(["id"], [KEY])["id"][Role.PORTRAIT]
    assert found.score == _score(faces=(face,), cached=True)
    assert found.features is not None
    np.testing.assert_allclose(found.features, features, atol=1e-3)


@pytest.mark.parametrize(
    "other",
    [
        CacheKey(Role.PORTRAIT, "0" * 64, "v1"),
        CacheKey(Role.PORTRAIT, "f" * 64, "v2"),
        CacheKey(Role.QUALITY, "f" * 64, "v1"),
        CacheKey(Role.PORTRAIT, None, "v1"),
    ],
)
def test_another_checkpoint_version_or_role_finds_nothing(store: ScoreStore, other: CacheKey):
    store.write([("id", "v1", CachedScore(_score(), None))])
    assert store.read(["id"], [other]) == {"id": {}}


def test_changing_one_checkpoint_leaves_the_scores_of_others(store: ScoreStore):
    quality = Score(Role.QUALITY, 0.4, 0.4)
    store.write([("id", "v1", CachedScore(_score(), None)), ("id", "rules", CachedScore(quality, None))])
    found = store.read(["id"], [CacheKey(Role.PORTRAIT, "new", "v1"), CacheKey(Role.QUALITY, None, "rules")])
    assert set(found["id"]) == {Role.QUALITY}


def test_sketches_round_trip(store: ScoreStore):
    sketch = np.arange(48 * 64, dtype=np.uint8).reshape(48, 64)
    store.write_sketches({"id": sketch})
    np.testing.assert_array_equal(store.read_sketches(["id", "absent"])["id"], sketch)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text("0123456789abcdef", min_size=1, max_size=8), st.floats(0, 1), max_size=30))
def test_any_set_of_values_is_read_back(tmp_path_factory, values: dict[str, float]):
    store = ScoreStore(tmp_path_factory.mktemp("library") / "l.sqlite3")
    store.write([(i, "v1", CachedScore(_score(value=v), None)) for i, v in values.items()])
    found = store.read(list(values), [KEY])
    store.close()
    assert {i: entry[Role.PORTRAIT].score.value for i, entry in found.items()} == values


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE scores SET details = '{\"faces\": 1'",
        "UPDATE scores SET faces = '[{\"box\": 1}]'",
        "UPDATE scores SET faces = '[[1, 2]]'",
        "UPDATE scores SET features = x'00'",
    ],
)
def test_a_row_that_makes_no_sense_counts_as_none_and_is_named(
    store: ScoreStore, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
):
    good = CachedScore(_score(), np.ones(4, np.float32))
    store.write([("id", "v1", good)])
    with sqlite3.connect(tmp_path / "library.sqlite3") as other:
        other.execute(damage)
    assert store.read(["id"], [KEY]) == {"id": {}}
    assert "id" in caplog.text
    store.write([("id", "v1", good)])
    assert store.read(["id"], [KEY])["id"][Role.PORTRAIT].score.value == 0.75


def test_a_sketch_that_makes_no_sense_counts_as_none(store: ScoreStore, tmp_path: Path):
    store.write_sketches({"a": np.zeros((48, 64), np.uint8), "b": np.ones((48, 64), np.uint8)})
    with sqlite3.connect(tmp_path / "library.sqlite3") as other:
        other.execute("UPDATE sketches SET width = 63 WHERE identity = 'a'")
    assert set(store.read_sketches(["a", "b"])) == {"b"}


def test_sketches_that_cannot_be_read_are_told_of_as_such(store: ScoreStore, tmp_path: Path):
    with sqlite3.connect(tmp_path / "library.sqlite3") as other:
        other.execute("DROP TABLE sketches")
    with pytest.raises(LibraryError, match="could not be read"):
        store.read_sketches(["a"])
