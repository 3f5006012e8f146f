"""A checkpoint that was asked for and is not at work is told in the window, with its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.models.manifest import load_manifest
from engine.settings import Settings, load_settings
from engine.types import ModelState, ModelStatus, Role
from gui.bottom_bar import models_summary
from gui.install_card import install_hint
from gui.main_window import MainWindow
from gui.messages import Tone
from gui.model_notices import ModelNotices
from gui.panel_pictures import STATES, statuses_in
from gui.status_panel import StatusPanel


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text(
        "quality_assessment:\n  ava_checkpoint: /gone/ava.pt\n  siamese_checkpoint: /gone/siamese.pt\n",
        encoding="utf-8",
    )
    return load_settings(config)


def test_paths_that_are_not_there_are_missing_and_told_at_once(qtbot, make_window):
    window = make_window()
    qtbot.waitUntil(lambda: len(window.messages.history) >= 2, timeout=10_000)
    told = {message.text for message in window.messages.history if message.tone is Tone.WARNING}
    for role, path in ((Role.AESTHETIC, "/gone/ava.pt"), (Role.COMPARATOR, "/gone/siamese.pt")):
        card = window.status_panel.card(role)
        assert "missing" in card.text and path in card.text
        assert any(path in text and f"{role} model missing".capitalize() in text for text in told)
    assert "NIMA" not in window.status_panel.card(Role.AESTHETIC).text, "nothing stands in for it"
    assert "missing" in models_summary(window.switching._statuses)


def test_the_notice_is_the_last_word_after_a_run(window: MainWindow):
    texts = [message.text for message in window.messages.history]
    assert any(text.startswith("Culled 9 photos") for text in texts)
    assert "/gone/" in texts[-1]
    assert "/gone/" in window.bottom_bar.message


def test_a_model_that_knows_nothing_is_told_and_is_active_with_a_warning(qtbot, window: MainWindow):
    told = "self-test: loads, but is no better than chance on known pairs"
    window.switching.take_warning(Role.QUALITY, told)
    card = window.status_panel.card(Role.QUALITY)
    assert "active, with a warning" in card.text.splitlines() and told in card.text
    notices = ModelNotices(window.messages, window)
    notices.take_statuses(window.switching._statuses)
    assert any("Quality model" in m.text and told in m.text for m in window.messages.history)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_panel_is_in_words_and_fits_the_narrowest_panel(qtbot, state: str):
    panel = StatusPanel()
    qtbot.addWidget(panel)
    panel.show_statuses(statuses_in(state))
    panel.resize(panel.minimumWidth(), 700)
    panel.show()
    word = {"disabled": "switched off", "warning": "active, with a warning"}.get(state, state)
    for role in Role:
        card = panel.card(role)
        assert word in card.text.splitlines()
        assert card.width() <= panel.viewport().width()
        assert card.height() >= card.layout().heightForWidth(card.width()), "nothing is cut off"
        assert card.switch.isChecked() is (state not in ("missing", "disabled"))


def test_the_summary_names_one_role_and_counts_several():
    def status(role: Role, state: ModelState) -> ModelStatus:
        return ModelStatus(role, "x", state)

    one = tuple(status(r, ModelState.ACTIVE if r is not Role.PORTRAIT else ModelState.FAILED) for r in Role)
    assert models_summary(one) == "3 of 4 models active · portrait failed"
    several = tuple(status(r, ModelState.MISSING) for r in Role)
    assert models_summary(several) == "0 of 4 models active · 4 missing"


def test_what_installing_downloads_is_told(weights_dir: Path):
    weigh = sum((weights_dir / weights.file).stat().st_size for weights in load_manifest())
    assert f"({weigh / 1e6:.0f} MB)" in install_hint()
