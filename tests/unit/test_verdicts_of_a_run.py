"""Verdicts of a run: who is asked about which pair, what is looked at again, and what the next run knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.album.decode import Decoded
from engine.comparing.base import Opinion, Prepared
from engine.errors import ModelError
from engine.events import CancelToken, JobCancelled
from engine.library.opinions import OpinionStore
from engine.library.prepared import PreparedStore
from engine.models.status import StatusBoard, status_of
from engine.scoring.base import ModelInfo
from engine.selection.opinions import Pair
from engine.stages.judging import PAIRS_AT_ONCE, Judging
from engine.telemetry import Telemetry
from engine.types import ModelState, ModelStatus, Photo, Role

SHA, LEVELS = "5" * 64, (40, 90, 140, 190)
BRIGHTER = 0.875


class Brighter:
    """A comparator that is quick: it prefers the brighter photo, and cannot compare a black one."""

    def __init__(self, trouble: Exception | None = None, sha256: str = SHA, device: str = "cuda:0") -> None:
        self.info = ModelInfo(Role.COMPARATOR, "Brighter", "1", sha256=sha256, device=device)
        self.opinion_version = "1"
        self.trouble, self.loaded, self.closed = trouble, 0, False
        self.batches: list[int] = []

    def load(self) -> None:
        self.loaded += 1
        if self.trouble is not None:
            raise self.trouble
        self.info = replace(self.info, runtime="numpy")

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
        self.batches.append(len(images))
        return [np.array([decoded.image.mean()], np.float32) for decoded in images]

    def compare(self, first: Prepared, second: Prepared) -> Opinion:
        if min(first[0], second[0]) < 5:
            raise ModelError("one of them is black")
        return Opinion(BRIGHTER if first[0] > second[0] else 1 - BRIGHTER, False)

    def close(self) -> None:
        self.closed = True


class Run:
    """One run's judging over the photos of a folder."""

    def __init__(self, folder: Path, comparator: Brighter | None) -> None:
        library = folder / "library.sqlite3"
        info = comparator.info if comparator else ModelInfo(Role.COMPARATOR, "none", "1")
        self.board = StatusBoard((status_of(info, ModelState.IDLE),))
        self.telemetry = Telemetry()
        stores = OpinionStore(library), PreparedStore(library)
        self.judging = Judging(comparator, *stores, self.board, self.telemetry, 1)
        files = sorted(folder.glob("*.jpg"))
        self.photos = {n: Photo(n, file.name, (file,)) for n, file in enumerate(files)}
        self.identities = {n: f"id{n}" for n in self.photos}

    def ask(self, *pairs: Pair, cancel: CancelToken | None = None, size: int = 2) -> list[int]:
        token = cancel or CancelToken()
        return list(self.judging.judge(pairs, self.photos, self.identities, size, token))

    @property
    def winners(self) -> dict[Pair, int]:
        found = self.judging.opinions.by_pair
        return {pair: pair[0] if each.first_over_second > 0.5 else pair[1] for pair, each in found.items()}

    @property
    def status(self) -> ModelStatus:
        return self.board.statuses()[0]

    @property
    def decoded(self) -> int:
        stages = self.telemetry.figures(()).stages
        return stages["decode for comparator"].count if "decode for comparator" in stages else 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, level in enumerate(LEVELS):
        Image.new("RGB", (64, 48), (level, level, level)).save(tmp_path / f"{number}.jpg")
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[object]:
    runs: list[Run] = []

    def started(comparator: Brighter | None) -> Run:
        runs.append(Run(folder, comparator))
        return runs[-1]

    yield started
    for run in runs:
        run.judging.close()


def test_each_photo_is_looked_at_once_and_opinions_say_whose_they_are(start):
    comparator = Brighter()
    run = start(comparator)
    assert sum(run.ask((0, 1), (2, 1), (0, 2))) == 3
    assert run.winners == {(0, 1): 1, (2, 1): 2, (0, 2): 2}
    assert run.decoded == sum(comparator.batches) == 3 and comparator.loaded == 1
    opinions = run.judging.opinions
    assert (opinions.source, opinions.sha256, opinions.asking) == ("Brighter", SHA, True)
    assert (run.status.state, run.status.scored, run.status.failed) == (ModelState.ACTIVE, 3, 0)


