"""Close pairs in a run, judged by an owner's Siamese checkpoint that knows something."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.checking.known_pairs import known_photos
from engine.comparing.siamese import SiameseComparator
from engine.events import CancelToken, Composed, Finished, Notice, Progress, Selected
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.models.registry import build_lineup
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.report import CullResult, as_json
from engine.settings import Settings, load_settings
from engine.types import Marks, ModelState, Role
from tests.unit.ava_files import random_backbone
from tests.unit.siamese_files import config_of, constant_state, file_content, knowing_states

RULES_ONLY = frozenset({Role.AESTHETIC, Role.PORTRAIT})
BLURRED = {"IMG_0003.JPG", "IMG_0006.JPG", "IMG_0009.JPG"}
CONFIG = config_of("resnet50", [])


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    """Files by what they know: class 1 means the first photo, the second photo, nothing."""
    folder = tmp_path_factory.mktemp("checkpoints")
    backbone = random_backbone()
    states = {**knowing_states(backbone), "constant": constant_state(backbone)}
    for name, state in states.items():
        torch.save(file_content(state, CONFIG), folder / f"{name}.pt")
    yield {name: folder / f"{name}.pt" for name in states}
    for file in folder.iterdir():
        file.unlink()


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def moment(small_album: Path) -> Path:
    """The first moment of the small album: two sharp frames and a blurred one, three pairs."""
    for file in sorted(small_album.iterdir())[3:]:
        file.unlink()
    return small_album


def state_in(path: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(path, checkpoint_hash(path)).state


def settings_for(checkpoint: Path | None, polarity: str = "first", runtime: str = "torch") -> Settings:
    """By default all photos of a group are close, so that the comparator alone decides."""
    settings = load_settings()
    own = {"siamese_checkpoint": checkpoint, "siamese_polarity": polarity}
    rules = settings.album.selection.model_copy(update={"close_range": 1.0})
    return settings.model_copy(
        update={
            "quality_assessment": settings.quality_assessment.model_copy(update=own),
            "album": settings.album.model_copy(update={"selection": rules}),
            "performance": settings.performance.model_copy(update={"runtime": runtime}),
        }
    )


def run(album: Path, settings: Settings, data_dir: DataDir, without=RULES_ONLY):
    result, events = CullResult(album), []
    for event in cull(CullJob(album, without=without), settings, data_dir, CancelToken()):
        result.take(event)
        events.append(event)
    return result, events


def comparator(result: CullResult):
    return next(status for status in result.statuses if status.role is Role.COMPARATOR)


def picks(result: CullResult) -> set[str]:
    return {photo.name for photo in result.picks}


def verdicts(result: CullResult):
    return [
        (v.a, v.b, v.winner, round(v.confidence, 4), v.source, v.sha256) for v in result.selection.verdicts
    ]


def test_close_pairs_are_judged_and_say_by_what(small_album, checkpoints, data_dir, caplog):
    caplog.set_level(logging.INFO)
    result, events = run(small_album, settings_for(checkpoints["first"]), data_dir)
    status = comparator(result)
    assert (status.state, status.scored, status.cached, status.failed) == (ModelState.ACTIVE, 9, 0, 0)
    assert status.device == "cpu" and status.runtime.startswith("torch") and len(status.sha256) == 64
    assert {(v.source, v.sha256) for v in result.selection.verdicts} == {(status.name, status.sha256)}
    assert status.name == "Siamese comparator (first.pt)"
    assert not BLURRED & picks(result)
    told = [reason for photo in result.picks for reason in result.selection.ranked[photo.id].reasons]
    assert any(r.startswith(("the comparator prefers this one", "can't tell between")) for r in told)
    assert [(e.done, e.total) for e in events if isinstance(e, Progress) and e.stage == "judge"][-1] == (9, 9)
    assert f"Loaded Siamese comparison model: {status.name} [{status.sha256}]" in caplog.text
    stages = json.loads(Path(result.finished.telemetry_file).read_text())["stages"]
    assert (stages["prepare comparator"]["count"], stages["compare"]["count"]) == (9, 9)
    pairs = as_json(result, "cpu", {}, {})["pairs"]
    assert len(pairs) == 9
    for pair in pairs:
        assert pair["winner"] in (pair["a"], pair["b"], None) and 0.5 <= pair["confidence"] <= 1.0
        assert (pair["source"], pair["sha256"]) == (status.name, status.sha256)
    with_blurred = [pair for pair in pairs if BLURRED & {pair["a"], pair["b"]}]
    assert len(with_blurred) == 6 and not {pair["winner"] for pair in with_blurred} & BLURRED


def test_a_second_run_runs_no_model_and_another_checkpoint_its_own(moment, checkpoints, data_dir):
    settings = settings_for(checkpoints["first"])
    first, _ = run(moment, settings, data_dir)
    other, _ = run(moment, settings_for(checkpoints["constant"]), data_dir)
    assert (comparator(other).scored, comparator(other).cached) == (3, 0)
    quality = next(status for status in other.statuses if status.role is Role.QUALITY)
    assert (quality.scored, quality.cached) == (0, 3)
    second, events = run(moment, settings, data_dir)
    status = comparator(second)
    assert (status.state, status.scored, status.cached) == (ModelState.ACTIVE, 0, 3)
    assert verdicts(second) == verdicts(first) and picks(second) == picks(first)
    stages = json.loads(Path(second.finished.telemetry_file).read_text())["stages"]
    assert "load comparator" not in stages and "decode for comparator" not in stages
    at_first = next(event for event in events if isinstance(event, Selected))
    assert at_first.selection.verdicts == first.selection.verdicts, "known before anything is scored"


def test_a_group_merged_by_hand_has_only_its_new_pairs_judged(small_album, checkpoints, data_dir):
    """And until it is, they are awaited; composite orders them meanwhile, under its own name."""
    settings = settings_for(checkpoints["first"])
    first, _ = run(small_album, settings, data_dir)
    merged = {PhotoKey.of(p, first.inspected[p.id]): MarkChange(own_group="one") for p in first.photos[:6]}
    store = DecisionStore(data_dir.library)
    store.change(first.album, merged, "merged", dict.fromkeys(merged, Marks()))
    store.close()
    second, events = run(small_album, settings, data_dir)
    assert [second.selection.ranked[p.id].group for p in second.photos] == [0] * 6 + [1] * 3
    status = comparator(second)
    assert (status.cached, status.scored) == (9, 9), "15 pairs of six photos, six of them known"
    assert not any(verdict.awaited for verdict in second.selection.verdicts)
    before, after = (e.opinions for e in events if isinstance(e, Composed))
    waiting = [v for v in second.selection.verdicts if before.awaited(v.a, v.b)]
    assert len(waiting) == 9 and not any(after.awaited(v.a, v.b) for v in waiting)
    early = next(e.selection for e in events if isinstance(e, Selected))
    assert {v.source for v in early.verdicts if v.awaited} == {"composite"}
    assert sum(v.awaited for v in early.verdicts) == 9


def test_polarity_decides_what_class_one_means(moment, checkpoints, data_dir):
    right, _ = run(moment, settings_for(checkpoints["second"], "second"), data_dir)
    assert not BLURRED & picks(right)
    wrong, _ = run(moment, settings_for(checkpoints["second"], "first"), data_dir)
    assert comparator(wrong).scored == 3, "verdicts of the other polarity are not taken for these"
    winners = {(v.a, v.b): v.winner for v in right.selection.verdicts if v.winner is not None}
    assert winners
    for verdict in wrong.selection.verdicts:
        if (pair := (verdict.a, verdict.b)) in winners:
            assert {verdict.winner, winners[pair]} == set(pair)


def test_a_constant_answer_decides_nothing(moment, checkpoints, data_dir):
    without, _ = run(moment, settings_for(None), data_dir, without=RULES_ONLY | {Role.COMPARATOR})
    result, _ = run(moment, settings_for(checkpoints["constant"]), data_dir)
    assert {(v.winner, round(v.confidence, 6)) for v in result.selection.verdicts} == {(None, 0.5)}
    assert picks(result) == picks(without)


def test_a_checkpoint_that_is_not_there_is_missing_and_the_composite_decides(moment, data_dir):
    result, _ = run(moment, settings_for(Path("/nowhere/best_model.pt")), data_dir)
    status = comparator(result)
    assert (status.state, status.checkpoint) == (ModelState.MISSING, "/nowhere/best_model.pt")
    assert status.reason == (
        "The checkpoint /nowhere/best_model.pt does not exist; correct its path. "
        "Close pairs are decided by composite."
    )
    assert {v.source for v in result.selection.verdicts} == {"composite"}


def test_switched_off_by_the_setting_or_for_a_run(moment, checkpoints, data_dir):
    settings = settings_for(checkpoints["first"])
    rules = settings.album.selection.model_copy(update={"use_siamese_tiebreaker": False})
    off = settings.model_copy(update={"album": settings.album.model_copy(update={"selection": rules})})
    by_setting, _ = run(moment, off, data_dir)
    assert comparator(by_setting).state is ModelState.DISABLED
    assert "use_siamese_tiebreaker" in comparator(by_setting).reason
    by_run, _ = run(moment, settings, data_dir, without=RULES_ONLY | {Role.COMPARATOR})
    assert comparator(by_run).reason == "switched off for this run. Close pairs are decided by composite."
    for result in (by_setting, by_run):
        assert {v.source for v in result.selection.verdicts} == {"composite"}


def test_a_damaged_checkpoint_is_failed_and_the_composite_decides(moment, tmp_path, data_dir):
    (tmp_path / "best_model.pt").write_bytes(b"PK\x03\x04 not really")
    result, _ = run(moment, settings_for(tmp_path / "best_model.pt"), data_dir)
    assert comparator(result).state is ModelState.FAILED
    assert "best_model.pt is damaged" in comparator(result).reason
    assert comparator(result).reason.endswith("Close pairs are decided by composite.")
    assert {v.source for v in result.selection.verdicts} == {"composite"} and len(result.picks) == 1


def test_a_photo_that_vanishes_before_it_is_compared_stops_nothing(moment, checkpoints, data_dir):
    result = CullResult(moment)
    for event in cull(
        CullJob(moment, without=RULES_ONLY), settings_for(checkpoints["first"]), data_dir, CancelToken()
    ):
        result.take(event)
        if isinstance(event, Progress) and event.stage == "judge" and event.done == 0:
            (moment / "IMG_0001.JPG").unlink()
    status = comparator(result)
    assert (status.state, status.scored, status.failed) == (ModelState.ACTIVE, 1, 2)
    sources = [v.source for v in result.selection.verdicts]
    assert sources.count("composite") == 2 and len(result.picks) == 1


def test_cancel_stops_within_a_second_and_keeps_what_was_judged(moment, checkpoints, data_dir):
    settings = settings_for(checkpoints["first"])
    cancel, events, cancelled = CancelToken(), [], 0.0
    for event in cull(CullJob(moment, without=RULES_ONLY), settings, data_dir, cancel):
        events.append(event)
        if isinstance(event, Progress) and event.stage == "judge" and event.done == 2:
            cancel.cancel()
            cancelled = time.process_time()
    assert time.process_time() - cancelled < 1.0, "of CPU time: tests of others may be running"
    assert isinstance(events[-1], Finished) and events[-1].cancelled
    again, _ = run(moment, settings, data_dir)
    assert (comparator(again).cached, comparator(again).scored) == (1, 2)


@pytest.fixture
def one_known_photo(monkeypatch):
    """Only one of the known photos and its copies: all of them take long."""
    found = known_photos()
    few = replace(found, photos=found.photos[:1])
    monkeypatch.setattr("engine.checking.polarity.known_photos", lambda: few)


def test_polarity_is_measured_once_per_file(moment, checkpoints, data_dir, one_known_photo, monkeypatch):
    named, _ = run(moment, settings_for(checkpoints["second"], "second"), data_dir)
    measured, _ = run(moment, settings_for(checkpoints["second"], "auto"), data_dir)
    assert verdicts(measured) == verdicts(named) and comparator(measured).scored == 3
    monkeypatch.setattr("engine.checking.polarity.ask_comparator", None)
    again, _ = run(moment, settings_for(checkpoints["second"], "auto"), data_dir)
    assert (comparator(again).cached, comparator(again).scored) == (3, 0)
    wrong, _ = run(moment, settings_for(checkpoints["second"], "first"), data_dir)
    assert comparator(wrong).reason == (
        "quality_assessment.siamese_polarity says that class 1 means the first photo is better, "
        "but on known pairs it means the second"
    )


def test_where_polarity_cannot_be_told_nothing_is_judged(moment, checkpoints, data_dir, one_known_photo):
    for _ in range(2):  # measured, then remembered
        result, _ = run(moment, settings_for(checkpoints["constant"], "auto"), data_dir)
        status = comparator(result)
        assert (status.state, status.scored) == (ModelState.FAILED, 0)
        assert "(self-test: answers the same whatever it sees). It judges nothing." in status.reason
        assert "set quality_assessment.siamese_polarity to first or second" in status.reason
        assert {v.source for v in result.selection.verdicts} == {"composite"}


def test_measuring_stops_when_the_run_is_cancelled(moment, checkpoints, data_dir, monkeypatch):
    cancel = CancelToken()
    looked = []
    real = SiameseComparator.prepare

    def prepare(self, images):
        looked.append(len(images))
        if len(looked) == 3:
            cancel.cancel()
        return real(self, images)

    monkeypatch.setattr(SiameseComparator, "prepare", prepare)
    job = CullJob(moment, without=RULES_ONLY)
    events = list(cull(job, settings_for(checkpoints["first"], "auto"), data_dir, cancel))
    assert looked == [1, 1, 1] and events[-1].cancelled


def test_openvino_and_torch_judge_alike(moment, checkpoints, data_dir):
    by_torch, _ = run(moment, settings_for(checkpoints["first"]), data_dir)
    other = DataDir(data_dir.root.parent / "other")
    by_openvino, _ = run(moment, settings_for(checkpoints["first"], runtime="openvino"), other)
    assert comparator(by_openvino).runtime.startswith("OpenVINO")
    for one, two in zip(by_torch.selection.verdicts, by_openvino.selection.verdicts, strict=True):
        assert (one.a, one.b) == (two.a, two.b)
        assert one.confidence == pytest.approx(two.confidence, abs=0.02)


def test_numbers_that_overflow_are_failures(moment, checkpoints, data_dir, tmp_path):
    state = state_in(checkpoints["first"])
    state["mlp.0.weight"] = torch.full((2, 2048), 3e38)
    path = tmp_path / "best_model.pt"
    torch.save(file_content(state, CONFIG), path)
    result, _ = run(moment, settings_for(path), data_dir)
    status = comparator(result)
    assert (status.state, status.failed) == (ModelState.FAILED, 3)
    assert status.reason == "the comparator gave no finite number for this pair"
    assert {v.source for v in result.selection.verdicts} == {"composite"}
    path.unlink()


def test_notices_tell_what_had_to_be_assumed(moment, data_dir, tmp_path, checkpoints):
    bare = tmp_path / "bare.pt"
    torch.save(state_in(checkpoints["first"]), bare)
    result, events = run(moment, settings_for(bare), data_dir)
    said = "the file has no config: assumed its photos were prepared as standard"
    assert comparator(result).reason == said
    assert said in [event.text for event in events if isinstance(event, Notice)]
    bare.unlink()


def test_the_lineup_imports_nothing_heavy_and_hashes_the_file(checkpoints, data_dir):
    lineup = build_lineup(settings_for(checkpoints["first"]), data_dir)
    assert lineup.comparator is not None
    status = lineup.statuses[-1]
    assert (status.role, status.state, status.embedded_default) == (Role.COMPARATOR, ModelState.IDLE, False)
    assert status.checkpoint == str(checkpoints["first"])
