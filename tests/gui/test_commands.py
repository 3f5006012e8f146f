"""The command table feeds everything, and no key means two things."""

from dataclasses import replace
from html import escape

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QScrollBar, QWidget

from gui import theme
from gui.commands import (
    CATEGORIES,
    COMMANDS,
    Command,
    DuplicateKeyError,
    Place,
    as_markdown,
    check_keys,
    printed,
    tooltip,
)
from gui.ordering import SortBy
from gui.text_sheet import COLUMNS, TextSheet, shortcuts_html


def _with(key: str, place: Place) -> tuple[Command, ...]:
    return (*COMMANDS, Command("test.more", "More", (key,), "View", "More", place))


def test_the_table_is_free_of_double_keys():
    check_keys()


@pytest.mark.parametrize("place", list(Place))
def test_a_key_that_is_taken_everywhere_is_refused(place):
    with pytest.raises(DuplicateKeyError, match=r"review\.accept and test\.more"):
        check_keys(_with("p", place))


def test_a_key_may_differ_between_grid_and_large_view():
    check_keys(_with("Z", Place.GRID))
    with pytest.raises(DuplicateKeyError):
        check_keys(_with("Z", Place.LOUPE))


def test_an_id_that_is_used_twice_is_refused():
    with pytest.raises(ValueError, match=r"album\.open"):
        check_keys((*COMMANDS, replace(COMMANDS[0], keys=())))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_key_is_one_that_qt_knows(command):
    for key in command.keys:
        assert QKeySequence(key).toString() != "", key


def test_markdown_and_sheet_hold_every_command():
    markdown, sheet = as_markdown(), shortcuts_html()
    for command in COMMANDS:
        assert f"| {command.title}" in markdown
        assert command.title in sheet
        for key in command.keys:
            assert f"`{key}`" in markdown
            assert escape(printed(key)) in sheet
    assert sorted(name for names, _ in COLUMNS for name in names) == sorted(CATEGORIES)
    assert sum(share for _, share in COLUMNS) == 100


@pytest.mark.parametrize("size", [(1366, 700), (1366, 768), (1920, 1080)])
def test_the_sheet_of_keys_is_seen_whole(qtbot, size):
    theme.apply(QApplication.instance())
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(*size)
    sheet = TextSheet("Keyboard shortcuts", shortcuts_html(), parent)
    sheet.show()
    bars = [each for each in sheet.findChildren(QScrollBar) if each.maximum() > 0]
    assert not bars
    assert sheet.width() < size[0]
    assert sheet.height() < size[1]
    sheet.close()


def test_a_tooltip_names_the_key():
    assert tooltip(COMMANDS[0]).endswith("(Ctrl+O)")


def test_menus_and_tooltips_come_from_the_table(make_window):
    window = make_window()
    for command in COMMANDS:
        if not command.native:
            action = window.actions_[command.id]
            assert action.toolTip() == tooltip(command)
            assert [key.toString() for key in action.shortcuts()] == [
                QKeySequence(key).toString() for key in command.keys
            ]
    titles = [action.text() for action in window.menuBar().actions()]
    assert [title.replace("&", "") for title in titles] == list(CATEGORIES)
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(set(letters)) == len(CATEGORIES), "each menu is opened by a letter of its own"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups are grabbed and raised
def test_photos_are_sorted_from_the_menu_by_keys_alone(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and menu.objectName() == "menu.Sort"
    qtbot.keyClick(menu, Qt.Key.Key_Down)  # from the first, capture time
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert window.album.ordering.by is SortBy.NAME
    assert QApplication.activePopupWidget() is None
