"""Words in bars and strips: shortened where they do not fit, gone when they are old, never ambiguous."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui import app, bottom_bar
from gui.bottom_bar import BottomBar
from gui.elided_label import ElidedLabel
from gui.main_window import MainWindow
from gui.messages import HISTORY_LIMIT, Messages
from gui.text_sheet import TextSheet


def test_a_line_that_does_not_fit_ends_in_dots(qtbot: QtBot):
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("Composite 65   Aesthetic 44   Quality 70   1/200 s · f/2.8 · ISO 100")
    label.resize(label.fontMetrics().horizontalAdvance(label.text()) + 4, 20)
    assert label.shown == label.text()
    label.resize(label.width() // 2, 20)
    assert label.shown.endswith("…")
    assert label.text().endswith("ISO 100")


def test_what_was_said_goes_after_a_while_and_a_warning_stays(qtbot: QtBot, monkeypatch):
    monkeypatch.setattr(bottom_bar, "SHOWN_MS", 60)
    bar, messages = BottomBar(), Messages()
    qtbot.addWidget(bar)
    messages.said.connect(bar.show_message)
    messages.info("Undone.")
    assert bar.message == "Undone."
    qtbot.waitUntil(lambda: bar.message == "", timeout=3000)
    messages.info("Undone.")
    messages.warn("3 photos could not be read.")
    qtbot.wait(150)
    assert bar.message == "3 photos could not be read."
    assert [each.text for each in messages.history] == ["Undone.", "Undone.", "3 photos could not be read."]


@pytest.fixture
def said(qtbot: QtBot, monkeypatch) -> tuple[BottomBar, Messages]:
    monkeypatch.setattr(bottom_bar, "SHOWN_MS", 60)
    bar, messages = BottomBar(), Messages()
    qtbot.addWidget(bar)
    messages.said.connect(bar.show_message)
    return bar, messages


def test_no_information_takes_the_place_of_a_warning(qtbot: QtBot, said):
    bar, messages = said
    messages.warn("The keys cannot be used.")
    messages.info("Culled 9 photos.")
    assert (bar.warning, bar.message) == ("The keys cannot be used.", "Culled 9 photos.")
    qtbot.waitUntil(lambda: bar.message == bar.warning, timeout=3000)
    messages.info("Undone.")
    assert (bar.warning, bar.message) == ("The keys cannot be used.", "Undone.")


def test_a_long_warning_leaves_room_for_what_is_said_since(qtbot: QtBot, said):
    bar, messages = said
    bar.resize(900, 30)
    bar.show()
    messages.warn("Y is claimed by both review.accept and compare.together (compare). " * 3)
    messages.info("Undone: IMG_0015.JPG accepted")
    qtbot.waitUntil(lambda: bar._message.shown == "Undone: IMG_0015.JPG accepted", timeout=3000)
    assert bar._warning.shown.endswith("…") and bar.width() == 900


def test_what_was_said_last_has_room_beside_a_warning(qtbot: QtBot, said):
    bar, messages = said
    bar.resize(1200, 30)
    bar.show()
    messages.warn("Culled 436 photos in 1.1 s; 3 could not be read (filter Failed, Alt+6, says why).")
    words = "Undone: IMG_0035.JPG begins a new group of 2 photos, and that is long."
    messages.info(words)
    qtbot.waitUntil(lambda: bar._message.shown == words, timeout=3000)
    bar.resize(700, 30)
    assert bar.minimumSizeHint().width() <= 700 == bar.width(), "the window can be made narrower meanwhile"
    assert bar._warning.shown.endswith("…")


def test_a_graver_word_stays_and_what_was_not_read_is_counted(said):
    bar, messages = said
    messages.warn("The first.")
    messages.warn("The second.")
    assert bar.warning == "The second."
    messages.error("The disk is full.")
    messages.warn("The third.")
    assert bar.warning == "The disk is full."
    assert bar._history.text() == "Messages (4)"
    bar.mark_read()
    assert bar.warning == "" and bar._history.text() == "Messages"
    messages.warn("The fourth.")
    assert bar.warning == "The fourth.", "what was read is no obstacle"


def test_a_warning_is_in_the_messages_however_much_was_said_since(said):
    _, messages = said
    messages.warn("The keys cannot be used.")
    for number in range(3 * HISTORY_LIMIT):
        messages.info(f"Undone: {number}")
    assert len(messages.history) == HISTORY_LIMIT
    assert messages.history[0].text == "The keys cannot be used."
    assert messages.history[-1].text == f"Undone: {3 * HISTORY_LIMIT - 1}"


def test_what_was_wrong_at_the_start_is_seen_until_it_is_read(
    qtbot: QtBot, settings, data_dir, small_album: Path
):
    data_dir.root.mkdir(parents=True)
    (data_dir.root / "keys.yaml").write_text("review.accept: X\n", encoding="utf-8")
    window = app.make_window(settings, data_dir)
    try:
        window.show()
        with qtbot.waitSignal(window.run.ended, timeout=60_000):
            window.open_album(small_album)
        qtbot.keyClick(window.views.currentWidget(), Qt.Key.Key_P)
        assert "claimed by both" in window.bottom_bar.warning
        window.show_messages()
        sheet = window.findChild(TextSheet)
        assert sheet is not None and "claimed by both" in sheet.text and "Culled 9 photos" in sheet.text
        assert window.bottom_bar.warning == ""
        sheet.reject()
    finally:
        window.close()
        window.deleteLater()


def test_the_search_field_stays_as_wide_as_it_is(window: MainWindow):
    window.toggle_details()
    field = window.filter_bar.details.search
    before = field.sizeHint().expandedTo(field.minimumSize()).boundedTo(field.maximumSize())
    field.setText("a long name of a photo")
    assert field.sizeHint().expandedTo(field.minimumSize()).boundedTo(field.maximumSize()) == before
