"""A photographer's own file that was never seen before is asked once what it knows, when all else is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.checking.knowledge import Verdict
from engine.checking.known_pairs import known_photos
from engine.events import CancelToken, Composed, Event, ModelsChanged, PhotoScored, Progress
from engine.models.registry import idle_statuses
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings, load_settings
from engine.switches import RoleSwitches
from engine.types import ModelState, ModelStatus, Role
from tests.unit import ava_files, siamese_files

WARNING = f"self-test: {Verdict.SAME.value}"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An AVA file and a Siamese file that answer the same whatever they see."""
    folder = tmp_path_factory.mktemp("checkpoints")
    backbone = ava_files.random_backbone()
    state = ava_files.state_of(backbone, ava_files.random_head([16], 1, nn.ReLU))
    state["head.3.weight"] = torch.zeros_like(state["head.3.weight"])
    found = {"ava": folder / "ava.pt", "siamese": folder / "siamese.pt"}
    config = ava_files.config_of([16], "regression") | {"transform": ava_files.SMALL_TRANSFORM}
    torch.save(ava_files.file_content(state, config), found["ava"])
    content = siamese_files.file_content(
        siamese_files.constant_state(backbone), siamese_files.config_of("resnet50", [])
    )
    torch.save(content, found["siamese"])
    return found


@pytest.fixture
def settings(files: dict[str, Path], tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text(
        "quality_assessment:\n"
        f"  ava_checkpoint: {files['ava']}\n"
        f"  siamese_checkpoint: {files['siamese']}\n"
        "  siamese_polarity: first\n"
        "album:\n  selection:\n    close_range: 1.0\n"
        "performance:\n  runtime: torch\n",
        encoding="utf-8",
    )
    return load_settings(config)


@pytest.fixture
def album(small_album: Path) -> Path:
    """Two frames of one moment."""
    for file in sorted(small_album.iterdir())[2:]:
        file.unlink()
    return small_album


@pytest.fixture(autouse=True)
def one_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    found = known_photos()
    few = replace(found, photos=found.photos[:1])
    monkeypatch.setattr("engine.stages.new_files.known_photos", lambda: few)


def job(album: Path, **changed) -> CullJob:
    return CullJob(album, **{"without": frozenset({Role.PORTRAIT}), "check_new": True} | changed)


def run(job: CullJob, settings: Settings, data_dir: DataDir) -> tuple[list[Event], dict[Role, ModelStatus]]:
    events = list(cull(job, settings, data_dir, CancelToken()))
    (*_, last) = (event for event in events if isinstance(event, ModelsChanged))
    return events, {status.role: status for status in last.statuses}


def checks(events: list[Event]) -> list[int]:
    return [n for n, event in enumerate(events) if isinstance(event, Progress) and event.stage == "check"]


def test_new_files_are_asked_once_after_everything_and_the_warning_stays(
    album: Path, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data_dir = DataDir(tmp_path / "data")
    events, statuses = run(job(album), settings, data_dir)
    composed = next(n for n, event in enumerate(events) if isinstance(event, Composed))
    scored = max(n for n, event in enumerate(events) if isinstance(event, PhotoScored))
    assert len(checks(events)) == 4 and scored < composed < min(checks(events))
    for role in (Role.AESTHETIC, Role.COMPARATOR):
        assert statuses[role].state is ModelState.ACTIVE
        assert statuses[role].warning == WARNING
        assert (statuses[role].sha256 or "?") in caplog.text and Verdict.SAME.value in caplog.text
    later = {status.role: status for status in idle_statuses(settings, data_dir)}
    assert later[Role.AESTHETIC].warning == later[Role.COMPARATOR].warning == WARNING
    again, statuses = run(job(album), settings, data_dir)
    assert checks(again) == [] and statuses[Role.AESTHETIC].warning == WARNING


def test_only_what_is_asked_for_and_on_is_checked(album: Path, settings: Settings, tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path / "data")
    assert checks(run(job(album, check_new=False), settings, data_dir)[0]) == []
    without = frozenset({Role.PORTRAIT, Role.COMPARATOR, Role.AESTHETIC})
    assert checks(run(job(album, without=without), settings, data_dir)[0]) == []
    switches = RoleSwitches()
    switches.turn(Role.COMPARATOR, on=False)
    switches.turn(Role.AESTHETIC, on=False)
    events, statuses = run(job(album, switches=switches), settings, data_dir)
    assert statuses[Role.AESTHETIC].warning is None
    assert checks(events) == []


def test_a_check_that_is_cancelled_is_made_after_another_run(
    album: Path, settings: Settings, tmp_path: Path
) -> None:
    data_dir, cancel = DataDir(tmp_path / "data"), CancelToken()
    alone = job(album, without=frozenset({Role.PORTRAIT, Role.COMPARATOR, Role.QUALITY}))
    for event in cull(alone, settings, data_dir, cancel):
        if isinstance(event, Progress) and event.stage == "check":
            cancel.cancel()
    _, statuses = run(alone, settings, data_dir)
    assert statuses[Role.AESTHETIC].warning == WARNING
