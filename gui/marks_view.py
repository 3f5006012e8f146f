"""The marks of one photo, large enough to see from the corner of the eye."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.types import Decision, Label
from gui import marks, theme, wording
from gui.entry import Entry

SIZE = QSize(124, 40)
RIGHT_OF_DISC, SPARK, RATING = 38, 22, 13  # pixels


class MarksView(QWidget):
    """The decision's disc and the pick's spark; below the spark, where there are any, label and stars.

    `snug` is no wider than they are.
    """

    def __init__(self, parent: QWidget | None = None, *, snug: bool = False) -> None:
        super().__init__(parent)
        self._snug = snug
        self._entry: Entry | None = None
        self.setFixedSize(SIZE)

    def show_entry(self, entry: Entry | None) -> None:
        self._entry = entry
        words = [] if entry is None else [wording.marks_text(entry.marks)]
        words += [wording.pick_text(entry)] if entry is not None and entry.is_pick else []
        self.setToolTip(", ".join(words))
        self.setAccessibleName(", ".join(words))
        if self._snug and entry is not None:
            self.setFixedWidth(_width(entry))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._entry is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        given = self._entry.marks
        disc = QRectF(2, 7, 26, 26)
        marks.draw_decision(painter, disc, given.decision)
        if given.decision is Decision.NONE:
            painter.setPen(QPen(theme.FAINT, 2))
            painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
        if self._entry.is_pick:
            draw = marks.draw_own if wording.is_own_pick(self._entry) else marks.draw_spark
            alone = given.stars == 0 and given.label is Label.NONE
            draw(painter, QRectF(RIGHT_OF_DISC, 11.5 if alone else 2, 17, 17), theme.ACCENT)
        marks.draw_rating(painter, QRectF(RIGHT_OF_DISC + 1, 23, 80, RATING), given.stars, given.label)


def _width(entry: Entry) -> int:
    rating = marks.rating_width(RATING, entry.marks.stars, entry.marks.label)
    return round(RIGHT_OF_DISC + max(SPARK if entry.is_pick else 0, rating))
