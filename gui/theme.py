"""The colours that are shown now, the palette and the style sheet. What they are is in gui/colours.py."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from engine.paths import RESOURCES_DIR
from engine.types import Label, ModelState
from gui.colours import DARK, LIGHT

# One object per colour for as long as the program runs; `apply` gives all of them other values.
GROUND, BACKGROUND, PANEL = QColor(), QColor(), QColor()
BAND_EVEN, BAND_ODD, RAISED, HOVER, SELECTED = QColor(), QColor(), QColor(), QColor(), QColor()
LINE, TEXT, MUTED, FAINT, FOCUS = QColor(), QColor(), QColor(), QColor(), QColor()
ACCENT, ACCENT_HOVER, ON_ACCENT = QColor(), QColor(), QColor()
GOOD, ON_GOOD, BAD, ON_RED, WARN = QColor(), QColor(), QColor(), QColor(), QColor()
RED, YELLOW, GREEN, BLUE, PURPLE = QColor(), QColor(), QColor(), QColor(), QColor()
BADGE = QColor()  # behind marks that stand on a photo

LABEL_COLOURS = {
    Label.RED: RED,
    Label.YELLOW: YELLOW,
    Label.GREEN: GREEN,
    Label.BLUE: BLUE,
    Label.PURPLE: PURPLE,
}
STATE_COLOURS = {
    ModelState.ACTIVE: GOOD,
    ModelState.IDLE: MUTED,
    ModelState.MISSING: WARN,
    ModelState.FAILED: BAD,
    ModelState.DISABLED: FAINT,
}

_COLOUR_ROLES = {
    QPalette.ColorRole.Window: PANEL,
    QPalette.ColorRole.WindowText: TEXT,
    QPalette.ColorRole.Base: BACKGROUND,
    QPalette.ColorRole.AlternateBase: PANEL,
    QPalette.ColorRole.ToolTipBase: RAISED,
    QPalette.ColorRole.ToolTipText: TEXT,
    QPalette.ColorRole.Text: TEXT,
    QPalette.ColorRole.Button: RAISED,
    QPalette.ColorRole.ButtonText: TEXT,
    QPalette.ColorRole.BrightText: BAD,
    QPalette.ColorRole.Link: ACCENT,
    QPalette.ColorRole.Highlight: ACCENT,
    QPalette.ColorRole.HighlightedText: ON_ACCENT,
    QPalette.ColorRole.PlaceholderText: FAINT,
    QPalette.ColorRole.Light: HOVER,
    QPalette.ColorRole.Midlight: RAISED,
    QPalette.ColorRole.Mid: LINE,
    QPalette.ColorRole.Dark: LINE,
    QPalette.ColorRole.Shadow: LINE,
    QPalette.ColorRole.Accent: ACCENT,
}
_GREYED_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def apply(app: QApplication, *, light: bool = False) -> None:
    """Give the application Framepick's look. The font stays the system's own."""
    _fill(LIGHT if light else DARK)
    if not app.styleSheet():
        app.setStyle("Fusion")
    shown = [window for window in app.topLevelWidgets() if window.isVisible() and window.updatesEnabled()]
    for window in shown:
        window.setUpdatesEnabled(False)
    # A sheet in place of another one, and colours under a sheet, have every widget polished several times.
    app.setStyleSheet("")
    app.setPalette(palette())
    app.setStyleSheet(style_sheet())
    for window in shown:
        window.setUpdatesEnabled(True)


def is_light() -> bool:
    """Tell whether the light theme is shown."""
    return BACKGROUND.name() == LIGHT["BACKGROUND"]


def _fill(colours: Mapping[str, str]) -> None:
    for name, value in colours.items():
        colour: QColor = globals()[name]
        colour.setRgba(QColor(value).rgba())


def palette() -> QPalette:
    found = QPalette()
    for role, colour in _COLOUR_ROLES.items():
        found.setColor(role, colour)
    for role in _GREYED_ROLES:
        found.setColor(QPalette.ColorGroup.Disabled, role, FAINT)
    return found


def scaled_font(base: QFont, factor: float, *, bold: bool = False) -> QFont:
    """Return `base` at `factor` times its size, whether that is set in points or in pixels."""
    font = QFont(base)
    if base.pixelSize() > 0:
        font.setPixelSize(max(8, round(base.pixelSize() * factor)))
    else:
        font.setPointSizeF(base.pointSizeF() * factor)
    font.setBold(bold)
    return font


def style_sheet() -> str:
    """Return the application's QSS with the colours filled in."""
    template = (RESOURCES_DIR / "style.qss").read_text(encoding="utf-8")
    for name in DARK:
        template = template.replace(f"@{name}@", globals()[name].name())
    pictures = {"ARROW": "arrow_down", "CHECK": "check_on_dark" if is_light() else "check_on_bright"}
    for name, file in pictures.items():
        template = template.replace(f"@{name}@", (RESOURCES_DIR / f"{file}.svg").as_posix())
    return template


_fill(DARK)
