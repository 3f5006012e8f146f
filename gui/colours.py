"""The colours of both themes. Neutral greys only, so that nothing tints the eye; one accent colour."""

from __future__ import annotations

from collections.abc import Mapping

DARK = {
    "GROUND": "#1d1d1d",  # behind photos
    "BACKGROUND": "#1d1d1d",  # of fields and lists
    "PANEL": "#262626",
    "BAND_EVEN": "#2a2a2a",  # behind the photos of one group
    "BAND_ODD": "#323232",
    "RAISED": "#363636",
    "HOVER": "#3f3f3f",
    "SELECTED": "#464646",
    "LINE": "#5a5a5a",
    "TEXT": "#e8e8e8",
    "MUTED": "#b6b6b6",
    "FAINT": "#9f9f9f",  # on panels, fields and cards; what is on a photo's cell is MUTED at least
    "FOCUS": "#f4f4f4",
    "ACCENT": "#57aaff",
    "ACCENT_HOVER": "#7cbdff",
    "ON_ACCENT": "#08131f",
    "GOOD": "#58c07a",
    "ON_GOOD": "#0c1a10",
    "BAD": "#ff8079",
    "ON_RED": "#220606",
    "WARN": "#e5b04b",
    "RED": "#f0625d",
    "YELLOW": "#ecc94b",
    "GREEN": "#58c07a",
    "BLUE": "#5b9dff",
    "PURPLE": "#b583e8",
    "BADGE": "#d0101010",  # behind marks that stand on a photo; the first two digits are its opacity
}

LIGHT = {
    "GROUND": "#c4c4c4",
    "BACKGROUND": "#f4f4f4",
    "PANEL": "#e6e6e6",
    "BAND_EVEN": "#dcdcdc",
    "BAND_ODD": "#d0d0d0",
    "RAISED": "#f0f0f0",
    "HOVER": "#d9d9d9",
    "SELECTED": "#bababa",
    "LINE": "#a8a8a8",
    "TEXT": "#1a1a1a",
    "MUTED": "#424242",
    "FAINT": "#5e5e5e",
    "FOCUS": "#101010",
    "ACCENT": "#0059b3",
    "ACCENT_HOVER": "#0a6ccf",
    "ON_ACCENT": "#ffffff",
    "GOOD": "#175e2e",
    "ON_GOOD": "#ffffff",
    "BAD": "#a11b14",
    "ON_RED": "#ffffff",
    "WARN": "#6b4000",
    "RED": "#c4281f",
    "YELLOW": "#8f6900",
    "GREEN": "#1d7a3c",
    "BLUE": "#1f5fc4",
    "PURPLE": "#7b3fb8",
    "BADGE": "#e6f4f4f4",
}

_TEXT_EVERYWHERE = (
    "GROUND",
    "BACKGROUND",
    "PANEL",
    "BAND_EVEN",
    "BAND_ODD",
    "RAISED",
    "HOVER",
    "SELECTED",
    "BADGE",
)
# Which text stands on what. Each pair is to have a contrast of LEAST_TEXT at least.
TEXT_PAIRS: Mapping[str, tuple[str, ...]] = {
    "TEXT": _TEXT_EVERYWHERE,
    "MUTED": ("BACKGROUND", "PANEL", "BAND_EVEN", "BAND_ODD", "RAISED", "SELECTED"),
    "FAINT": ("BACKGROUND", "PANEL", "RAISED"),
    "WARN": ("BACKGROUND", "PANEL", "BAND_EVEN", "BAND_ODD", "RAISED", "SELECTED"),
    "BAD": ("BACKGROUND", "PANEL", "RAISED"),
    "GOOD": ("BACKGROUND", "PANEL", "RAISED"),
    "ACCENT": ("BACKGROUND", "PANEL", "RAISED"),
    "ON_ACCENT": ("ACCENT", "ACCENT_HOVER"),
    "ON_GOOD": ("GOOD",),
    "ON_RED": ("RED",),
}
# Shapes that say something, and what they stand on: LEAST_SHAPE at least.
SHAPE_PAIRS: Mapping[str, tuple[str, ...]] = {
    "FOCUS": ("BACKGROUND", "PANEL", "BAND_EVEN", "BAND_ODD", "RAISED", "SELECTED", "BADGE"),
    "ACCENT": ("GROUND", "PANEL", "BAND_EVEN", "BAND_ODD", "SELECTED"),
    "GOOD": ("PANEL", "RAISED"),
    "BAD": ("PANEL", "RAISED"),
    "WARN": ("GROUND", "PANEL", "RAISED", "BADGE"),
    **{label: ("PANEL", "BADGE") for label in ("RED", "YELLOW", "GREEN", "BLUE", "PURPLE")},
}
# WCAG 2.2, success criteria 1.4.3 and 1.4.11
LEAST_TEXT, LEAST_SHAPE = 4.5, 3.0


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1..21) of two colours "#rrggbb" or "#aarrggbb", as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[-6:][at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
