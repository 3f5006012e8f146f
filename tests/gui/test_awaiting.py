"""Cells promise a score only while somebody makes one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui import wording
from gui.main_window import MainWindow

WAIT_MS = 10_000


def _composites(window: MainWindow) -> set[str]:
    return {wording.composite_text(e, awaited=window.album.awaited) for e in window.album.entries()}


@pytest.fixture
def silent(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The rules, all that scores without weights, are switched off by their key."""
    window.activateWindow()
    window.grid.setFocus()
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        qtbot.keyClick(window.grid, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert window.actions_["model.quality"].isChecked() is False
    return window


def test_a_run_with_a_model_at_work_is_awaited(qtbot: QtBot, make_window, small_album):
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.open_album(small_album)
        assert window.album.awaited
    assert all(text.isdigit() for text in _composites(window))


def test_with_all_roles_off_every_view_says_that_there_is_no_score(qtbot: QtBot, silent: MainWindow):
    assert _composites(silent) == {"no score"}
    assert "No score" in silent.album.describe(silent.album.entry_at(0))
    assert "No score" in silent.inspector.html()
    assert wording.PENDING not in silent.inspector.html()
    silent.show_loupe()
    assert "No score" in silent.loupe.words
    qtbot.keyClick(silent.loupe, Qt.Key.Key_C)
    qtbot.waitUntil(silent.views.compare.isVisible)
    assert "neither has a score" in silent.views.compare.words
    assert wording.PENDING not in silent.views.compare.words


def test_switched_on_again_the_scores_are_back(qtbot: QtBot, silent: MainWindow):
    with qtbot.waitSignal(silent.switching.recomposed, timeout=WAIT_MS):
        qtbot.keyClick(silent.grid, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert all(text.isdigit() for text in _composites(silent))


def test_read_again_with_all_roles_off_nothing_is_promised(qtbot: QtBot, silent: MainWindow):
    promised: list[bool] = []
    silent.album.changed.connect(lambda: promised.append(silent.album.awaited))
    with qtbot.waitSignal(silent.run.ended, timeout=60_000):
        qtbot.keyClick(silent.grid, Qt.Key.Key_F5)
    assert _composites(silent) == {"no score"}
    assert promised
    assert not any(promised)


def test_a_run_that_was_stopped_leaves_no_promise(make_window, small_album):
    window = make_window()
    window.open_album(small_album)
    assert window.album.awaited
    window.run.stop()  # while photos are read: that goes on
    assert window.run.running and not window.album.awaited
    window.run.stop()
    assert not window.run.running and not window.album.awaited
    assert wording.PENDING not in _composites(window)
