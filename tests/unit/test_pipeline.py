"""The run from scan to picks, with the rules alone (no weights) and with all embedded models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.events import (
    AlbumListed,
    CancelToken,
    Event,
    Finished,
    Measured,
    ModelsChanged,
    PhotoFailed,
    PhotoScored,
    PhotosInspected,
    Progress,
    Selected,
)
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.report import CullResult
from engine.settings import Settings, load_settings
from engine.stages import inspecting
from engine.telemetry import Figures
from engine.types import ModelState, Role
from tests.data_dirs import with_models

RULES_ONLY = frozenset({Role.AESTHETIC, Role.PORTRAIT})


@pytest.fixture
def settings() -> Settings:
    return load_settings()


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def full_data_dir(data_dir: DataDir, weights_dir: Path) -> DataDir:
    """A data directory with the weights in it."""
    return with_models(data_dir.root, weights_dir)


def _run(job: CullJob, settings: Settings, data_dir: DataDir) -> tuple[CullResult, list[Event]]:
    result, events = CullResult(job.album), list(cull(job, settings, data_dir, CancelToken()))
    for event in events:
        result.take(event)
    return result, events


def _status(result: CullResult, role: Role):
    return next(status for status in result.statuses if status.role is role)


def _figures(events: list[Event]) -> Figures:
    return [event.figures for event in events if isinstance(event, Measured)][-1]


def test_events_come_in_the_order_that_views_need(small_album: Path, settings, data_dir):
    _, events = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    kinds = [type(event) for event in events]
    assert kinds[0] is AlbumListed
    assert kinds[-1] is Finished
    assert kinds.index(Selected) < kinds.index(PhotoScored), "groups by time are there before any score"
    assert kinds.count(PhotoScored) == 9


def test_what_is_shown_first_is_scored_first(small_album: Path, settings, data_dir):
    for name in ("IMG_0001.JPG", "IMG_0002.JPG"):
        (small_album / name).rename(small_album / f"Z{name}")  # of an earlier camera, say
    result, events = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    scored = [event.photo_id for event in events if isinstance(event, PhotoScored)]
    assert scored == [photo.id for photo in result.in_order]
    assert [photo.name for photo in result.in_order][:3] == ["ZIMG_0001.JPG", "ZIMG_0002.JPG", "IMG_0003.JPG"]


def test_sharp_frames_are_picked_over_blurred_ones(small_album: Path, settings, data_dir):
    result, _ = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    groups = {result.selection.ranked[p.id].group for p in result.photos}
    assert len(groups) == 3
    assert len(result.picks) == 3
    assert not {"IMG_0003.JPG", "IMG_0006.JPG", "IMG_0009.JPG"} & {p.name for p in result.picks}


def test_a_second_run_takes_every_score_from_cache(small_album: Path, settings, data_dir):
    job = CullJob(small_album, without=RULES_ONLY)
    first, _ = _run(job, settings, data_dir)
    second, _ = _run(job, settings, data_dir)
    quality = _status(second, Role.QUALITY)
    assert (quality.scored, quality.cached, quality.state) == (0, 9, ModelState.ACTIVE)
    assert second.selection.order == first.selection.order
    assert all(s.cached for scores in second.scores.values() for s in scores.values())
    assert {i: r.composite for i, r in second.selection.ranked.items()} == {
        i: r.composite for i, r in first.selection.ranked.items()
    }


def test_for_a_role_that_is_switched_off_nothing_is_decoded(small_album: Path, settings, data_dir):
    job = CullJob(small_album, without=RULES_ONLY)
    job.switches.turn(Role.QUALITY, on=False)
    first, second = (_run(job, settings, data_dir)[1] for _ in range(2))
    assert _figures(first).stages["decode"].count == 9, "grouping needs a sketch of each"
    assert (_figures(first).photos, _figures(second).photos) == (9, 9)
    assert "decode" not in _figures(second).stages
    assert not any(event.scores for event in first + second if isinstance(event, PhotoScored))


def test_scores_survive_renamed_files(small_album: Path, settings, data_dir):
    _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    moved = small_album.parent / "renamed"
    small_album.rename(moved)
    for file in moved.iterdir():
        file.rename(moved / f"wedding {file.name.lower()}")
    result, _ = _run(CullJob(moved, without=RULES_ONLY), settings, data_dir)
    assert _status(result, Role.QUALITY).cached == 9


def test_a_bad_file_fails_alone(small_album: Path, settings, data_dir):
    whole = (small_album / "IMG_0002.JPG").read_bytes()
    (small_album / "IMG_0002.JPG").write_bytes(whole[: len(whole) // 2])
    (small_album / "IMG_0005.JPG").write_bytes(b"")
    (small_album / "note.jpg").write_text("not a picture")
    result, events = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    names = {p.id: p.name for p in result.photos}
    failed = {names[e.photo_id]: e.reason for e in events if isinstance(e, PhotoFailed)}
    assert set(failed) == {"IMG_0002.JPG", "IMG_0005.JPG", "note.jpg"}
    assert "truncated" in failed["IMG_0002.JPG"]
    assert "empty" in failed["IMG_0005.JPG"]
    assert _status(result, Role.QUALITY).scored == 7


def test_a_photo_that_vanishes_while_running_fails_alone(small_album: Path, settings, data_dir):
    events: list[Event] = []
    for event in cull(CullJob(small_album, without=RULES_ONLY), settings, data_dir, CancelToken()):
        if isinstance(event, Selected) and not any(isinstance(e, Selected) for e in events):
            (small_album / "IMG_0007.JPG").unlink()
        events.append(event)
    assert [e.reason for e in events if isinstance(e, PhotoFailed)] == ["has disappeared"]
    assert isinstance(events[-1], Finished)


def test_missing_weights_are_missing_and_nothing_takes_their_place(small_album: Path, settings, data_dir):
    result, _ = _run(CullJob(small_album), settings, data_dir)
    for role in (Role.AESTHETIC, Role.PORTRAIT):
        status = _status(result, role)
        assert status.state is ModelState.MISSING
        assert status.scored == 0
        assert status.reason is not None and "models install" in status.reason
    assert all(r.composite_of == (Role.QUALITY,) for r in result.selection.ranked.values())


def test_a_wrong_weights_file_is_never_used(small_album: Path, settings, data_dir):
    data_dir.models.mkdir(parents=True)
    (data_dir.models / "weights_aisthetics.hdf5").write_bytes(b"something else")
    result, _ = _run(CullJob(small_album), settings, data_dir)
    status = _status(result, Role.AESTHETIC)
    assert (status.state, status.scored) == (ModelState.FAILED, 0)
    assert "SHA-256" in (status.reason or "") or "hash" in (status.reason or "")


def test_an_owners_checkpoint_that_is_not_there_is_no_fallback(small_album: Path, settings, full_data_dir):
    own = settings.quality_assessment.model_copy(update={"ava_checkpoint": Path("/nowhere/best_model.pt")})
    changed = settings.model_copy(update={"quality_assessment": own})
    job = CullJob(small_album, without=frozenset({Role.PORTRAIT}))
    result, _ = _run(job, changed, full_data_dir)
    status = _status(result, Role.AESTHETIC)
    assert status.state is ModelState.MISSING
    assert status.checkpoint == "/nowhere/best_model.pt"
    assert "/nowhere/best_model.pt" in (status.reason or "")
    assert len(result.scores) == 9
    assert all(set(scores) == {Role.QUALITY} for scores in result.scores.values())


def test_roles_that_are_switched_off_say_so(small_album: Path, settings, data_dir):
    result, _ = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    assert _status(result, Role.AESTHETIC).state is ModelState.DISABLED


def test_the_comparator_does_not_pretend(small_album: Path, settings, data_dir):
    result, _ = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    assert _status(result, Role.COMPARATOR).state is ModelState.MISSING
    assert result.selection.verdicts
    assert {(v.source, v.sha256) for v in result.selection.verdicts} == {("composite", None)}


@pytest.mark.parametrize(("abandon", "read"), [(False, 9), (True, 0)])
def test_a_run_that_is_only_to_read_reads_all_and_scores_none(
    small_album: Path, settings, data_dir, monkeypatch, abandon: bool, read: int
):
    monkeypatch.setattr(inspecting, "BATCH", 2)
    cancel, inspected, scored = CancelToken(), [], []
    cancel.only_read()
    if abandon:
        cancel.cancel()
    for event in cull(CullJob(small_album, without=RULES_ONLY), settings, data_dir, cancel):
        if isinstance(event, PhotosInspected):
            inspected += event.inspected
        elif isinstance(event, PhotoScored) or (isinstance(event, Progress) and event.stage == "score"):
            scored.append(event)
    assert isinstance(event, Finished) and event.cancelled
    assert (len(inspected), scored) == (read, [])


def test_cancel_stops_soon_and_keeps_what_was_scored(small_album: Path, settings, data_dir):
    small_batches = settings.performance.model_copy(update={"batch_size": 1})
    settings = settings.model_copy(update={"performance": small_batches})
    cancel, events = CancelToken(), []
    for event in cull(CullJob(small_album, without=RULES_ONLY), settings, data_dir, cancel):
        events.append(event)
        if isinstance(event, PhotoScored):
            cancel.cancel()
    assert sum(isinstance(e, PhotoScored) for e in events) == 1
    assert isinstance(events[-1], Finished) and events[-1].cancelled
    result, _ = _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    assert _status(result, Role.QUALITY).cached >= 1


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path, settings, data_dir):
    with pytest.raises(UsageError, match="nowhere"):
        list(cull(CullJob(tmp_path / "nowhere"), settings, data_dir, CancelToken()))


def test_an_album_is_left_as_it_was(small_album: Path, settings, data_dir):
    def state() -> dict[str, tuple[bytes, int]]:
        return {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in small_album.iterdir()}

    before = state()
    _run(CullJob(small_album, without=RULES_ONLY), settings, data_dir)
    assert state() == before


def test_telemetry_tells_stages_and_checkpoints(small_album: Path, settings, full_data_dir):
    result, _ = _run(CullJob(small_album), settings, full_data_dir)
    assert result.finished is not None and result.finished.telemetry_file is not None
    file = Path(result.finished.telemetry_file)
    assert file.parent == full_data_dir.root and file.name.startswith("telemetry_")
    told = json.loads(file.read_text())
    assert told["stages"]["decode"]["count"] == 9
    assert told["stages"]["decode"]["average_ms"] > 0
    by_role = {model["role"]: model for model in told["models"]}
    assert by_role["aesthetic"]["scored"] == 9
    assert by_role["aesthetic"]["sha256"].startswith("e563ad91")


def test_all_embedded_models_score_and_say_with_what(small_album: Path, settings, full_data_dir):
    result, events = _run(CullJob(small_album), settings, full_data_dir)
    first = next(e for e in events if isinstance(e, ModelsChanged))
    assert {s.state for s in first.statuses if s.role is not Role.COMPARATOR} == {ModelState.IDLE}
    for role, prefix in ((Role.AESTHETIC, "e563ad91"), (Role.PORTRAIT, "64184e22")):
        status = _status(result, role)
        assert (status.state, status.scored) == (ModelState.ACTIVE, 9)
        assert (status.sha256 or "").startswith(prefix)
        assert all(scores[role].sha256 == status.sha256 for scores in result.scores.values())
    astronaut = result.scores[0][Role.PORTRAIT]
    assert len(astronaut.faces) == 1
    assert (astronaut.faces[0].eyes_open or 0) > 0.5
    assert (astronaut.faces[0].smile or 0) > 0.5


def test_changing_one_checkpoint_invalidates_only_its_own_scores(
    small_album: Path, settings, full_data_dir, tmp_path: Path
):
    _run(CullJob(small_album), settings, full_data_dir)
    without_portrait = DataDir(tmp_path / "other")
    shutil.copytree(full_data_dir.root, without_portrait.root, symlinks=True)
    without_portrait.models.unlink()
    shutil.copytree(full_data_dir.models, without_portrait.models)
    (without_portrait.models / "face_landmarker.task").unlink()
    result, _ = _run(CullJob(small_album), settings, without_portrait)
    assert _status(result, Role.PORTRAIT).cached == 0
    assert _status(result, Role.QUALITY).cached == 9
    assert _status(result, Role.AESTHETIC).cached == 9
