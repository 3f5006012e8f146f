"""The Check button of a model's card: by key, in the background, the outcome in words."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import Qt

from engine.checking.knowledge import Verdict
from engine.checking.known_pairs import KnownPhotos, known_photos
from engine.models.registry import idle_statuses
from engine.paths import DataDir
from engine.settings import load_settings
from engine.types import ModelState, ModelStatus, Role
from gui.checking import BUSY
from gui.switch import Switch

FAILED = "aesthetic failed its self-test"
CHECK_MS = 150_000


@pytest.fixture(autouse=True)
def one_photo(monkeypatch):
    found = known_photos()
    few = KnownPhotos(found.photos[:1], found.source)
    monkeypatch.setattr("engine.checking.role_check.known_photos", lambda: few)


@pytest.fixture
def data_dir(tmp_path, weights_dir):
    """With the embedded default in it."""
    folder = tmp_path / "data"
    (folder / "models").mkdir(parents=True)
    name = "weights_aisthetics.hdf5"
    (folder / "models" / name).write_bytes((weights_dir / name).read_bytes())
    return DataDir(folder)


@pytest.fixture
def settings(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("performance:\n  runtime: torch\n")
    return load_settings(config)


@pytest.fixture
def shown(make_window, qtbot):
    window = make_window()
    window.panels.show("panel.models")
    window.refresh_models()
    return window


def ended(row):
    def check():
        assert row.button.text() == "Check" and row.text

    return check


def test_check_by_key_shows_verdict_and_figures_and_takes_the_warning_away(shown, qtbot, data_dir):
    card = shown.status_panel.card(Role.AESTHETIC)
    shown.switching.take_warning(Role.AESTHETIC, "self-test: answers the same whatever it sees")
    assert "answers the same" in card.text and FAILED in shown.bottom_bar._models.text()
    told = list(shown.messages.history)
    card.check.button.setFocus()
    qtbot.keyClick(card.check.button, Qt.Key.Key_Space)
    assert card.check.button.text() == "Stop" and "Loading the model" in card.check.text
    qtbot.waitUntil(ended(card.check), timeout=CHECK_MS)
    assert "Self-test: works" in card.check.text and "known pairs right" in card.check.text
    assert "answers the same" not in card.text and FAILED not in shown.bottom_bar._models.text()
    assert not shown.isModal() and shown.messages.history == told


def test_stopping_a_check(shown, qtbot):
    row = shown.status_panel.card(Role.AESTHETIC).check
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    other = shown.status_panel.card(Role.QUALITY).check
    qtbot.keyClick(other.button, Qt.Key.Key_Space)
    assert other.text == BUSY
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    qtbot.waitUntil(ended(row), timeout=CHECK_MS)
    assert row.text == "Stopped: nothing was found out."


def test_file_that_is_refused_is_said_in_the_card(shown, qtbot, tmp_path):
    path = tmp_path / "best_model.pt"
    path.write_bytes(b"this is text")
    card = shown.status_panel.card(Role.AESTHETIC)
    card.show_status(ModelStatus(Role.AESTHETIC, "AVA", ModelState.IDLE, checkpoint=str(path)))
    qtbot.keyClick(card.check.button, Qt.Key.Key_Space)
    qtbot.waitUntil(ended(card.check), timeout=CHECK_MS)
    assert "is damaged, cut off, or not a PyTorch checkpoint" in card.check.text


def test_warning_of_a_check_stands_at_the_name_at_the_next_start(shown, qtbot, tmp_path, settings, data_dir):
    """A whole AVA file, untrained: it loads and knows nothing."""
    from torch import nn

    from tests.unit import ava_files as ava

    path = tmp_path / "run7.pt"
    state = ava.state_of(ava.random_backbone(), ava.random_head([16], 1, nn.ReLU))
    settings_of_training = ava.config_of([16], "regression") | {"transform": ava.SMALL_TRANSFORM}
    torch.save(ava.file_content(state, settings_of_training), path)
    config = tmp_path / "own.yaml"
    config.write_text(f"quality_assessment:\n  ava_checkpoint: {path}\n")
    own = load_settings(config)
    shown.switching.take_statuses(idle_statuses(own, data_dir))
    card = shown.status_panel.card(Role.AESTHETIC)
    qtbot.keyClick(card.check.button, Qt.Key.Key_Space)
    qtbot.waitUntil(ended(card.check), timeout=CHECK_MS)
    assert Verdict.CHANCE.value in card.check.text
    (again,) = [s for s in idle_statuses(own, data_dir) if s.role is Role.AESTHETIC]
    assert again.warning == f"self-test: {Verdict.CHANCE.value}"
    assert card.text.count(Verdict.CHANCE.value) >= 2  # at the name, and as the verdict


def test_rules_are_asked_too_but_get_no_warning(shown, qtbot):
    card = shown.status_panel.card(Role.QUALITY)
    qtbot.keyClick(card.check.button, Qt.Key.Key_Space)
    qtbot.waitUntil(ended(card.check), timeout=CHECK_MS)
    assert card.check.text.startswith("Rules have no weights file") and "known pairs right" in card.check.text
    assert "chance" not in card.text


def test_what_cannot_be_checked(shown):
    for role in (Role.PORTRAIT, Role.COMPARATOR):
        row = shown.status_panel.card(role).check
        assert row.isVisibleTo(shown)
        assert not row.button.isEnabled() and "no weights file" in row.button.toolTip()


def test_closing_the_window_ends_a_check(shown, qtbot):
    row = shown.status_panel.card(Role.QUALITY).check
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    shown.close()  # no thread is left: tests/conftest.py looks


def test_tab_goes_from_switch_to_check_button(shown, qtbot):
    card = shown.status_panel.card(Role.AESTHETIC)
    switch = card.findChild(Switch)
    switch.setFocus()
    reached = []
    for _ in range(4):
        qtbot.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
        reached.append(shown.focusWidget())
    assert card.check.button in reached
