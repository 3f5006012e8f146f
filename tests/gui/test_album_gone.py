"""The window when the album's folder goes away while it is scored: it says so, and decisions are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import Settings, load_settings
from engine.types import Decision
from gui.criteria import Filter

TIMEOUT = 60_000


@pytest.fixture
def settings() -> Settings:
    """One photo after the other, so that most are still to come when the folder goes."""
    found = load_settings()
    slow = found.performance.model_copy(update={"decode_threads": 1, "batch_size": 1})
    return found.model_copy(update={"performance": slow})


def test_a_folder_that_vanishes_is_said_and_decisions_are_kept(
    qtbot, make_window, open_album, small_album: Path
):
    window, away = make_window(), small_album.with_name("unplugged")
    with qtbot.waitSignal(window.run.ended, timeout=TIMEOUT):
        window.open_album(small_album)
        qtbot.waitUntil(lambda: any(e.scores for e in window.album.entries()), timeout=TIMEOUT)
        first = window.album.entries()[0].photo.id
        assert window.decisions.decide({first: Decision.ACCEPT})
        small_album.rename(away)
        second = window.album.entries()[1].photo.id
        assert window.decisions.decide({second: Decision.REJECT}), "deciding needs no file"
    said = " ".join(message.text for message in window.messages.history)
    assert "has disappeared, or its drive cannot be reached any more" in said
    assert window.album.counts()[Filter.FAILED] >= 1
    with qtbot.waitSignal(window.run.broke, timeout=TIMEOUT):
        window.run.again()
    assert "there is no such folder" in window.messages.history[-1].text
    away.rename(small_album)
    open_album(window, small_album)
    marks = {entry.photo.name: entry.decision for entry in window.album.entries()}
    assert (marks["IMG_0001.JPG"], marks["IMG_0002.JPG"]) == (Decision.ACCEPT, Decision.REJECT)
    assert window.album.counts()[Filter.FAILED] == 0
