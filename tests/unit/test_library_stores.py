"""What the library cannot read or write is said in words; what it can is read back as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.comparing.base import Opinion
from engine.errors import LibraryError
from engine.library import database
from engine.library.checks import read_check, write_check
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.opinions import OpinionStore
from engine.library.prepared import CHUNK, PreparedStore
from engine.library.scores import CachedScore, CacheKey, ScoreStore
from engine.library.sidecars import SidecarStore
from engine.sidecars.opinions import Seen
from engine.types import Decision, Label, Marks, Role, Score

SHA = "c" * 64
SIDECAR, ALBUM = Path("/shoot/a.xmp"), Path("/shoot")
KEY = CacheKey(Role.AESTHETIC, SHA, "1")
ENTRY = ("id", "1", CachedScore(Score(Role.AESTHETIC, 0.5, 5.5, {}, SHA), None))
HELD = PhotoKey(0, "a.jpg", "id", None)
Store = type[Any]
Act = Callable[[Any], object]

READING = [
    (ScoreStore, "scores", lambda s: s.read(["id"], [KEY]), "Cached scores could not be read"),
    (ScoreStore, "sketches", lambda s: s.read_sketches(["id"]), "Cached scores could not be read"),
    (OpinionStore, "verdicts", lambda s: s.read([("x", "y")], SHA, "1"), "Cached verdicts could not be read"),
    (PreparedStore, "prepared", lambda s: s.read(["id"], SHA, "1"), "comparator keeps .* could not be read"),
    (SidecarStore, "sidecars", lambda s: s.seen([SIDECAR]), "What sidecars held could not be read"),
    (DecisionStore, "decisions", lambda s: s.own_groups(ALBUM, [HELD]), "Groups made by hand could not"),
    (DecisionStore, "decisions", lambda s: s.marks(ALBUM, [HELD]), "Decisions could not be read"),
]
WRITING = [
    (ScoreStore, "scores", lambda s: s.write([ENTRY]), "Scores could not be cached"),
    (
        ScoreStore,
        "sketches",
        lambda s: s.write_sketches({"id": np.zeros((2, 3), np.uint8)}),
        "Scores could not be cached",
    ),
    (OpinionStore, "verdicts", lambda s: s.write({("x", "y"): Opinion(0.5, False)}, SHA, "1"), "Verdicts"),
    (PreparedStore, "prepared", lambda s: s.write({"id": np.ones(3, np.float32)}, SHA, "1"), "be cached"),
    (SidecarStore, "sidecars", lambda s: s.remember([(SIDECAR, {}, Marks())]), "could not be noted"),
    (SidecarStore, "sidecars", lambda s: s.forget(SIDECAR), "could not be noted"),
    (DecisionStore, "decisions", lambda s: s.decide(ALBUM, {HELD: Decision.ACCEPT}), "was not saved"),
]


@pytest.mark.parametrize(("store", "table", "act", "said"), READING + WRITING)
def test_what_cannot_be_read_or_written_is_said(library: Path, store: Store, table: str, act: Act, said: str):
    with closing(store(library)) as opened:
        with closing(sqlite3.connect(library)) as other:
            other.execute(f"DROP TABLE {table}")
            other.commit()
        with pytest.raises(LibraryError, match=said):
            act(opened)


@pytest.mark.parametrize("read", [lambda s: s.read(["id"], [KEY]), lambda s: s.read_sketches(["id"])])
def test_damage_among_the_scores_is_repaired_at_the_next_start(library: Path, read: Act, monkeypatch):
    monkeypatch.setattr(database, "_checked", set())
    with closing(DecisionStore(library)) as store:
        store.change(ALBUM, {HELD: MarkChange(stars=4)}, "4 stars", {HELD: Marks()})
    with closing(ScoreStore(library)) as store:
        content = library.read_bytes()
        library.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        with pytest.raises(LibraryError, match="close Framepick and start it again"):
            read(store)
        library.write_bytes(content)


def test_a_cached_score_is_the_one_that_was_stored_and_says_that_it_is_cached(library: Path):
    with closing(ScoreStore(library)) as store:
        store.write([ENTRY])
    with closing(ScoreStore(library)) as store:
        found = store.read(["id"], [KEY])["id"][Role.AESTHETIC].score
    assert (found.value, found.raw, found.sha256, found.cached) == (0.5, 5.5, SHA, True)


def test_what_the_comparator_keeps_is_read_back_for_any_number_of_photos(library: Path):
    kept = {f"{n:04d}": np.full(3, n, np.float32) for n in range(2 * CHUNK + 1)}
    with closing(PreparedStore(library)) as store:
        store.write(kept, SHA, "1")
        store.write({"0000": np.zeros(3, np.float32)}, "d" * 64, "1")
    with closing(PreparedStore(library)) as store:
        found = store.read([*kept, "unknown"], SHA, "1")
        assert found.keys() == kept.keys()
        assert all(np.array_equal(found[name], vector) for name, vector in kept.items())
        assert store.read(list(kept), SHA, "2") == {}
        assert list(store.read(list(kept), "d" * 64, "1")) == ["0000"]


def test_a_sidecar_is_remembered_until_it_is_forgotten(library: Path):
    marks, other = Marks(Decision.ACCEPT, 4, Label.RED), SIDECAR.with_name("b.xmp")
    with closing(SidecarStore(library)) as store:
        store.remember([(SIDECAR, {"xmp:Rating": "4"}, marks), (other, {}, Marks())])
        store.remember([(other, {"xmp:Label": "Red"}, Marks(label=Label.RED))])
    with closing(SidecarStore(library)) as store:
        assert store.seen([SIDECAR, other, Path("/shoot/c.xmp")]) == {
            SIDECAR: Seen({"xmp:Rating": "4"}, marks),
            other: Seen({"xmp:Label": "Red"}, Marks(label=Label.RED)),
        }
        store.forget(SIDECAR)
        assert list(store.seen([SIDECAR, other])) == [other]


# -- what self-tests found


def test_a_check_is_known_by_hash_and_version_and_replaced_by_a_later_one(library: Path):
    assert read_check(library, SHA, "1") is None
    assert not library.exists(), "asking makes no library"
    write_check(library, SHA, "1", {"verdict": "works"})
    write_check(library, SHA, "2", {"verdict": "reversed"})
    write_check(library, SHA, "1", {"verdict": "chance"})
    assert read_check(library, SHA, "1") == {"verdict": "chance"}
    assert read_check(library, SHA, "2") == {"verdict": "reversed"}
    assert read_check(library, "d" * 64, "1") is None


@pytest.mark.parametrize("stored", ["[]", "{", "3"])
def test_a_remembered_check_that_is_no_report_is_said(library: Path, stored: str):
    write_check(library, SHA, "1", {})
    with closing(sqlite3.connect(library)) as other:
        other.execute("UPDATE checks SET report = ?", (stored,))
        other.commit()
    with pytest.raises(LibraryError, match="remembered check could not be read"):
        read_check(library, SHA, "1")


def test_figures_that_are_no_numbers_are_no_report(library: Path):
    with pytest.raises(ValueError, match="JSON"):
        write_check(library, SHA, "1", {"figure": float("nan")})
    assert read_check(library, SHA, "1") is None


def test_a_check_that_cannot_be_remembered_is_said(library: Path):
    write_check(library, SHA, "1", {})
    with closing(sqlite3.connect(library)) as other:
        other.execute("DROP TABLE checks")
        other.commit()
    with pytest.raises(LibraryError, match="was not remembered"):
        write_check(library, SHA, "1", {})
