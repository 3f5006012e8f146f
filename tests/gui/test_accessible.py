"""What a screen reader finds: every widget that takes the focus has a name, every photo is described."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.types import Decision, Label, Marks, Role
from gui import theme
from gui.colours import LEAST_SHAPE, contrast
from gui.export_dialog import ExportDialog
from gui.exporting import export_items
from gui.main_window import MainWindow
from gui.reject_dialog import RejectDialog
from gui.sidecar_dialog import SidecarDialog
from gui.text_sheet import TextSheet, messages_html, shortcuts_html
from tests.gui.conftest import activate

_SILENT = ("qt_", "ScrollLeftButton", "ScrollRightButton")  # parts of Qt's own widgets


def nameless(root: QWidget) -> list[str]:
    """Return what takes the focus and has no name, with where it is."""
    focusable = (each for each in [root, *root.findChildren(QWidget)] if _takes_focus(each))
    return [_path(each) for each in focusable if not _name(each).strip()]


def _takes_focus(widget: QWidget) -> bool:
    own = widget.objectName().startswith(_SILENT) or widget.isWindow()
    return widget.isVisible() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not own


def _name(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found else ""


def _path(widget: QWidget) -> str:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None:
        names.append(f"{type(at).__name__}#{at.objectName()}")
        at = at.parentWidget()
    return " < ".join(names[:4])


def test_every_view_names_what_takes_the_focus(qtbot: QtBot, make_window, window: MainWindow):
    empty = make_window()
    assert nameless(empty) == [], "with no album open"
    window.toggle_details()
    shows: dict[str, Callable[[], None]] = {
        "grid": window.show_grid,
        "loupe": window.show_loupe,
        "compare": window.views.show_compare,
        "survey": window.views.show_survey,
        **{name: lambda name=name: window.panels.show(name) for name in window.panels.names},
    }
    found = {}
    for name, show in shows.items():
        window.grid.go_to_row(0)
        show()
        QApplication.processEvents()
        found |= {name: left} if (left := nameless(window)) else {}
    assert found == {}


def test_every_dialog_names_what_takes_the_focus(qtbot: QtBot, window: MainWindow, tmp_path):
    assert window.run.album is not None
    dialogs: Iterable[QDialog] = (
        ExportDialog(export_items(window.album), window.run.album, window._data_dir, window),
        RejectDialog(export_items(window.album), window.run.album, tmp_path, window),
        SidecarDialog(window.sidecars, window._settings.sidecars.targets, True, window),
        TextSheet("Keyboard shortcuts", shortcuts_html(), window),
        TextSheet("Messages", messages_html(window.messages.history), window),
    )
    for dialog in dialogs:
        dialog.show()
        QApplication.processEvents()
        assert nameless(dialog) == []
        dialog.reject()


def test_the_focus_is_seen_on_whatever_has_it(qtbot: QtBot, window: MainWindow, tmp_path):
    """Left out: the large view, compare and survey, which fill the window and paint nothing for it."""
    window.toggle_details()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    unseen: list[str] = []
    for name in window.panels.names:
        window.panels.show(name)
        QApplication.processEvents()
        unseen += _unseen_focus(window)
    dialog = ExportDialog(export_items(window.album), window.run.album, window._data_dir, window)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(dialog._export.isEnabled)
    unseen += _unseen_focus(dialog)
    dialog.reject()
    assert unseen == []


def _unseen_focus(root: QWidget) -> list[str]:
    """Return the widgets that look the same with the focus and without."""
    root.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as the Tab key does
    found = []
    widgets = [each for each in root.findChildren(QWidget) if _takes_focus(each) and each.isEnabled()]
    for widget in widgets:
        other = next(each for each in widgets if each is not widget and not widget.isAncestorOf(each))
        other.setFocus(Qt.FocusReason.TabFocusReason)
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.hasFocus() and widget.grab().toImage() == without:
            found.append(_path(widget))
    return found


@pytest.mark.parametrize("light", [False, True])
def test_the_focus_of_the_blue_button_is_a_ring_that_is_seen(qtbot: QtBot, qapp: QApplication, light: bool):
    place = QWidget()
    qtbot.addWidget(place)
    row = QHBoxLayout(place)
    blue, other = QPushButton("Export", place), QPushButton("Close", place)
    blue.setProperty("primary", True)
    row.addWidget(blue)
    row.addWidget(other)
    theme.apply(qapp, light=light)
    place.show()
    activate(qtbot, place)
    images = []
    for button in (other, blue):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        images.append(place.grab(blue.geometry()).toImage())
    theme.apply(qapp)
    without, focused = images
    pixels = ((x, y) for x in range(without.width()) for y in range(without.height()))
    clear = sum(
        contrast(without.pixelColor(*at).name(), focused.pixelColor(*at).name()) >= LEAST_SHAPE
        for at in pixels
    )
    assert clear >= 2 * 2 * (blue.width() + blue.height() - 10), "two pixels all around: WCAG 2.2, 2.4.13"


def test_the_views_that_take_the_keys_say_what_they_are(window: MainWindow):
    views = window.views
    for view in (views.grid, views.loupe, views.compare, views.survey):
        assert view.accessibleName(), type(view).__name__
        assert view.accessibleDescription(), type(view).__name__


@pytest.mark.parametrize("part", ["IMG_", "accepted", "4 stars", "green", "composite"])
def test_a_photo_of_the_grid_is_described(window: MainWindow, part: str):
    entry = window.album.entry_at(0)
    window.album.set_marks({entry.photo.id: Marks(Decision.ACCEPT, 4, Label.GREEN)})
    assert part in _described(window, 0).lower() or part in _described(window, 0)


def test_a_pick_and_a_failure_are_described(window: MainWindow):
    texts = [_described(window, row).lower() for row in range(window.album.rowCount())]
    picks = [window.album.entry_at(row).is_pick for row in range(window.album.rowCount())]
    assert ["suggested pick" in text for text in texts] == picks
    window.album.entry_at(0).error = "is truncated"
    assert "is truncated" in _described(window, 0)
    assert Role.QUALITY.value in texts[0]


def test_a_photo_of_the_grid_says_its_place_in_the_group_and_each_thing_once(window: MainWindow):
    model = window.album
    entries = [model.entry_at(row) for row in range(model.rowCount())]
    several = [row for row, entry in enumerate(entries) if len(model.members(entry)) > 1]
    assert several
    for row in several:
        at, size = model.place(entries[row])
        assert f"Photo {at} of {size} in its group" in _described(window, row)
    for row in range(len(entries)):
        parts = _described(window, row).split(". ")
        assert len(parts) == len(set(parts))
        assert sum("eyes" in part and "face" in part for part in parts) < 2


def _described(window: MainWindow, row: int) -> str:
    return window.album.data(window.album.index(row, 0), Qt.ItemDataRole.AccessibleTextRole)
