"""The window with its albums run in another process, as photographers have it."""

from pathlib import Path

import psutil
import pytest

from engine.settings import Settings, load_settings
from engine.types import Decision, ModelState, Role
from tests.photos import many_links

TIMEOUT = 60_000


@pytest.fixture
def settings() -> Settings:
    return load_settings()


def engines() -> list[psutil.Process]:
    return [
        child for child in psutil.Process().children() if "engine.run_process" in " ".join(child.cmdline())
    ]


def scored(window) -> int:
    return sum(bool(entry.scores) for entry in window.album.entries())


def test_an_album_is_culled_there_and_its_models_are_shown_as_ever(window, qtbot):
    assert len(engines()) == 1
    assert scored(window) == window.album.total == 9
    statuses = {status.role: status for status in window.switching._statuses}
    assert statuses[Role.QUALITY].state is ModelState.ACTIVE
    assert statuses[Role.QUALITY].scored == 9
    assert len({entry.group for entry in window.album.entries()}) == 3


def test_a_crash_is_said_and_the_window_goes_on(make_window, qtbot, small_album: Path, tmp_path):
    album = many_links(small_album, tmp_path / "links", 300)
    window = make_window()
    window.open_album(album)
    qtbot.waitUntil(lambda: scored(window) > 3, timeout=TIMEOUT)
    first = window.album.entries()[0].photo.id
    with qtbot.waitSignal(window.run.broke, timeout=TIMEOUT):
        engines()[0].kill()
    assert not window.run.running and not window.run_bar.isVisible()
    assert "The engine crashed" in window.messages.history[-1].text
    assert window.decisions.decide({first: Decision.ACCEPT})
    before = scored(window)
    window.run.again()
    qtbot.waitUntil(lambda: scored(window) > before, timeout=TIMEOUT)
    assert next(e for e in window.album.entries() if e.photo.id == first).decision is Decision.ACCEPT
    window.run.stop()


def test_another_album_opened_meanwhile_is_the_only_one_shown(
    make_window, qtbot, small_album: Path, tmp_path
):
    window = make_window()
    window.open_album(many_links(small_album, tmp_path / "links", 300))
    qtbot.waitUntil(lambda: scored(window) > 3, timeout=TIMEOUT)
    with qtbot.waitSignal(window.run.ended, timeout=TIMEOUT):
        window.open_album(small_album)
    assert window.album.total == scored(window) == 9
    assert len(engines()) == 1


def test_a_run_that_is_stopped_before_it_has_begun_shows_what_was_decided(
    make_window, open_album, qtbot, small_album: Path
):
    window = make_window()
    open_album(window, small_album)
    window.review.accept()
    window.close()
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=TIMEOUT):
        window.open_album(small_album)
        window.run.stop()
    assert [entry.decision for entry in window.album.entries()].count(Decision.ACCEPT) == 1


def test_a_window_that_is_closed_meanwhile_leaves_no_process(make_window, qtbot, small_album: Path, tmp_path):
    window = make_window()
    window.open_album(many_links(small_album, tmp_path / "links", 300))
    qtbot.waitUntil(lambda: scored(window) > 3, timeout=TIMEOUT)
    window.close()
    assert not engines()


def test_a_role_switched_off_while_it_scores_scores_no_more(make_window, qtbot, small_album: Path, tmp_path):
    window = make_window()
    window.open_album(many_links(small_album, tmp_path / "links", 300))
    qtbot.waitUntil(lambda: scored(window) > 3, timeout=TIMEOUT)
    with qtbot.waitSignal(window.run.ended, timeout=TIMEOUT):
        window.run.switches.turn(Role.QUALITY, on=False)
    assert scored(window) < 250
