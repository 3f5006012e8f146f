"""The self-test on real files: what it says of them, and that it is remembered."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from engine.checking.knowledge import Polarity, Verdict
from engine.checking.known_pairs import KnownPhotos, known_photos
from engine.checking.memory import known_verdict, remember
from engine.checking.polarity import measured_polarity
from engine.checking.report import as_json, rows
from engine.checking.self_test import Place, check_file, check_model
from engine.cli.json_file import write_json
from engine.errors import ModelError
from engine.events import CancelToken
from engine.models.device import Device
from engine.models.registry import build_lineup, idle_statuses
from engine.models.runtime import Runtime
from engine.models.status import StatusBoard, summary
from engine.paths import DataDir
from engine.scoring.base import ModelInfo
from engine.scoring.quality import QualityScorer
from engine.settings import load_settings
from engine.types import Role
from tests.unit.ava_files import (
    SMALL_TRANSFORM,
    config_of,
    file_content,
    random_backbone,
    random_head,
    state_of,
)

CPU = Device("cpu")


@pytest.fixture(scope="module")
def known() -> KnownPhotos:
    found = known_photos()
    return KnownPhotos(found.photos[2:3], found.source)


@pytest.fixture(scope="module")
def state():
    return state_of(random_backbone(), random_head([16], 1, nn.ReLU))


@pytest.fixture
def ava_file(tmp_path, state):
    """ava_file(changed tensors) writes a checkpoint of the owner's shape."""

    def write(changed=None):
        path = tmp_path / "best_model.pt"
        config = config_of([16], "regression") | {"transform": SMALL_TRANSFORM}
        torch.save(file_content(state | (changed or {}), config), path)
        return path

    return write


def checked(path, known):
    return check_file(path, Place(CPU, Runtime()), known, lambda done, total: None, CancelToken())


def test_untrained_ava_file_loads_but_knows_nothing(ava_file, known, state, tmp_path):
    report = checked(ava_file(), known)
    assert report.verdict is Verdict.CHANCE and report.warning == Verdict.CHANCE.value
    assert report.facts is not None
    assert (report.facts.role, report.facts.format) == (Role.AESTHETIC, "PyTorch zip")
    assert report.facts.architecture == "AVA ResNet50, head 2048 - 16 - 1 (relu), regression"
    learnt = sum(t.numel() for name, t in state.items() if "running" not in name and "num_b" not in name)
    assert report.facts.parameters == learnt == 23_508_032 + 2048 * 16 + 16 + 17  # ResNet50 without fc
    assert (report.facts.epoch, report.facts.validation) == (7, {"val_spearman": 0.637})
    assert report.load_seconds and report.ms_per_photo and report.knowledge is not None
    assert report.knowledge.pairs == 14
    shown = dict(rows(report))
    assert shown["SHA-256"] == report.sha256 and shown["val_spearman in the file"] == "0.637"
    write_json(tmp_path / "check.json", as_json(report))
    written = json.loads((tmp_path / "check.json").read_text())
    assert written["verdict"] == Verdict.CHANCE.value and written["knowledge"]["pairs"] == 14


def test_ava_file_that_answers_the_same(ava_file, known, state):
    report = checked(ava_file({"head.3.weight": torch.zeros_like(state["head.3.weight"])}), known)
    assert report.verdict is Verdict.SAME


def test_nan_in_the_weights_or_in_the_answers(ava_file, known, state):
    broken = state["head.0.weight"].clone()
    broken[3, 5] = float("nan")
    report = checked(ava_file({"head.0.weight": broken}), known)
    assert report.verdict is Verdict.NAN and report.knowledge is None
    assert "head.0.weight holds values that are not finite" in report.notes[0]
    huge = {key: state[key] * 3e38 for key in ("head.0.weight", "head.3.weight")}
    overflowing = {key: value.clamp(-3e38, 3e38) for key, value in huge.items()}
    assert checked(ava_file(overflowing), known).verdict is Verdict.NAN


def test_embedded_default_works(weights_dir, known):
    report = checked(weights_dir / "weights_aisthetics.hdf5", known)
    assert report.verdict is Verdict.WORKS and report.warning is None
    assert report.facts is not None and report.facts.format == "HDF5"


def test_files_that_cannot_be_checked_are_named(weights_dir, known, tmp_path):
    other = tmp_path / "other.hdf5"
    other.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(ModelError, match=r"other\.hdf5 is HDF5, but not the embedded default"):
        checked(other, known)
    renamed = tmp_path / "renamed.hdf5"
    renamed.write_bytes((weights_dir / "weights_aisthetics.hdf5").read_bytes())
    with pytest.raises(ModelError, match=r"embedded default; rename it to weights_aisthetics\.hdf5"):
        checked(renamed, known)


