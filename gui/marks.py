"""The shapes that stand for states. Each differs in outline as well as in colour, so either is enough."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from engine.types import Decision, Label, ModelState
from gui import theme

Draw = Callable[[QPainter, QRectF], object]


def draw_check(painter: QPainter, box: QRectF, colour: QColor) -> None:
    path = _polyline(box, ((0.20, 0.54), (0.42, 0.76), (0.82, 0.28)))
    painter.strokePath(path, _pen(box, colour, 0.15))


def draw_cross(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.strokePath(_polyline(box, ((0.25, 0.25), (0.75, 0.75))), _pen(box, colour, 0.15))
    painter.strokePath(_polyline(box, ((0.75, 0.25), (0.25, 0.75))), _pen(box, colour, 0.15))


def draw_star(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.fillPath(star_path(box), colour)


def star_path(box: QRectF) -> QPainterPath:
    """Return a five-pointed star that fills `box`."""
    centre, outer = box.center(), box.width() / 2
    path = QPainterPath()
    for corner in range(10):
        radius = outer if corner % 2 == 0 else outer * 0.45
        angle = math.pi * corner / 5 - math.pi / 2
        point = QPointF(centre.x() + radius * math.cos(angle), centre.y() + radius * math.sin(angle))
        if corner == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
    path.closeSubpath()
    return path


def draw_decision(painter: QPainter, box: QRectF, decision: Decision) -> None:
    """Draw the disc of a decision: a check on green, a cross on red; nothing for none."""
    if decision is Decision.NONE:
        return
    accepted = decision is Decision.ACCEPT
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.GOOD if accepted else theme.RED)
    if accepted:
        painter.drawEllipse(box)
        draw_check(painter, box, theme.ON_GOOD)
    else:
        painter.drawRoundedRect(box, box.width() * 0.2, box.width() * 0.2)
        draw_cross(painter, box, theme.ON_RED)


def draw_spark(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """The suggestion: a spark of four points, so that nobody takes it for a star that was given."""
    path = QPainterPath(_at(box, 0.5, 0.0))
    for corner in ((1.0, 0.5), (0.5, 1.0), (0.0, 0.5), (0.5, 0.0)):
        path.quadTo(box.center(), _at(box, *corner))
    painter.fillPath(path, colour)


def draw_own(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """The photographer's own pick: a ring with a dot, as one marks a frame on a contact sheet."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(box, colour, 0.16))
    painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(box.center(), box.width() * 0.17, box.width() * 0.17)


def draw_fold(painter: QPainter, box: QRectF, colour: QColor, *, folded: bool) -> None:
    """A triangle: pointing right on a folded group, down on an open one."""
    corners = ((0.2, 0.0), (0.9, 0.5), (0.2, 1.0)) if folded else ((0.0, 0.2), (1.0, 0.2), (0.5, 0.9))
    triangle = _polyline(box, corners)
    triangle.closeSubpath()
    painter.fillPath(triangle, colour)


def draw_label(painter: QPainter, box: QRectF, label: Label) -> None:
    """Red: square. Yellow: triangle. Green: disc. Blue: diamond. Purple: triangle on its tip."""
    if label is Label.NONE:
        return
    colour = theme.LABEL_COLOURS[label]
    if label is Label.GREEN:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(box)
        return
    outline = _polyline(box, _LABEL_SHAPES[label])
    outline.closeSubpath()
    painter.fillPath(outline, colour)


_LABEL_SHAPES = {
    Label.RED: ((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92)),
    Label.YELLOW: ((0.5, 0.0), (1.0, 0.94), (0.0, 0.94)),
    Label.BLUE: ((0.5, -0.06), (1.06, 0.5), (0.5, 1.06), (-0.06, 0.5)),
    Label.PURPLE: ((0.0, 0.06), (1.0, 0.06), (0.5, 1.0)),
}


def draw_rating(painter: QPainter, box: QRectF, stars: int, label: Label) -> float:
    """Draw the label's shape and the stars from the left of `box`; return how wide that is."""
    side, left = box.height(), box.x()
    if label is not Label.NONE:
        shape = QRectF(left, box.y(), side, side)
        draw_label(painter, shape.adjusted(0.5, 0.5, -0.5, -0.5), label)
        left += side * 1.25
    for _ in range(stars):
        draw_star(painter, QRectF(left, box.y() - side * 0.05, side, side), theme.FOCUS)
        left += side * 1.05
    return left - box.x()


def rating_width(side: float, stars: int, label: Label) -> float:
    """Return how wide `draw_rating` draws in a box of that height."""
    return side * (1.05 * stars + (1.25 if label is not Label.NONE else 0.0))


