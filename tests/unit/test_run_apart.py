"""Runs in a process of their own: the same as in this one, and nothing is lost where the process dies."""

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from engine import run_apart
from engine.errors import EngineError
from engine.events import (
    AlbumListed,
    CancelToken,
    Finished,
    ModelsChanged,
    Notice,
    PhotoScored,
    PhotosInspected,
    Progress,
    Selected,
)
from engine.library.decisions import DecisionStore
from engine.paths import PROJECT_ROOT, DataDir
from engine.pipeline import CullJob
from engine.run_apart import EngineProcess
from engine.run_batches import run_in_batches
from engine.settings import load_settings
from engine.types import Role
from tests.photos import many_links


@pytest.fixture
def process() -> Iterator[EngineProcess]:
    made = EngineProcess()
    yield made
    made.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def run(
    process: EngineProcess, job: CullJob, data_dir: DataDir, cancel: CancelToken | None = None
) -> Generator:
    for batch in process.run_in_batches(job, load_settings(), data_dir, cancel or CancelToken()):
        yield from batch


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def what(events: list, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def last_statuses(events: list) -> tuple:
    return what(events, ModelsChanged)[-1].statuses


def test_a_run_apart_finds_what_one_in_this_process_finds(process, small_album, data_dir, tmp_path):
    apart = list(run(process, CullJob(small_album), data_dir))
    batches = run_in_batches(
        CullJob(small_album), load_settings(), DataDir(tmp_path / "other"), CancelToken()
    )
    here = [event for batch in batches for event in batch]
    assert what(apart, Selected)[-1] == what(here, Selected)[-1]
    told = [[(s.role, s.state, s.scored) for s in last_statuses(events)] for events in (apart, here)]
    assert told[0] == told[1]
    values = [{e.photo_id: e.scores[0].value for e in what(found, PhotoScored)} for found in (apart, here)]
    assert values[0] == values[1]
    assert len(values[0]) == 9
    assert isinstance(apart[-1], Finished)


def test_one_process_runs_one_album_after_another(process, small_album, data_dir):
    for _ in range(2):
        assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)
    assert len(children()) == 1


def test_what_the_process_logs_is_logged_here(process, small_album, data_dir, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("engine"), "propagate", True)
    with caplog.at_level(logging.INFO, "engine"):
        list(run(process, CullJob(small_album), data_dir))
    assert any("Model Status" in record.getMessage() for record in caplog.records)


def test_what_fails_a_run_is_told_in_its_words_and_the_next_one_runs(
    process, small_album, data_dir, tmp_path
):
    with pytest.raises(EngineError, match="nowhere"):
        list(run(process, CullJob(tmp_path / "nowhere"), data_dir))
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_a_crash_is_told_and_the_next_run_has_a_new_process(process, small_album, data_dir, tmp_path):
    album = many_links(small_album, tmp_path / "links", 300)
    events = run(process, CullJob(album), data_dir)
    scored = 0
    with pytest.raises(EngineError, match=r"crashed \(signal 9\).*read the album again"):
        for event in events:
            scored += isinstance(event, PhotoScored)
            if scored == 5:
                children()[0].kill()
    again = list(run(process, CullJob(album), data_dir))
    assert isinstance(again[-1], Finished)
    assert max(status.cached for status in last_statuses(again)) >= 5, "what was scored before it is kept"


@pytest.mark.parametrize(("ask", "read"), [(CancelToken.only_read, 9), (CancelToken.cancel, 0)])
def test_what_is_wanted_as_a_run_is_begun_is_obeyed_from_the_start(
    process, small_album, data_dir, ask: Callable[[CancelToken], None], read: int
):
    list(run(process, CullJob(small_album, infer=False), data_dir))  # it has started, and waits for orders
    cancel = CancelToken()
    ask(cancel)
    events = list(run(process, CullJob(small_album), data_dir, cancel))
    assert events[-1].cancelled and not what(events, PhotoScored)
    assert sum(len(event.inspected) for event in what(events, PhotosInspected)) == read


def test_a_run_that_is_cancelled_ends_and_says_so(process, small_album, data_dir, tmp_path):
    album, cancel = many_links(small_album, tmp_path / "links", 900), CancelToken()
    events = []
    for event in run(process, CullJob(album), data_dir, cancel):
        events.append(event)
        if isinstance(event, PhotoScored):
            cancel.cancel()
    assert events[-1].cancelled
    assert len(what(events, PhotoScored)) < 600


