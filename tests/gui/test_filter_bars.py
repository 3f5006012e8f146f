"""The two filter bars where a window is narrow or its font large: no line is spent on what can give way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.types import Label
from gui.criteria import Counts, Criteria, Filter
from gui.filter_details import Density, FilterDetails
from gui.main_window import MainWindow
from gui.theme import scaled_font

BESIDE_A_PANEL = 1062  # pixels for the bars in a window of 1366 with a panel
WIDE = 1900


@pytest.fixture
def bar(qtbot: QtBot) -> FilterDetails:
    bar = FilterDetails()
    qtbot.addWidget(bar)
    bar.show()
    counts = Counts(by_stars=[320, 120, 84, 30, 12, 2])
    counts.by_filter |= {Filter.EYES_CLOSED: 12, Filter.SOFT: 144}
    counts.by_label |= {Label.RED: 21}
    bar.show_choice(Criteria(), counts)
    return bar


@pytest.fixture
def large_font(qapp: QApplication) -> Iterator[None]:
    usual = qapp.font()
    qapp.setFont(scaled_font(usual, 1.5))
    yield
    qapp.setFont(usual)


def _lines(bar: FilterDetails, width: int) -> int:
    bar.resize(width, bar.heightForWidth(width))
    QApplication.processEvents()
    return bar._flow.lines_within(width)


def _seen(bar: FilterDetails) -> tuple[bool, bool]:
    """Tell whether the stars and whether the colours have their counts."""
    return all(b.text() for b in bar._stars.values()), all(b.text() for b in bar._labels.values())


def test_a_large_font_needs_no_second_line_of_the_second_bar(large_font, bar: FilterDetails):
    assert _lines(bar, 950) == 1
    assert not _seen(bar)[0], "the counts of stars have given way"
    assert _lines(bar, WIDE) == 1 and _seen(bar) == (True, True)
    assert _lines(bar, 400) > 1 and _seen(bar) == (True, True), "in two lines there is room for all"


def test_counts_that_are_not_seen_are_in_the_tooltips(bar: FilterDetails):
    bar._write(Density.NO_COUNTS_OF_MARKS)
    assert _seen(bar) == (False, False)
    assert bar._stars[2].toolTip() == "At least 2 stars: 84 photos"
    assert bar._labels[Label.RED].toolTip() == "Labelled red: 21 photos"


def test_the_name_of_a_hidden_filter_gives_way_before_the_size_slider(qtbot: QtBot, window: MainWindow):
    bar = window.filter_bar
    bar.resize(BESIDE_A_PANEL, bar.height())
    QApplication.processEvents()
    before = bar.heightForWidth(BESIDE_A_PANEL)
    stars = Criteria(stars=3, labels=frozenset({Label.RED, Label.GREEN}), text="a long word to look for")
    window.choosing.apply(stars.toggled(Filter.SOFT))
    QApplication.processEvents()
    assert bar.heightForWidth(BESIDE_A_PANEL) == before
    label = bar._shown
    assert label.text() == "0 of 9 shown · soft, at least 3 stars, green, red, “a long word to look for”"
    label.resize(label.minimumWidth(), label.height())
    assert label.shown.startswith("0 of 9 shown") and label.shown.endswith("…"), "the count never does"
    assert label.toolTip() == window.album.criteria.words()