def test_rules_are_checked_too_and_have_no_hash(known):
    report = check_model(QualityScorer(), None, known, lambda done, total: None, CancelToken())
    assert report.sha256 is None and report.knowledge is not None
    assert report.knowledge.by_kind["blur"] == 1.0


def test_warning_is_remembered_for_that_very_file_and_stands_at_its_name(ava_file, known, tmp_path):
    path, data_dir = ava_file(), DataDir(tmp_path / "data")
    config = tmp_path / "config.yaml"
    config.write_text(f"quality_assessment:\n  ava_checkpoint: {path}\n")
    settings = load_settings(config)
    assert aesthetic(idle_statuses(settings, data_dir)).warning is None
    report = dataclasses.replace(checked_quickly(path, known), verdict=Verdict.SAME)
    assert remember(data_dir.library, report) is None
    status = aesthetic(idle_statuses(settings, data_dir))
    assert status.warning == "self-test: answers the same whatever it sees"
    board = StatusBoard(build_lineup(settings, data_dir).statuses)
    board.place(build_lineup(settings, data_dir).scorers[Role.AESTHETIC].info)
    board.count(Role.AESTHETIC, scored=1)
    assert aesthetic(board.statuses()).warning == status.warning
    assert f"WARNING: {status.warning}" in summary(board.statuses())
    path.write_bytes(path.read_bytes() + b"x")  # another file, of which nothing is known
    assert aesthetic(idle_statuses(settings, data_dir)).warning is None


def aesthetic(statuses):
    return next(status for status in statuses if status.role is Role.AESTHETIC)


def checked_quickly(path, known):
    """A report on the right file without running the network."""
    from engine.scoring.aesthetic_owner import AvaCheckpointScorer

    rules = check_model(QualityScorer(), None, known, lambda done, total: None, CancelToken())
    info = AvaCheckpointScorer(path, CPU, 1).info
    return dataclasses.replace(rules, file=info.checkpoint, sha256=info.sha256, version=info.version)


def test_a_check_that_works_takes_an_old_warning_away(ava_file, known, tmp_path):
    library = tmp_path / "library.sqlite3"
    report = checked_quickly(ava_file(), known)
    for verdict in (Verdict.CHANCE, Verdict.WORKS):
        remember(library, dataclasses.replace(report, verdict=verdict))
        assert known_verdict(library, report.sha256 or "", report.version) is verdict
    assert known_verdict(library, report.sha256 or "", "another version") is None


def test_library_that_cannot_be_used_is_told_and_does_not_stop_a_check(ava_file, known, tmp_path):
    library = tmp_path / "library.sqlite3"
    library.mkdir()
    report = checked_quickly(ava_file(), known)
    assert str(library) in (remember(library, report) or "")
    assert known_verdict(library, report.sha256 or "", report.version) is None


class Raw:
    """A comparator that prefers what has more light, less noise... or nothing; counts its questions."""

    def __init__(self, originals, sign):
        self.asked = 0
        self._originals, self._sign = originals, sign

    def prepare(self, images):
        good = [any(np.array_equal(each.image, o) for o in self._originals) for each in images]
        return [np.array([is_good], np.float32) for is_good in good]

    def class_one(self, first, second):
        self.asked += 1
        return 0.5 + 0.2 * self._sign * float(first[0] - second[0])


@pytest.mark.parametrize(
    ("sign", "polarity"), [(1, Polarity.FIRST), (-1, Polarity.SECOND), (0, Polarity.UNKNOWN)]
)
def test_polarity_is_measured_once_per_file_and_version(tmp_path, monkeypatch, known, sign, polarity):
    monkeypatch.setattr("engine.checking.polarity.known_photos", lambda: known)
    library = tmp_path / "library.sqlite3"
    info = ModelInfo(Role.COMPARATOR, "Siamese", "siamese-1", checkpoint="s.pt", sha256="5" * 64)
    raw = Raw([photo.image for photo in known.photos], sign)
    assert measured_polarity(library, info, raw) is polarity
    assert raw.asked == 2 * 14  # both orders
    assert measured_polarity(library, info, raw) is polarity
    assert raw.asked == 2 * 14  # remembered
    measured_polarity(library, dataclasses.replace(info, sha256="6" * 64), raw)
    assert raw.asked == 4 * 14
    warns = known_verdict(library, "5" * 64, "siamese-1")
    assert warns is not None and warns.is_warning == (sign == 0)


def test_polarity_cannot_be_measured_without_photos(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    info = ModelInfo(Role.COMPARATOR, "Siamese", "siamese-1", sha256="5" * 64)
    assert measured_polarity(tmp_path / "library.sqlite3", info, Raw([], 1)) is Polarity.UNKNOWN
    assert not (tmp_path / "library.sqlite3").exists()
