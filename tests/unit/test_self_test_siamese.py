"""The self-test of Siamese checkpoints of the owner's shape: polarity found, constants and NaN told."""

from __future__ import annotations

import pytest
import torch

from engine.checking.knowledge import Polarity, Verdict
from engine.checking.known_pairs import known_photos
from engine.checking.report import rows
from engine.checking.self_test import Place, check_file
from engine.events import CancelToken
from engine.models.device import Device
from engine.models.runtime import Runtime
from engine.types import Role
from tests.unit.ava_files import random_backbone
from tests.unit.siamese_files import config_of, constant_state, file_content, knowing_states


@pytest.fixture(scope="module")
def states():
    backbone = random_backbone()
    return {**knowing_states(backbone), "constant": constant_state(backbone)}


@pytest.fixture
def checked(tmp_path):
    """checked(state, photos) checks a file of the owner's shape on the photos that its head was fitted to."""

    def check(state, photos=3):
        path = tmp_path / "best_model.pt"
        torch.save(file_content(state, config_of("resnet50", [])), path)
        found = known_photos()
        known = type(found)(found.photos[:photos], found.source)
        place = Place(Device("cpu"), Runtime("openvino", tmp_path / "converted"))
        return check_file(path, place, known, lambda done, total: None, CancelToken())

    return check


@pytest.mark.parametrize(
    ("name", "verdict", "polarity"),
    [("first", Verdict.WORKS, Polarity.FIRST), ("second", Verdict.REVERSED, Polarity.SECOND)],
)
def test_comparator_that_knows_is_found_to_work_in_either_polarity(checked, states, name, verdict, polarity):
    report = checked(states[name])
    assert report.knowledge is not None
    assert (report.verdict, report.knowledge.polarity) == (verdict, polarity)
    assert report.knowledge.accuracy > 0.9 and report.warning is None
    assert report.facts is not None and report.facts.role is Role.COMPARATOR
    assert report.facts.architecture == "Siamese ResNet50 with head 2048 - 2"
    assert report.facts.preprocessing.startswith("standard: shorter side to 256, centre crop of 224")
    assert (report.facts.epoch, report.facts.validation) == (4, {"val_acc": 0.696})
    assert f"{polarity.value} photo better" in dict(rows(report))["class 1 means"]


def test_comparator_that_always_says_the_same(checked, states):
    report = checked(states["constant"], photos=1)
    assert report.verdict is Verdict.SAME and report.knowledge is not None
    assert report.knowledge.order_bias == 1.0
    assert "cannot be told" in dict(rows(report))["class 1 means"]


def test_comparator_with_nan_in_its_weights(checked, states):
    state = dict(states["first"])
    state["mlp.0.weight"] = torch.full_like(state["mlp.0.weight"], float("nan"))
    assert checked(state, photos=1).verdict is Verdict.NAN
