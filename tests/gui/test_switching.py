"""Roles switched off and on in the panel: picks made anew from cached scores, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.events import Composed, Finished, ModelsChanged
from engine.models.registry import idle_statuses
from engine.paths import DataDir
from engine.settings import load_settings
from engine.switches import SWITCHED_OFF
from engine.types import Face, ModelState, Role
from gui.album_model import AlbumModel
from gui.criteria import Filter
from gui.main_window import MainWindow
from gui.ordering import Ordering, SortBy
from tests.gui.albums import inspected, listed, scored, selected
from tests.unit.builders import moments

WAIT_MS = 10_000


@pytest.fixture
def data_dir(tmp_path: Path, weights_dir: Path) -> DataDir:
    """With the aesthetic model's weights alone: a second role to switch, without faces to look for."""
    data_dir = DataDir(tmp_path / "data")
    data_dir.models.mkdir(parents=True)
    for file in weights_dir.glob("weights_aisthetics*"):
        (data_dir.models / file.name).symlink_to(file.absolute())
    return data_dir


def _picks(window: MainWindow) -> list[str]:
    return [entry.photo.name for entry in window.album.entries() if entry.is_pick]


def _state(window: MainWindow, role: Role) -> str:
    return window.status_panel.card(role).text


def _switch(qtbot: QtBot, window: MainWindow, role: Role) -> None:
    """Press Space on the role's switch and wait for the picks."""
    switch = window.status_panel.card(role).switch
    switch.setFocus()
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        qtbot.keyClick(switch, Qt.Key.Key_Space)


def _stored(window: MainWindow) -> None:
    """Give the window six photos in three moments whose picks the aesthetic model turns, but for one."""
    window.album.apply(window.album.job, [listed(6), inspected(6)])
    window.switching._take_composed(Composed(tuple(moments())))


def test_space_switches_off_and_on_and_the_difference_is_said(
    qtbot: QtBot, window: MainWindow, small_album: Path, data_dir: DataDir
):
    before = _picks(window)
    _switch(qtbot, window, Role.QUALITY)
    assert "switched off" in _state(window, Role.QUALITY) and "active" in _state(window, Role.AESTHETIC)
    assert {e.ranked.composite_of for e in window.album.entries() if e.ranked} == {(Role.AESTHETIC,)}
    changed = {entry.photo.name for entry in window.album.entries() if entry.changed}
    assert changed == set(before) ^ set(_picks(window))
    assert "without Rule-based IQA" in window.status_panel.difference
    assert window.bottom_bar.message == window.status_panel.difference
    _switch(qtbot, window, Role.QUALITY)
    assert _picks(window) == before
    assert window.status_panel.difference == ""
    assert not any(entry.changed for entry in window.album.entries())
    assert not data_dir.config.exists(), "settings are not touched"


def test_a_score_of_a_role_that_is_off_is_nowhere_to_be_read(qtbot: QtBot, window: MainWindow):
    entry = window.album.entries()[0]
    window.views.show_compare()
    _switch(qtbot, window, Role.QUALITY)
    pane = window.views.compare.panes[0]
    window.inspector.show_entry(entry)
    assert "Aesthetic" in pane.info.words and "Quality" not in pane.info.words
    assert "aesthetic" in window.album.describe(entry) and "quality" not in window.album.describe(entry)
    sheet = window.inspector.html()
    assert "weight 0.2</span><br><span" in sheet and "switched off here" in sheet and "Metrics" not in sheet
    _switch(qtbot, window, Role.AESTHETIC)
    window.show_loupe()
    assert "No score" in window.loupe.words and "Aesthetic" not in window.loupe.words
    assert "neither has a score" in window.views.compare.words or "No score" in pane.info.words
    _switch(qtbot, window, Role.QUALITY)
    _switch(qtbot, window, Role.AESTHETIC)
    window.show_loupe()
    assert "Quality" in window.loupe.words and "Aesthetic" in window.loupe.words
    assert "Metrics" in window.inspector.html()


def test_faces_are_not_told_while_their_model_is_off(make_window):
    window = make_window()
    faces = (Face((0.1, 0.1, 0.3, 0.3), 0.1, None, 0.9),)
    window.album.apply(
        window.album.job, [listed(3), inspected(3), scored(0, faces=faces), selected([0, 1, 2])]
    )
    entry = window.album.entries()[0]
    assert window.album.faces_found(entry) and "1 face" in window.album.describe(entry)
    window.album.switch_off(frozenset({Role.PORTRAIT}))
    assert window.album.faces_found(entry) is None and "face" not in window.album.describe(entry)


def test_photos_are_neither_sorted_nor_chosen_by_a_model_that_is_off(make_window):
    window = make_window()
    faces = (Face((0.1, 0.1, 0.3, 0.3), 0.1, None, 0.9),)
    window.album.apply(
        window.album.job,
        [
            listed(3),
            inspected(3),
            scored(0, value=0.1),
            scored(1, value=0.9, faces=faces),
            selected([0, 1, 2]),
        ],
    )
    window.album.set_ordering(Ordering(SortBy.AESTHETIC, grouped=False))
    assert _shown(window.album) == [1, 0, 2]
    window.album.switch_off(frozenset({Role.AESTHETIC}))
    assert _shown(window.album) == [0, 1, 2]
    assert window.album.counts()[Filter.EYES_CLOSED] == 1
    window.album.set_filter(Filter.EYES_CLOSED)
    assert _shown(window.album) == [1]
    window.album.switch_off(frozenset({Role.PORTRAIT}))
    assert _shown(window.album) == [] and window.album.counts()[Filter.EYES_CLOSED] == 0
    window.album.switch_off(frozenset())
    assert _shown(window.album) == [1] and window.album.counts()[Filter.EYES_CLOSED] == 1