def test_a_role_that_is_switched_off_meanwhile_is_off(process, small_album, data_dir, tmp_path):
    job = CullJob(many_links(small_album, tmp_path / "links", 300))
    scored = 0
    for event in run(process, job, data_dir):
        scored += isinstance(event, PhotoScored) and bool(event.scores)
        if scored == 3:
            job.switches.turn(Role.QUALITY, on=False)
    assert 3 <= scored < 200


def test_a_role_that_was_off_before_stays_off(process, small_album, data_dir):
    job = CullJob(small_album)
    job.switches.turn(Role.QUALITY, on=False)
    assert not any(event.scores for event in what(list(run(process, job, data_dir)), PhotoScored))


def test_groups_changed_by_hand_are_seen_by_a_run_at_work(process, small_album, data_dir, tmp_path):
    job = CullJob(many_links(small_album, tmp_path / "links", 120))
    selections = 0
    for event in run(process, job, data_dir):
        selections += isinstance(event, Selected)
        if isinstance(event, Progress) and event.stage == "score":
            job.regrouped.count = event.done // 5
    assert selections > 10, "by itself it selects every three seconds, and this takes a few"


def test_a_repair_made_here_is_told_by_the_run(process, small_album, data_dir):
    data_dir.library.parent.mkdir(parents=True)
    data_dir.library.write_bytes(b"no library at all" * 100)
    DecisionStore(data_dir.library).close()
    notices = what(list(run(process, CullJob(small_album), data_dir)), Notice)
    assert any("library" in notice.text for notice in notices)


def test_nothing_is_left_when_it_is_closed(process, small_album, data_dir):
    list(run(process, CullJob(small_album), data_dir))
    assert children()
    process.close()
    assert not children()
    process.close()  # once more does no harm


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_process_ends_when_the_program_was_killed():
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from engine.run_apart import EngineProcess\n"
        "made = EngineProcess(); made.get_ready(); print(made._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(PROJECT_ROOT)], stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        engine = int(started.stdout.readline())
        started.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while psutil.pid_exists(engine) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = psutil.pid_exists(engine)
    with suppress(ProcessLookupError):
        os.kill(engine, signal.SIGKILL)
    assert not left


def test_ctrl_c_in_the_terminal_is_left_to_the_window(process, small_album, data_dir):
    process.get_ready()
    list(run(process, CullJob(small_album), data_dir))
    children()[0].send_signal(signal.SIGINT)
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)
    assert len(children()) == 1


def test_a_process_that_died_between_two_runs_is_replaced(process, small_album, data_dir):
    list(run(process, CullJob(small_album), data_dir))
    children()[0].kill()
    children()[0].wait(10)
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_nothing_of_a_run_that_nobody_heard_to_the_end_gets_into_the_next(
    process, small_album, data_dir, tmp_path
):
    left = run(process, CullJob(many_links(small_album, tmp_path / "links", 300)), data_dir)
    next(left)
    left.close()
    events = list(run(process, CullJob(small_album), data_dir))
    assert [len(event.photos) for event in what(events, AlbumListed)] == [9]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_hangs_is_ended_some_time_after_it_was_asked_to_stop(
    process, small_album, data_dir, monkeypatch
):
    monkeypatch.setattr(run_apart, "LET_GO", 0.5)
    process.get_ready()
    children()[0].send_signal(signal.SIGSTOP)
    cancel = CancelToken()
    cancel.cancel()
    rescue = threading.Timer(20, children()[0].kill)  # where nobody else ends it
    rescue.start()
    began = time.monotonic()
    with pytest.raises(EngineError, match="signal 9"):
        list(run(process, CullJob(small_album), data_dir, cancel))
    assert time.monotonic() - began < 10
    rescue.cancel()
    rescue.join()
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_a_process_that_is_silent_for_long_is_waited_for_while_it_is_wanted(
    process, small_album, data_dir, monkeypatch
):
    monkeypatch.setattr(run_apart, "LET_GO", 0.0)
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_a_process_that_cannot_be_started_is_said_by_the_run(
    process, small_album, data_dir, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(tmp_path / "gone"))
        process.get_ready()
        with pytest.raises(EngineError, match="cannot be started: No such file"):
            list(run(process, CullJob(small_album), data_dir))
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_what_lies_in_the_folder_that_it_is_started_from_is_not_run(
    process, small_album, data_dir, tmp_path, monkeypatch
):
    for name in ("numpy", "logging", "pickle"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert isinstance(list(run(process, CullJob(small_album), data_dir))[-1], Finished)


def test_a_window_that_dies_in_the_middle_of_an_order_is_taken_for_gone():
    half = pickle.dumps(["an order"] * 100)[:50]
    command = [sys.executable, "-c", run_apart._COMMAND, str(PROJECT_ROOT)]
    ended = subprocess.run(command, input=half, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in ended.stderr
