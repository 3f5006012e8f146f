"""The words of a grid cell: the group's label above the photo, name, score and badges below it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from gui import marks, theme, wording
from gui.album_model import AlbumModel
from gui.cell_layout import CellLayout
from gui.entry import Entry
from gui.wording import Eyes, FacesFound

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_IN_MIDDLE = Qt.TextElideMode.ElideMiddle
_AT_END = Qt.TextElideMode.ElideRight


def draw_strip(
    painter: QPainter, layout: CellLayout, cell: QRectF, model: AlbumModel, row: int, *, first: bool
) -> None:
    """Above the photo: place in the group; on the group's first photo its time and kind as well.

    The first photo's strip is the group's header: a triangle says whether the group is folded.
    """
    box, entry = layout.strip_box(cell), model.entry_at(row)
    position, size = model.place(entry)
    folded = model.is_folded(entry)
    painter.setFont(layout.small)
    painter.setPen(theme.TEXT if folded else theme.MUTED)
    if size > 1:
        painter.drawText(box, int(_RIGHT), f"{size} photos" if folded else f"{position} of {size}")
    if not first:
        return
    if size > 1 and model.ordering.grouped:
        side = layout.strip * 0.5
        arrow = QRectF(box.x(), box.center().y() - side / 2, side, side)
        marks.draw_fold(painter, arrow, theme.TEXT if folded else theme.MUTED, folded=folded)
        box.setLeft(box.left() + side + 6)
        painter.setPen(theme.MUTED)
    tag, taken = wording.group_tag(entry), _taken(entry)
    if taken is not None:
        text = f"{taken:%H:%M:%S}"
        if begins_day(model, row):
            room = box.width() - _count_width(layout) - (_tag_width(layout, tag) + 8 if tag else 0)
            text = dated(taken, layout.small, room)
        painter.drawText(box, int(_LEFT), text)
        box.setLeft(box.left() + painter.fontMetrics().horizontalAdvance(text) + 8)
    if tag:
        _draw_tag(painter, layout, box, tag)


def draw_caption(
    painter: QPainter, layout: CellLayout, cell: QRectF, model: AlbumModel, entry: Entry
) -> None:
    """Below the photo: name, faces and composite; then the verdict of a close pair, or the first reason."""
    line = layout.caption(cell, 0)
    line.setRight(_draw_score(painter, layout, line, model, entry) - 8)
    if found := model.faces_found(entry):
        line.setRight(_draw_faces(painter, layout, line, found) - 6)
    painter.setFont(layout.font)
    painter.setPen(theme.TEXT)
    painter.drawText(line, int(_LEFT), elided(wording.stem(entry.photo.name), layout.font, line.width()))
    line = layout.caption(cell, 1)
    if verdict := model.verdict(entry):
        _draw_verdict(painter, layout, line, wording.verdict_parts(verdict[0], entry, verdict[1]))
    elif reasons := wording.reasons(entry):
        painter.setFont(layout.small)
        painter.setPen(theme.MUTED)
        painter.drawText(line, int(_LEFT), elided(reasons[0], layout.small, line.width(), _AT_END))


def _taken(entry: Entry) -> datetime | None:
    return entry.inspected.metadata.captured_at if entry.inspected else None


def begins_day(model: AlbumModel, row: int) -> bool:
    """Tell whether the photo shown before a row is of another day, or none is.

    Without dates, photos of several days look as if they stood in no order.
    """
    taken = _taken(model.entry_at(row))
    before = _taken(model.entry_at(row - 1)) if row else None
    return taken is not None and (before is None or before.date() != taken.date())


def dated(taken: datetime, font: QFont, room: float) -> str:
    """Return date and time; the time alone where there are not so many pixels."""
    time = f"{taken:%H:%M:%S}"
    text = f"{taken.date().isoformat()}  {time}"
    return text if QFontMetrics(font).horizontalAdvance(text) <= room else time


def _tag_width(layout: CellLayout, tag: str) -> float:
    return QFontMetrics(layout.chip).horizontalAdvance(tag) + 10


def _count_width(layout: CellLayout) -> float:
    return QFontMetrics(layout.small).horizontalAdvance("99 photos") + 6


@lru_cache(maxsize=4096)
def elided(text: str, font: QFont, width: float, where: Qt.TextElideMode = _IN_MIDDLE) -> str:
    """Return `text`, shortened where it does not fit; the tooltip has it in full."""
    return QFontMetrics(font).elidedText(text, where, int(width))


def _draw_tag(painter: QPainter, layout: CellLayout, box: QRectF, text: str) -> None:
    painter.setFont(layout.chip)
    width = _tag_width(layout, text)
    if width > box.width() - _count_width(layout):
        return  # the tooltip says it, too
    tag = QRectF(box.x(), box.y() + 1, width, box.height() - 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.SELECTED)
    painter.drawRoundedRect(tag, 3, 3)
    painter.setPen(theme.TEXT)
    painter.drawText(tag, int(_CENTRE), text)


def _draw_score(
    painter: QPainter, layout: CellLayout, line: QRectF, model: AlbumModel, entry: Entry
) -> float:
    """Draw "2/3 72" at the right end of the line; return where it begins."""
    text = wording.composite_text(entry, awaited=model.awaited)
    painter.setFont(layout.small if text == wording.NO_SCORE else layout.bold)
    painter.setPen(theme.TEXT if text.isdigit() else theme.MUTED)
    painter.drawText(line, int(_RIGHT), text)
    start = line.right() - painter.fontMetrics().horizontalAdvance(text)
    partial = wording.models_text(entry, model.roles)
    if not partial:
        return start
    painter.setFont(layout.small)
    painter.setPen(theme.WARN)
    painter.drawText(QRectF(line.x(), line.y(), start - 5 - line.x(), line.height()), int(_RIGHT), partial)
    return start - 5 - painter.fontMetrics().horizontalAdvance(partial)


def _draw_faces(painter: QPainter, layout: CellLayout, line: QRectF, found: FacesFound) -> float:
    """Draw head, count and eye at the right end of the line; return where they begin."""
    painter.setFont(layout.small)
    metrics = painter.fontMetrics()
    count = str(found.count)
    note = {Eyes.CLOSED: str(found.closed), Eyes.UNSURE: "?", Eyes.OPEN: ""}[found.eyes]
    side = layout.line * 0.64
    head_width = side + 3 + metrics.horizontalAdvance(count) + 6
    start = line.right() - head_width - side - (metrics.horizontalAdvance(note) + 2 if note else 0)
    top = line.center().y() - side / 2
    marks.draw_face(painter, QRectF(start, top, side, side), theme.MUTED)
    painter.setPen(theme.TEXT)
    painter.drawText(QRectF(start + side + 3, line.y(), 60, line.height()), int(_LEFT), count)
    colour = theme.WARN if found.eyes is Eyes.CLOSED else theme.MUTED
    eye = QRectF(start + head_width, top, side, side)
    marks.draw_eye(painter, eye, colour, is_open=found.eyes is not Eyes.CLOSED)
    painter.setPen(colour)
    painter.drawText(QRectF(eye.right() + 2, line.y(), 40, line.height()), int(_LEFT), note)
    return start


def _draw_verdict(painter: QPainter, layout: CellLayout, line: QRectF, parts: tuple[str, str, str]) -> None:
    """Draw the chip of a close pair; the other photo's name gives way first, never the confidence."""
    painter.setFont(layout.small)
    metrics = painter.fontMetrics()
    before, name, after = parts
    room = line.width() - 10 - metrics.horizontalAdvance(before) - metrics.horizontalAdvance(after)
    shown = elided(name, layout.small, room) if room > 24 else ""
    text = f"{before}{shown}{after}" if shown else f"≈{after.replace(' ·', '')}"
    text = elided(text, layout.small, line.width() - 10)
    width = metrics.horizontalAdvance(text) + 12
    chip = QRectF(line.x() - 2, line.y() + 1, width, line.height() - 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.HOVER)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(theme.TEXT)
    painter.drawText(chip, int(_CENTRE), text)
