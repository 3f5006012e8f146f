"""The embedded default comparator judges by what it kept of photos while they were scored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.comparing.framing import FRAMING
from engine.events import CancelToken, Measured
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.report import CullResult
from engine.settings import load_settings
from engine.types import ModelState, ModelStatus, Role, Verdict

WITHOUT = frozenset({Role.AESTHETIC, Role.PORTRAIT})
AGAIN = "decode for comparator"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is converted of the networks, once for all tests here."""
    return tmp_path_factory.mktemp("networks")


@pytest.fixture
def data_dir(tmp_path: Path, weights_dir: Path, converted: Path) -> DataDir:
    made = DataDir(tmp_path / "data")
    made.converted.parent.mkdir(parents=True)
    made.converted.symlink_to(converted, target_is_directory=True)
    made.models.symlink_to(weights_dir, target_is_directory=True)
    return made


def run(
    album: Path, data_dir: DataDir, without: frozenset[Role] = WITHOUT
) -> tuple[dict[tuple[int, int], Verdict], dict[str, int], ModelStatus]:
    """Return the verdicts by pair, how many photos passed each stage, and the comparator's status."""
    settings = load_settings()
    all_close = settings.album.selection.model_copy(update={"close_range": 1.0})
    settings = settings.model_copy(
        update={"album": settings.album.model_copy(update={"selection": all_close})}
    )
    result, stages = CullResult(album), {}
    for event in cull(CullJob(album, without=without), settings, data_dir, CancelToken()):
        result.take(event)
        if isinstance(event, Measured):
            stages = {name: stage.count for name, stage in event.figures.stages.items()}
    status = next(status for status in result.statuses if status.role is Role.COMPARATOR)
    verdicts = {(v.a, v.b): v for v in result.selection.verdicts if v.source != "composite"}
    return verdicts, stages, status


def forget(data_dir: DataDir, *tables: str) -> None:
    with closing(sqlite3.connect(data_dir.library)) as library, library:
        for table in tables:
            library.execute(f"DELETE FROM {table}")


def assert_same(one: dict[tuple[int, int], Verdict], other: dict[tuple[int, int], Verdict]) -> None:
    assert one.keys() == other.keys()
    for pair, verdict in one.items():
        assert verdict.winner == other[pair].winner
        assert verdict.confidence == pytest.approx(other[pair].confidence, abs=1e-3)


def test_photos_are_not_decoded_again_and_verdicts_are_the_same(small_album: Path, data_dir: DataDir) -> None:
    kept, stages, status = run(small_album, data_dir)
    assert len(kept) >= 3
    assert AGAIN not in stages and "load comparator" not in stages
    assert (status.state, status.scored) == (ModelState.ACTIVE, len(kept))
    assert status.runtime is not None and "what learned quality saw" in status.runtime
    forget(data_dir, "verdicts", "prepared")
    decoded, stages, status = run(small_album, data_dir)
    assert stages[AGAIN] >= 3
    assert status.runtime is not None and "what learned quality saw" not in status.runtime
    assert_same(kept, decoded)


def test_what_is_kept_serves_later_runs(small_album: Path, data_dir: DataDir) -> None:
    first, *_ = run(small_album, data_dir)
    forget(data_dir, "verdicts")
    later, stages, status = run(small_album, data_dir)
    assert AGAIN not in stages
    assert status.scored == len(later)
    assert_same(first, later)


def test_only_photos_of_which_nothing_is_kept_are_decoded(small_album: Path, data_dir: DataDir) -> None:
    first, *_ = run(small_album, data_dir)
    forget(data_dir, "verdicts")
    with closing(sqlite3.connect(data_dir.library)) as library, library:
        rows = library.execute("SELECT identity, vector FROM prepared").fetchall()
        assert {len(vector) for _, vector in rows} == {4 * (2 * 55 + FRAMING)}
        library.execute("DELETE FROM prepared WHERE identity = ?", (rows[0][0],))
    mixed, stages, status = run(small_album, data_dir)
    assert stages.get(AGAIN, 0) <= 1
    assert (status.state, status.failed) == (ModelState.ACTIVE, 0)
    assert_same(first, mixed)


def test_photos_scored_without_a_comparator_are_looked_at_later(small_album: Path, data_dir: DataDir) -> None:
    none, stages, _ = run(small_album, data_dir, WITHOUT | {Role.COMPARATOR})
    assert not none and AGAIN not in stages
    found, stages, status = run(small_album, data_dir)
    assert stages[AGAIN] >= 3
    assert (status.state, status.scored) == (ModelState.ACTIVE, len(found))