def draw_face(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A head and shoulders."""
    painter.fillPath(_face_path(box.width()).translated(box.topLeft()), colour)


@lru_cache(maxsize=32)
def _face_path(side: float) -> QPainterPath:
    """Cut it once per size: that takes longer than to paint it, and each cell of the grid has one."""
    box = QRectF(0, 0, side, side)
    shoulders, clip = QPainterPath(), QPainterPath()
    shoulders.addEllipse(QRectF(side * 0.08, side * 0.56, side * 0.84, side * 0.84))
    clip.addRect(box)
    face = shoulders.intersected(clip)
    face.addEllipse(QRectF(side * 0.29, side * 0.06, side * 0.42, side * 0.42))
    return face


def draw_eye(painter: QPainter, box: QRectF, colour: QColor, *, is_open: bool) -> None:
    """An open eye with its iris, or a closed lid with lashes."""
    lid = _lid_path(box.width(), is_open).translated(box.topLeft())
    painter.strokePath(lid, _pen(box, colour, 0.11))
    if is_open:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(box.center(), box.width() * 0.15, box.width() * 0.15)


@lru_cache(maxsize=64)
def _lid_path(side: float, is_open: bool) -> QPainterPath:
    box = QRectF(0, 0, side, side)
    left, right = _at(box, 0.04, 0.5), _at(box, 0.96, 0.5)
    lid = QPainterPath(left)
    if is_open:
        lid.quadTo(_at(box, 0.5, -0.02), right)
        lid.quadTo(_at(box, 0.5, 1.02), left)
        return lid
    lid.quadTo(_at(box, 0.5, 0.95), right)
    for lash in (((0.2, 0.68), (0.1, 0.88)), ((0.5, 0.75), (0.5, 0.98)), ((0.8, 0.68), (0.9, 0.88))):
        lid.addPath(_polyline(box, lash))
    return lid


def draw_smile(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A smiling mouth under two eyes."""
    mouth = QPainterPath(_at(box, 0.12, 0.5))
    mouth.quadTo(_at(box, 0.5, 1.08), _at(box, 0.88, 0.5))
    painter.strokePath(mouth, _pen(box, colour, 0.11))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for x in (0.3, 0.7):
        painter.drawEllipse(_at(box, x, 0.22), box.width() * 0.09, box.width() * 0.09)


def draw_state(painter: QPainter, box: QRectF, state: ModelState) -> None:
    """Active: disc. Idle: ring. Missing: triangle. Failed: cross. Disabled: bar."""
    colour = theme.STATE_COLOURS[state]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if state is ModelState.ACTIVE:
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    elif state is ModelState.IDLE:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(box, colour, 0.16))
        painter.drawEllipse(box.adjusted(2, 2, -2, -2))
    elif state is ModelState.MISSING:
        triangle = _polyline(box, ((0.5, 0.08), (0.96, 0.92), (0.04, 0.92)))
        triangle.closeSubpath()
        painter.fillPath(triangle, colour)
    elif state is ModelState.FAILED:
        draw_cross(painter, box, colour)
    else:
        painter.drawRect(QRectF(box.x() + 1, box.center().y() - 1, box.width() - 2, 2.5))


def draw_broken(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A picture frame torn in two."""
    pen = _pen(box, colour, 0.06)
    left = _polyline(
        box, ((0.44, 0.15), (0.08, 0.15), (0.08, 0.85), (0.36, 0.85), (0.48, 0.62), (0.34, 0.42))
    )
    left.lineTo(_at(box, 0.44, 0.15))
    right = _polyline(
        box, ((0.56, 0.15), (0.92, 0.15), (0.92, 0.85), (0.48, 0.85), (0.60, 0.62), (0.46, 0.42))
    )
    right.lineTo(_at(box, 0.56, 0.15))
    painter.strokePath(left, pen)
    painter.strokePath(right, pen)


def state_icon(state: ModelState, side: int = 14) -> QIcon:
    """Return the mark of a model state as an icon that is sharp at 1x, 2x and 3x."""
    return _state_icon(state, side, theme.STATE_COLOURS[state].rgba())


@lru_cache(maxsize=32)
def _state_icon(state: ModelState, side: int, _rgba: int) -> QIcon:
    """Paint it once per colour: states are told again with each batch of scores."""
    icon = QIcon()
    for ratio in (1, 2, 3):
        pixmap = QPixmap(side * ratio, side * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_state(painter, QRectF(1, 1, side - 2, side - 2), state)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _pen(box: QRectF, colour: QColor, share: float) -> QPen:
    pen = QPen(colour, max(1.2, box.width() * share))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.x() + box.width() * x, box.y() + box.height() * y)


def _polyline(box: QRectF, points: tuple[tuple[float, float], ...]) -> QPainterPath:
    path = QPainterPath(_at(box, *points[0]))
    for point in points[1:]:
        path.lineTo(_at(box, *point))
    return path
