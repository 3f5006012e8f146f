"""The figures of a run: what each stage did, and which model was at work; one file per run."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from engine import telemetry
from engine.paths import DataDir
from engine.switches import SWITCHED_OFF, RoleSwitches, can_be_switched, is_switched_off, with_switched_off
from engine.telemetry import Figures, Stage, Telemetry, read_telemetry, write_telemetry
from engine.types import ModelState, ModelStatus, Role

NIMA = ModelStatus(
    Role.AESTHETIC,
    "NIMA MobileNet",
    ModelState.ACTIVE,
    checkpoint="/models/nima.h5",
    sha256="e5" * 32,
    device="cpu",
    runtime="OpenVINO",
    scored=8,
    cached=2,
    failed=1,
    reason="failed on 1 photo: a.jpg: NaN",
    warning="self-test: chance",
)


class _Clock:
    """Stands for the clocks of the system."""

    def __init__(self) -> None:
        self.wall, self.cpu = 100.0, 5.0

    def perf_counter(self) -> float:
        return self.wall

    def thread_time(self) -> float:
        return self.cpu


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(telemetry, "time", clock)
    return clock


def _measured(clock: _Clock) -> Telemetry:
    measured = Telemetry(run="r", _started=clock.wall)
    for count, wall, cpu in ((4, 2.0, 1.0), (6, 3.0, 0.5)):
        with measured.stage("decode", count):
            clock.wall += wall
            clock.cpu += cpu
    return measured


def test_the_times_of_a_stage_add_up(clock: _Clock):
    assert _measured(clock).figures(()).stages == {"decode": Stage(10, 5.0, 1.5)}


def test_a_stage_that_fails_is_counted_with_its_time(clock: _Clock):
    measured = Telemetry()
    with pytest.raises(OSError, match="gone"), measured.stage("decode"):
        clock.wall += 2.0
        raise OSError("gone")
    assert measured.figures(()).stages == {"decode": Stage(1, 2.0, 0.0)}


def test_stages_of_several_threads_lose_no_photo():
    measured, begin = Telemetry(), threading.Barrier(4)

    def work() -> None:
        begin.wait(30)
        for _ in range(500):
            with measured.stage("decode"):
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert measured.figures(()).stages["decode"].count == 2000


def test_figures_are_those_of_the_moment_and_stay_so(clock: _Clock):
    measured = _measured(clock)
    measured.photos = 10
    figures = measured.figures([NIMA])
    with measured.stage("select"):
        clock.wall += 5.0
    measured.photos = 20
    assert (figures.seconds, figures.photos, figures.photos_per_s) == (5.0, 10, 2.0)
    assert list(figures.stages) == ["decode"] and figures.models == (NIMA,)
    assert measured.figures(()).seconds == 10.0


def test_averages_and_rates_also_of_nothing():
    assert (Stage(4, 2.0).average_ms, Stage(4, 2.0).per_second) == (500.0, 2.0)
    assert (Stage().average_ms, Stage().per_second) == (0.0, 0.0)
    assert Stage(0, 0.5).average_ms == 500.0
    assert Figures("r", 0.0, 0, {}, ()).photos_per_s == 0.0


def test_the_file_says_which_model_was_at_work_and_is_whole(tmp_path: Path, clock: _Clock):
    data_dir = DataDir(tmp_path / "data")
    measured = _measured(clock)
    measured.photos = 10
    file = write_telemetry(measured.figures([NIMA]), data_dir)
    assert [path.name for path in data_dir.root.iterdir()] == [Path(file).name] == ["telemetry_r.json"]
    assert read_telemetry(file) == json.loads(Path(file).read_text(encoding="utf-8"))
    assert read_telemetry(file) == {
        "run": "r",
        "seconds": 5.0,
        "photos": 10,
        "photos_per_s": 2.0,
        "stages": {
            "decode": {
                "count": 10,
                "seconds": 5.0,
                "cpu_seconds": 1.5,
                "average_ms": 500.0,
                "per_second": 2.0,
            }
        },
        "models": [
            {
                "role": "aesthetic",
                "name": "NIMA MobileNet",
                "state": "active",
                "checkpoint": "/models/nima.h5",
                "sha256": "e5" * 32,
                "device": "cpu",
                "runtime": "OpenVINO",
                "scored": 8,
                "cached": 2,
                "failed": 1,
                "reason": "failed on 1 photo: a.jpg: NaN",
                "warning": "self-test: chance",
            }
        ],
    }
    assert read_telemetry(None) == {}


def test_runs_of_one_second_have_files_of_their_own():
    assert len({Telemetry().run for _ in range(20)}) > 1


# -- switches: what a run reports of roles that were turned off by hand


@pytest.mark.parametrize(
    ("state", "reason", "can", "says_so"),
    [
        (ModelState.ACTIVE, None, True, False),
        (ModelState.IDLE, None, True, False),
        (ModelState.FAILED, "damaged", True, False),
        (ModelState.MISSING, "not installed", False, False),
        (ModelState.DISABLED, "switched off for this run", False, False),
        (ModelState.DISABLED, SWITCHED_OFF, True, True),
        (ModelState.ACTIVE, SWITCHED_OFF, True, False),
    ],
)
def test_what_can_be_switched(state: ModelState, reason: str | None, can: bool, says_so: bool):
    status = replace(NIMA, state=state, reason=reason)
    assert (can_be_switched(status), is_switched_off(status)) == (can, says_so)
    (off,) = with_switched_off([status], {Role.AESTHETIC})
    assert off == (replace(status, state=ModelState.DISABLED, reason=SWITCHED_OFF) if can else status)
    assert with_switched_off([status], {Role.QUALITY}) == (status,)


def test_each_role_is_switched_by_itself():
    switches = RoleSwitches()
    assert switches.off == frozenset()
    switches.turn(Role.QUALITY, on=True)
    assert switches.off == frozenset()
    switches.turn(Role.QUALITY, on=False)
    switches.turn(Role.PORTRAIT, on=False)
    switches.turn(Role.PORTRAIT, on=False)
    seen = switches.off
    switches.turn(Role.QUALITY, on=True)
    assert switches.off == {Role.PORTRAIT}
    assert seen == {Role.QUALITY, Role.PORTRAIT}, "what a run has read does not change below it"