@pytest.mark.parametrize(("device", "size", "batches"), [("cuda:0", 2, [2, 2]), ("cpu", 2, [1, 1, 1, 1])])
def test_on_a_cpu_photos_are_looked_at_one_by_one(start, device, size, batches):
    comparator = Brighter(device=device)
    run = start(comparator)
    assert run.ask((0, 1), (2, 3), size=size) == batches
    assert comparator.batches == batches and len(run.winners) == 2


def test_what_was_judged_is_known_to_the_next_run_in_either_order(start):
    start(Brighter()).ask((0, 1), (1, 2))
    again = Brighter()
    run = start(again)
    assert run.judging.missing([(1, 0), (0, 3)]) == [(1, 0), (0, 3)]
    assert run.judging.recall([(1, 0), (1, 2), (0, 3)], run.identities)
    assert run.winners == {(1, 0): 1, (1, 2): 2}
    assert run.judging.missing([(0, 1), (1, 0), (2, 1), (0, 3)]) == [(0, 3)]
    assert not run.judging.recall([(0, 1), (0, 3)], run.identities), "nothing new"
    assert (run.status.state, run.status.cached, run.status.scored) == (ModelState.ACTIVE, 2, 0)
    assert not again.loaded


def test_another_file_or_version_knows_nothing_of_it(start):
    start(Brighter()).ask((0, 1))
    newer = Brighter()
    newer.opinion_version = "2"
    for other in (Brighter(sha256="6" * 64), newer):
        run = start(other)
        assert not run.judging.recall([(0, 1)], run.identities)
        assert run.status.state is ModelState.IDLE


def test_without_a_comparator_nobody_is_asked_and_nothing_is_awaited(start):
    run = start(None)
    run.judging.keep({"id0": np.ones(1, np.float32)})
    assert run.judging.missing([(0, 1)]) == [] and not run.judging.recall([(0, 1)], run.identities)
    assert run.ask((0, 1)) == [] and run.decoded == 0
    assert not run.judging.opinions.asking and not run.judging.opinions.by_pair


# -- what was kept when photos were scored


def _kept(*levels: float) -> dict[str, Prepared]:
    return {f"id{number}": np.array([level], np.float32) for number, level in enumerate(levels)}


def test_it_is_said_once_which_file_is_at_work_and_where(start, caplog):
    comparator = Brighter()
    run = start(comparator)
    with caplog.at_level("INFO"):
        run.ask((0, 1))
        run.ask((2, 3))
    assert (run.status.device, run.status.runtime) == ("cuda:0", "numpy")
    told = [line for line in caplog.messages if line.startswith("Loaded Siamese comparison model")]
    assert len(told) == 1 and f"[{SHA}]" in told[0]
    run.judging.close()
    assert comparator.closed


def test_photos_of_which_enough_is_kept_are_not_looked_at(start):
    comparator = Brighter()
    run = start(comparator)
    run.judging.keep(_kept(40, 90, 140))
    assert run.ask((0, 1), (2, 1)) == [0, 3]
    assert run.winners == {(0, 1): 1, (2, 1): 2}
    assert run.decoded == 0 and not comparator.loaded
    assert (run.status.state, run.status.device) == (ModelState.ACTIVE, "cuda:0")


def test_only_the_others_are_looked_at(start):
    comparator = Brighter()
    run = start(comparator)
    run.judging.keep(_kept(40, 90))
    run.ask((0, 1), (1, 2), (2, 3))
    assert run.winners == {(0, 1): 1, (1, 2): 2, (2, 3): 3}
    assert run.decoded == sum(comparator.batches) == 2


def test_what_another_file_kept_is_of_no_use(start):
    start(Brighter(sha256="6" * 64)).judging.keep(_kept(190, 140, 90))
    run = start(Brighter())
    run.ask((0, 1))
    assert run.winners == {(0, 1): 1} and run.decoded == 2


