"""What becomes of dialogs, bars and sheets where there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QSizePolicy,
    QTableView,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.export.items import ExportItem
from gui import theme
from gui.commands import COMMANDS
from gui.export_dialog import ExportDialog
from gui.exporting import export_items
from gui.fitting import resize_within_screen
from gui.flow_layout import FlowLayout
from gui.main_window import MainWindow
from gui.plan_table import PlanTable
from gui.sidecar_dialog import SidecarDialog
from gui.text_sheet import shortcuts_html

SMALL = QSize(1366 * 2 // 3, 768 * 2 // 3)  # a laptop of 1366 x 768 that shows everything at 150%
FRAME = 48


def test_a_dialog_is_no_larger_than_the_screen(qtbot: QtBot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    resize_within_screen(dialog, 300, 200)
    assert dialog.size() == QSize(300, 200)
    resize_within_screen(dialog, 9000, 9000)
    room = dialog.screen().availableGeometry()
    assert dialog.width() <= room.width() and dialog.height() < room.height()


@pytest.mark.parametrize("exiftool", ["/usr/bin/exiftool", None])
def test_the_dialogs_about_files_have_their_buttons_on_a_small_screen(
    qtbot: QtBot, window: MainWindow, exiftool: str | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shutil.which", lambda _: exiftool)
    assert window.run.album is not None
    items: list[ExportItem] = export_items(window.album)
    targets = window._settings.sidecars.targets
    for dialog in (
        ExportDialog(items, window.run.album, window._data_dir, window),
        SidecarDialog(window.sidecars, targets, True, window),
    ):
        qtbot.addWidget(dialog)
        dialog.show()
        QApplication.processEvents()
        room = dialog.screen().availableGeometry()
        assert dialog.width() <= room.width() and dialog.height() < room.height()
        least = dialog.minimumSizeHint()
        assert least.width() <= SMALL.width() and least.height() <= SMALL.height() - FRAME
        dialog.reject()


@pytest.mark.parametrize("characters", [400, 100])
def test_the_key_sheet_has_every_command_once_however_narrow(characters: int):
    html = unescape(shortcuts_html(characters))
    for title in {command.title for command in COMMANDS}:
        assert html.count(f'<td style="padding:2px 0">{title}') == sum(
            command.title.startswith(title) for command in COMMANDS
        )
    assert html.count("width=") == 1 + (5 if characters == 400 else 3)


def _flow(place: QWidget, groups: Sequence[Sequence[int]], right: int) -> tuple[FlowLayout, list[QWidget]]:
    layout = FlowLayout(place, gap=0)
    layout.setContentsMargins(0, 0, 0, 0)
    parts: list[QWidget] = []
    for group in groups:
        made = [QWidget(place) for _ in group]
        for part, width in zip(made, group, strict=True):
            part.setFixedSize(width, 10)
        layout.add_group(made)
        parts += made
    last = QWidget(place)
    last.setFixedSize(right, 10)
    layout.add_to_right(last)
    place.show()
    return layout, [*parts, last]


def _lines(layout: FlowLayout, parts: Sequence[QWidget], width: int) -> list[int]:
    layout.setGeometry(QRect(0, 0, width, 100))
    return [part.y() // 10 for part in parts]


def test_what_belongs_together_stays_in_one_line(qtbot: QtBot):
    place = QWidget()
    qtbot.addWidget(place)
    layout, parts = _flow(place, [[40] * 5, [40] * 3, [60]], right=80)
    assert _lines(layout, parts, 500) == [0] * 10
    assert _lines(layout, parts, 300) == [0] * 5 + [1] * 4 + [0], "the first line has room for the last one"
    assert parts[-1].geometry().right() == 299
    assert _lines(layout, parts, 100) == [0, 0, 1, 1, 2, 3, 3, 4, 4, 5], "too narrow for a group"


def test_what_stands_at_the_right_gives_way_before_it_takes_a_line(qtbot: QtBot):
    place = QWidget()
    qtbot.addWidget(place)
    layout, parts = _flow(place, [[40] * 5], right=80)
    words = QLabel("such words as may be shortened", place)
    words.setFixedHeight(10)
    words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    words.setMinimumWidth(30)
    layout.add_to_right(words)
    parts.append(words)
    words.show()
    wanted = words.sizeHint().width()
    assert _lines(layout, parts, 280 + wanted) == [0] * 7 and words.width() == wanted
    assert _lines(layout, parts, 320) == [0] * 7 and words.width() == 40, "as much as there is room for"
    assert parts[-2].geometry().right() == 279 and words.geometry().right() == 319
    assert _lines(layout, parts, 300) == [0] * 6 + [1]


def _left_edge(image: QImage) -> int:
    """Return the first column of pixels, right of a frame, with the colour of text in it."""
    for x in range(2, image.width()):
        for y in range(2, image.height() - 3):
            if abs(image.pixelColor(x, y).lightness() - theme.PANEL.lightness()) > 60:
                return x
    return -1


def test_headers_stand_above_their_columns(qtbot: QtBot, window: MainWindow):
    tree, table = QTreeWidget(window), PlanTable(window)
    tree.setHeaderLabels(["HHH", "HHH"])
    tree.addTopLevelItem(type(tree.invisibleRootItem())(["HHH", "HHH"]))
    tree.setRootIsDecorated(False)
    table.show_plan([("", "File", "", "")])
    views: list[tuple[QTreeWidget | QTableView, QWidget, int]] = [(tree, tree.header(), 0)]
    views.append((table, table.horizontalHeader(), 1))
    for view, header, column in views:
        view.resize(600, 200)
        view.show()
        QApplication.processEvents()
        model = view.model()
        box = view.visualRect(model.index(0, column))
        below = _left_edge(view.viewport().grab(box).toImage())
        above = _left_edge(header.grab(QRect(box.left(), 0, box.width(), header.height())).toImage())
        assert below > 0 and abs(above - below) <= 1
        view.hide()
        view.deleteLater()
