"""The themes: which one is shown, what is remembered, and that everything follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from engine.errors import SettingsError
from engine.paths import DataDir
from engine.settings import load_settings
from gui import theme
from gui.colours import DARK, LIGHT
from gui.main_window import MainWindow


@pytest.fixture(autouse=True)
def dark_again(qapp: QApplication):
    yield
    theme.apply(qapp)


def background() -> str:
    return QApplication.palette().color(QPalette.ColorRole.Base).name()


def test_a_key_goes_through_the_themes_and_the_last_is_remembered(qtbot: QtBot, make_window):
    window: MainWindow = make_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert (window.appearance.theme, background()) == ("dark", DARK["BACKGROUND"])
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert (window.appearance.theme, background()) == ("light", LIGHT["BACKGROUND"])
    assert window.bottom_bar.message == "The theme is light."
    window.close()
    again: MainWindow = make_window()
    assert (again.appearance.theme, background()) == ("light", LIGHT["BACKGROUND"])
    again.appearance.switch()
    assert again.appearance.theme == "system"


def test_a_theme_that_cannot_be_read_is_that_of_the_settings(make_window, data_dir: DataDir):
    data_dir.root.mkdir(parents=True)
    (data_dir.root / "theme.txt").write_bytes(b"\xff\xfe purple")
    assert make_window().appearance.theme == "dark"


def test_the_setting_is_validated(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("appearance:\n  theme: purple\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="theme"):
        load_settings(file)
    file.write_text("appearance:\n  theme: light\n", encoding="utf-8")
    assert load_settings(file).appearance.theme == "light"


def test_everything_that_is_painted_follows(qtbot: QtBot, window: MainWindow):
    window.panels.show("panel.inspector")
    window.grid.go_to_row(0)
    qtbot.waitUntil(lambda: DARK["ACCENT"] in window.inspector.toHtml())
    dark = window.grab().toImage()
    window.appearance.switch()
    light = window.grab().toImage()
    assert _brightness(dark) < 90
    assert _brightness(light) > 170
    qtbot.waitUntil(lambda: LIGHT["ACCENT"] in window.inspector.toHtml())
    assert DARK["ACCENT"] not in window.inspector.toHtml()


def test_a_photo_stands_on_neutral_ground(window: MainWindow):
    window.appearance.switch()
    window.show_loupe()
    corner = window.loupe.canvas.grab().toImage().pixelColor(1, 1)
    assert corner.name() == LIGHT["GROUND"]
    assert corner.red() == corner.green() == corner.blue()


def test_no_colour_is_left_to_fill_in(qapp: QApplication):
    for light in (False, True):
        theme.apply(qapp, light=light)
        assert "@" not in theme.style_sheet().split("*/", 1)[1]
        values = LIGHT if light else DARK
        assert all(getattr(theme, name) == QColor(value) for name, value in values.items())


def _brightness(image) -> float:
    points = [(x, y) for x in range(2, image.width(), 9) for y in range(2, image.height(), 9)]
    return sum(image.pixelColor(x, y).lightness() for x, y in points) / len(points)


def test_the_window_fits_a_small_screen_with_a_large_font(qapp: QApplication, make_window):
    usual = qapp.font()
    large = QFont(usual)
    large.setPointSizeF(usual.pointSizeF() * 1.5)
    qapp.setFont(large)
    try:
        window: MainWindow = make_window()
        window.filter_bar.show()
        window.toggle_details()
        window.resize(1366, 768)
        QApplication.processEvents()
        assert window.minimumSizeHint().width() <= 1366
        assert window.minimumSizeHint().height() <= 768
        details = window.filter_bar.details
        for bar in (details, details.parentWidget()):
            for part in (each for each in bar.findChildren(QToolButton) if each.isVisible() and each.text()):
                assert part.height() >= QFontMetrics(large).height(), "no text is cut off"
                assert bar.rect().contains(part.mapTo(bar, part.rect().bottomRight())), part.text()
    finally:
        qapp.setFont(usual)