def test_many_pairs_of_kept_photos_stop_between_two_looks_at_the_token(start):
    cancel = CancelToken()
    run = start(Brighter())
    count = 3 * PAIRS_AT_ONCE
    run.identities = {number: f"id{number}" for number in range(count + 1)}
    run.judging.keep(_kept(*range(10, count + 11)))
    pairs = [(number, number + 1) for number in range(count)]
    told = run.judging.judge(pairs, {}, run.identities, 2, cancel)
    assert next(told) == 0 and len(run.winners) == PAIRS_AT_ONCE
    cancel.cancel()
    assert not any(told) or len(run.winners) == PAIRS_AT_ONCE
    assert len(run.winners) == run.status.scored == PAIRS_AT_ONCE


# -- what goes wrong


@pytest.mark.parametrize("pair", [(0, 1), (1, 0)])
def test_a_photo_that_is_gone_costs_its_own_pairs_alone(start, folder: Path, caplog, pair: Pair):
    run = start(Brighter())
    (folder / "1.jpg").unlink()
    run.ask(pair, (0, 2), (2, 3))
    assert run.winners == {(0, 2): 2, (2, 3): 3}
    assert (run.status.scored, run.status.failed) == (2, 1)
    assert run.status.reason == "failed on 1 photo: a photo of a close pair could not be read"
    assert run.judging.opinions.unanswered == {pair}
    assert not run.judging.opinions.awaited(1, 0) and not run.judging.opinions.awaited(0, 1)
    assert run.judging.opinions.awaited(0, 3) and run.judging.opinions.awaited(1, 3)
    assert f"The comparator could not look at {folder / '1.jpg'}: " in caplog.text


def test_a_pair_that_cannot_be_compared_has_no_opinion(start, folder: Path):
    Image.new("RGB", (64, 48)).save(folder / "1.jpg")
    run = start(Brighter())
    run.ask((0, 1), (2, 3))
    assert run.winners == {(2, 3): 3} and run.judging.opinions.unanswered == {(0, 1)}
    assert "one of them is black" in (run.status.reason or "")


def test_a_comparator_that_cannot_be_loaded_is_closed_and_asked_no_more(start):
    comparator = Brighter(ModelError("the file is damaged."))
    run = start(comparator)
    assert run.ask((0, 1)) == []
    assert comparator.closed and run.status.state is ModelState.FAILED
    assert run.status.reason == "the file is damaged. Close pairs are decided by composite."
    assert not run.judging.opinions.asking and run.judging.missing([(0, 1)]) == []
    assert run.ask((0, 1)) == [] and comparator.loaded == 1


def test_one_that_fails_at_work_keeps_what_it_said(start):
    class FailsLater(Brighter):
        def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
            if self.batches:
                raise ModelError("out of memory.")
            return super().prepare(images)

    comparator = FailsLater()
    run = start(comparator)
    assert run.ask((0, 1), (2, 3)) == [2]
    assert run.winners == {(0, 1): 1} and comparator.closed
    assert run.status.state is ModelState.FAILED and "by composite" in (run.status.reason or "")


@pytest.mark.parametrize("trouble", [JobCancelled(), None])
def test_cancelled_while_it_loads_or_before_nothing_failed(start, trouble):
    cancel = CancelToken()
    if trouble is None:
        cancel.cancel()
    comparator = Brighter(trouble)
    run = start(comparator)
    assert run.ask((0, 1), cancel=cancel) == []
    assert run.status.state is ModelState.IDLE and not run.winners and not comparator.closed
    assert comparator.loaded == (0 if trouble is None else 1)


@pytest.mark.parametrize(
    ("table", "said"), [("verdicts", "the next run has to compare again"), ("prepared", "looked at again")]
)
def test_what_cannot_be_kept_is_right_and_it_is_said(start, folder: Path, table: str, said: str):
    comparator = Brighter()
    run = start(comparator)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as other, other:
        other.execute(f"ALTER TABLE {table} RENAME TO gone")
    if table == "prepared":
        run.judging.keep(_kept(40, 90))
    else:
        run.ask((0, 1))
        assert run.winners == {(0, 1): 1}
    assert [said in note for note in run.judging.notes()] == [True]
    comparator.info = replace(comparator.info, note="no GPU was found")
    assert run.judging.notes()[-1] == "no GPU was found" and len(run.judging.notes()) == 2
