"""Which model serves which role: decided before any is loaded, and said with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.models.device import Device
from engine.models.manifest import load_manifest
from engine.models.registry import BY_COMPOSITE, Lineup, batch_size, build_lineup, idle_statuses
from engine.paths import DataDir
from engine.settings import Settings, load_settings
from engine.types import ModelState, ModelStatus, Role

CPU = "device: cpu\n"
OWN = """\
device: cpu
quality_assessment:
  ava_checkpoint: /nowhere/ava.pt
  siamese_checkpoint: /nowhere/siamese.pt
"""


@pytest.fixture
def without_weights(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def with_weights(without_weights: DataDir, weights_dir: Path) -> DataDir:
    without_weights.root.mkdir()
    without_weights.models.symlink_to(weights_dir.absolute())
    return without_weights


def _settings(tmp_path: Path, text: str = CPU) -> Settings:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def _by_role(lineup: Lineup) -> dict[Role, ModelStatus]:
    assert [status.role for status in lineup.statuses] == list(Role)
    return {status.role: status for status in lineup.statuses}


def test_the_embedded_defaults_are_named_with_their_files(tmp_path: Path, with_weights: DataDir):
    lineup = build_lineup(_settings(tmp_path), with_weights)
    found = _by_role(lineup)
    assert {role: status.name.partition(",")[0] for role, status in found.items()} == {
        Role.AESTHETIC: "NIMA MobileNet",
        Role.QUALITY: "Learned quality",
        Role.PORTRAIT: "MediaPipe Face Landmarker",
        Role.COMPARATOR: "Learned comparator",
    }
    assert all(s.state is ModelState.IDLE and s.embedded_default and not s.reason for s in found.values())
    stated = {weights.file: weights.sha256 for weights in load_manifest()}
    for role in (Role.AESTHETIC, Role.PORTRAIT):
        assert found[role].sha256 == stated[Path(found[role].checkpoint or "").name]
    assert {role: lineup.scorers[role].info.sha256 for role in lineup.scorers} == {
        role: found[role].sha256 for role in (Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT)
    }
    assert lineup.comparator is not None and lineup.comparator.info.sha256 == found[Role.COMPARATOR].sha256
    assert idle_statuses(_settings(tmp_path), with_weights) == lineup.statuses


def test_where_weights_are_missing_nothing_stands_in_in_silence(tmp_path: Path, without_weights: DataDir):
    lineup = build_lineup(_settings(tmp_path), without_weights)
    found = _by_role(lineup)
    assert list(lineup.scorers) == [Role.QUALITY] and lineup.comparator is None
    quality = found.pop(Role.QUALITY)
    assert (quality.name, quality.state, quality.sha256) == ("Rule-based IQA", ModelState.IDLE, None)
    assert "learned quality cannot run, rules judge instead" in (quality.reason or "")
    named = [(role, status.name) for role, status in found.items()]
    assert named == [
        (Role.AESTHETIC, "NIMA MobileNet"),
        (Role.PORTRAIT, "MediaPipe Face Landmarker"),
        (Role.COMPARATOR, "Learned comparator"),
    ]
    for status in found.values():
        assert status.state is ModelState.MISSING and "models install" in (status.reason or "")
        assert status.sha256 is None and status.embedded_default
    assert (found[Role.COMPARATOR].reason or "").endswith(f"models install. {BY_COMPOSITE}")


def test_an_owners_files_are_never_replaced_by_the_defaults(tmp_path: Path, with_weights: DataDir):
    lineup = build_lineup(_settings(tmp_path, OWN), with_weights)
    found = _by_role(lineup)
    assert Role.AESTHETIC not in lineup.scorers and lineup.comparator is None
    for role, name, line in (
        (Role.AESTHETIC, "AVA checkpoint (ava.pt)", "line 3 (quality_assessment.ava_checkpoint)"),
        (
            Role.COMPARATOR,
            "Siamese comparator (siamese.pt)",
            "line 4 (quality_assessment.siamese_checkpoint)",
        ),
    ):
        status = found[role]
        assert (status.name, status.state, status.embedded_default) == (name, ModelState.MISSING, False)
        assert (status.checkpoint or "").startswith("/nowhere/") and f"{line}." in (status.reason or "")
    assert found[Role.QUALITY].name.startswith("Learned quality")


@pytest.mark.parametrize("role", Role)
def test_a_role_that_is_switched_off_is_off_and_no_other(role: Role, tmp_path: Path, with_weights: DataDir):
    lineup = build_lineup(_settings(tmp_path), with_weights, frozenset({role}))
    found = _by_role(lineup)
    assert [each for each, s in found.items() if s.state is ModelState.DISABLED] == [role]
    assert (found[role].reason or "").startswith("switched off for this run")
    assert role not in lineup.scorers and (lineup.comparator is None) is (role is Role.COMPARATOR)
    assert len(lineup.scorers) == (3 if role is Role.COMPARATOR else 2)


def test_rules_and_no_comparator_are_settings(tmp_path: Path, with_weights: DataDir):
    text = "device: cpu\nquality: {method: rules}\nalbum: {selection: {use_siamese_tiebreaker: false}}\n"
    settings = _settings(tmp_path, text)
    lineup = build_lineup(settings, with_weights)
    found = _by_role(lineup)
    assert (found[Role.QUALITY].name, found[Role.QUALITY].reason) == ("Rule-based IQA", None)
    comparator = found[Role.COMPARATOR]
    assert comparator.state is ModelState.DISABLED and lineup.comparator is None
    assert comparator.reason == f"switched off (album.selection.use_siamese_tiebreaker). {BY_COMPOSITE}"
    off = _by_role(build_lineup(settings, with_weights, frozenset({Role.COMPARATOR})))[Role.COMPARATOR]
    assert off.reason == f"switched off for this run. {BY_COMPOSITE}", "what was said last"
    off = _by_role(build_lineup(settings, with_weights, frozenset({Role.QUALITY})))[Role.QUALITY]
    assert off.name == "Rule-based IQA"


def test_a_device_that_is_not_there_is_said_of_every_role(tmp_path: Path, without_weights: DataDir):
    settings = _settings(tmp_path, "device: cuda:77\n")
    with pytest.raises(UsageError, match=r"config.yaml, line 1: device"):
        build_lineup(settings, without_weights)
    statuses = idle_statuses(settings, without_weights)
    assert [status.role for status in statuses] == list(Role)
    assert all(s.state is ModelState.FAILED and "cuda:77" in (s.reason or "") for s in statuses)
    assert build_lineup(settings, without_weights, device="cpu").device.name == "cpu"


def test_a_gpu_takes_more_photos_at_once(tmp_path: Path):
    settings = _settings(tmp_path, "performance: {batch_size: 3, gpu_batch_size: 50}\n")
    assert [batch_size(settings, Device(name)) for name in ("cpu", "cuda:1", "mps")] == [3, 50, 50]
