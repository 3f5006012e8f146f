"""Words in bars and strips: shortened where they do not fit, gone when they are old, never ambiguous."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui import bottom_bar
from gui.bottom_bar import BottomBar
from gui.elided_label import ElidedLabel
from gui.main_window import MainWindow
from gui.messages import Messages


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


def test_the_search_field_stays_as_wide_as_it_is(window: MainWindow):
    window.toggle_details()
    field = window.filter_bar.details.search
    before = field.sizeHint().expandedTo(field.minimumSize()).boundedTo(field.maximumSize())
    field.setText("a long name of a photo")
    assert field.sizeHint().expandedTo(field.minimumSize()).boundedTo(field.maximumSize()) == before
