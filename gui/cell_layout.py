"""Where things stand in a grid cell. All lengths follow from the font and the chosen thumbnail size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF

from gui.theme import scaled_font

SIZES = (120, 156, 196, 248, 312, 384)  # widths of a photo's box, in device-independent pixels
DEFAULT_SIZE = 2
BOX_SHAPE = 0.80  # height of the box by its width: between landscape and portrait
PAD = 9
GAP = 3  # half the distance between two bands


def whole(place: float) -> int:
    """Return the nearest whole pixel, for halves always the next.

    Not `round`, which takes halves to even numbers: scrolled by one pixel, a photo would move by none or two.
    """
    return math.floor(place + 0.5)


@dataclass(frozen=True, slots=True)
class CellLayout:
    """Lengths, fonts and rectangles of a cell."""

    photo: QSize
    strip: float  # height of the line above the photo
    line: float  # height of one caption line
    font: QFont
    small: QFont
    bold: QFont
    chip: QFont

    @classmethod
    def of(cls, font: QFont, size: int) -> CellLayout:
        """Return the layout for a font and an index into SIZES."""
        width = SIZES[size]
        small = scaled_font(font, 0.88)
        return cls(
            photo=QSize(width, round(width * BOX_SHAPE)),
            strip=QFontMetricsF(small).height() + 4,
            line=QFontMetricsF(font).height() + 3,
            font=font,
            small=small,
            bold=scaled_font(font, 1.08, bold=True),
            chip=scaled_font(font, 0.80, bold=True),
        )

    def smallest_cell(self) -> QSize:
        height = 2 * GAP + 4 + self.strip + self.photo.height() + 5 + 2 * self.line + 6
        return QSize(self.photo.width() + 2 * PAD, round(height))

    def band(self, cell: QRectF, *, first: bool, last: bool) -> QRectF:
        """Return the part of the group's band in a cell; it ends inside the cell at the group's ends."""
        return cell.adjusted(GAP if first else 0, GAP, -GAP if last else 0, -GAP)

    def strip_box(self, cell: QRectF) -> QRectF:
        return QRectF(cell.x() + PAD + 2, cell.y() + GAP + 4, cell.width() - 2 * PAD - 4, self.strip)

    def photo_box(self, cell: QRectF) -> QRectF:
        left = cell.x() + (cell.width() - self.photo.width()) / 2
        top = cell.y() + GAP + 4 + self.strip
        return QRectF(whole(left), whole(top), self.photo.width(), self.photo.height())

    def caption(self, cell: QRectF, number: int) -> QRectF:
        """Return the box of caption line 0 or 1."""
        top = self.photo_box(cell).bottom() + 5 + number * self.line
        return QRectF(cell.x() + PAD + 2, top, cell.width() - 2 * PAD - 4, self.line)
