"""Colours, palette and style sheet. Neutral greys only, so that nothing tints the eye; one accent colour."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from engine.paths import RESOURCES_DIR
from engine.types import Label, ModelState

BACKGROUND = QColor("#1d1d1d")  # behind photos
PANEL = QColor("#262626")
BAND_EVEN = QColor("#2a2a2a")  # behind the photos of one group
BAND_ODD = QColor("#323232")
RAISED = QColor("#363636")
HOVER = QColor("#3f3f3f")
SELECTED = QColor("#4a4a4a")
LINE = QColor("#434343")
TEXT = QColor("#e4e4e4")
MUTED = QColor("#a6a6a6")
FAINT = QColor("#7d7d7d")
FOCUS = QColor("#f4f4f4")
ACCENT = QColor("#4aa3ff")
ON_ACCENT = QColor("#08131f")
GOOD = QColor("#58c07a")
BAD = QColor("#f0625d")
WARN = QColor("#e5b04b")

LABEL_COLOURS = {
    Label.RED: QColor("#f0625d"),
    Label.YELLOW: QColor("#ecc94b"),
    Label.GREEN: QColor("#58c07a"),
    Label.BLUE: QColor("#5b9dff"),
    Label.PURPLE: QColor("#b583e8"),
}
BADGE = QColor(16, 16, 16, 200)  # behind marks that stand on a photo

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
    QPalette.ColorRole.Dark: BACKGROUND,
    QPalette.ColorRole.Shadow: QColor("#000000"),
    QPalette.ColorRole.Accent: ACCENT,
}
_GREYED_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def apply(app: QApplication) -> None:
    """Give the application Framepick's look. The font stays the system's own."""
    app.setStyle("Fusion")
    app.setPalette(dark_palette())
    app.setStyleSheet(style_sheet())


def dark_palette() -> QPalette:
    palette = QPalette()
    for role, colour in _COLOUR_ROLES.items():
        palette.setColor(role, colour)
    for role in _GREYED_ROLES:
        palette.setColor(QPalette.ColorGroup.Disabled, role, FAINT)
    return palette


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
    for name, colour in _named_colours().items():
        template = template.replace(f"@{name}@", colour.name())
    return template


def _named_colours() -> dict[str, QColor]:
    return {name: value for name, value in globals().items() if isinstance(value, QColor)}