def test_no_model_runs_when_roles_are_switched(qtbot: QtBot, window: MainWindow):
    job = window.album.job
    for role in (Role.AESTHETIC, Role.QUALITY, Role.AESTHETIC, Role.QUALITY):
        _switch(qtbot, window, role)
    assert window.album.job == job and not window.run.running


def test_the_filter_shows_exactly_the_photos_that_differ(qtbot: QtBot, make_window):
    window = make_window()
    _stored(window)
    window.switching.take_statuses(_active(idle_statuses(load_settings(), DataDir(Path("/nowhere")))))
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        window.actions_["model.aesthetic"].trigger()
    assert window.status_panel.difference == "2 picks differ without NIMA MobileNet."
    window.actions_["filter.changed"].trigger()
    assert _shown(window.album) == [0, 1, 4, 5]
    assert window.album.counts()[Filter.CHANGED] == 4
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        window.actions_["model.aesthetic"].trigger()
    assert window.album.criteria.has(Filter.ALL) and _shown(window.album) == list(range(6))


def test_switches_turned_in_quick_succession_end_where_they_were_left(qtbot: QtBot, make_window):
    window = make_window()
    _stored(window)
    window.switching.take_statuses(_active(idle_statuses(load_settings(), DataDir(Path("/nowhere")))))
    for role in (Role.AESTHETIC, Role.QUALITY, Role.QUALITY, Role.PORTRAIT, Role.AESTHETIC):
        window.switching.toggle(role)
    qtbot.waitUntil(lambda: "MediaPipe" in window.status_panel.difference, timeout=WAIT_MS)
    assert window.switching.off == {Role.PORTRAIT}
    assert window.status_panel.difference == "No pick differs without MediaPipe Face Landmarker."


def test_a_role_that_is_missing_cannot_be_switched(window: MainWindow):
    card = window.status_panel.card(Role.COMPARATOR)
    assert not card.switch.isEnabled() and "no model" in card.switch.toolTip()
    window.actions_["model.comparator"].trigger()
    assert window.switching.off == set()
    assert "no model at work" in window.bottom_bar.message
    assert "missing" in card.text


def test_before_photos_are_scored_it_is_said_what_is_off(qtbot: QtBot, make_window):
    window = make_window()
    qtbot.waitUntil(lambda: bool(window.switching._statuses), timeout=WAIT_MS)
    later = "What differs is said once the photos are scored."
    window.actions_["model.aesthetic"].trigger()
    assert window.status_panel.difference == f"NIMA MobileNet is switched off. {later}"
    window.actions_["model.quality"].trigger()
    assert window.status_panel.difference == f"NIMA MobileNet, Rule-based IQA are switched off. {later}"
    for role in ("aesthetic", "quality"):
        window.actions_[f"model.{role}"].trigger()
    assert window.status_panel.difference == ""


def test_a_run_leaves_out_what_is_off_and_scores_it_once_it_is_on(
    qtbot: QtBot, make_window, open_album, small_album: Path
):
    window = make_window()
    qtbot.waitUntil(lambda: bool(window.switching._statuses), timeout=WAIT_MS)
    window.actions_["model.aesthetic"].trigger()
    open_album(window, small_album)
    assert all(entry.score(Role.AESTHETIC) is None for entry in window.album.entries())
    qtbot.waitUntil(lambda: "not all photos" in window.status_panel.difference, timeout=WAIT_MS)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.actions_["model.aesthetic"].trigger()
    assert all(entry.score(Role.AESTHETIC) is not None for entry in window.album.entries())
    assert "active" in _state(window, Role.AESTHETIC)


def test_another_album_starts_with_the_switches_as_they_are(
    qtbot: QtBot, window: MainWindow, open_album, small_album: Path
):
    _switch(qtbot, window, Role.QUALITY)
    with qtbot.waitSignal(window.switching.recomposed, timeout=WAIT_MS):
        open_album(window, small_album)
    assert "switched off" in _state(window, Role.QUALITY)
    assert {e.ranked.composite_of for e in window.album.entries() if e.ranked} == {(Role.AESTHETIC,)}
    assert "without Rule-based IQA" in window.status_panel.difference


def test_telemetry_does_not_call_a_role_active_that_is_off(
    qtbot: QtBot, window: MainWindow, small_album: Path, data_dir: DataDir
):
    from engine.events import CancelToken
    from engine.pipeline import CullJob, cull
    from engine.telemetry import read_telemetry

    window.run.switches.turn(Role.QUALITY, on=False)
    job = CullJob(small_album, switches=window.run.switches)
    events = list(cull(job, load_settings(), data_dir, CancelToken()))
    models = {m["role"]: m for m in read_telemetry(_end(events).telemetry_file)["models"]}
    assert (models["quality"]["state"], models["quality"]["reason"]) == ("disabled", SWITCHED_OFF)
    assert models["aesthetic"]["state"] == "active"
    assert any(isinstance(event, ModelsChanged) for event in events)


def _end(events: list) -> Finished:
    return next(event for event in events if isinstance(event, Finished))


def _active(statuses: tuple) -> tuple:
    from dataclasses import replace

    return tuple(replace(status, state=ModelState.ACTIVE, reason=None) for status in statuses)


def _shown(model: AlbumModel) -> list[int]:
    return [model.entry_at(row).photo.id for row in range(model.rowCount())]
