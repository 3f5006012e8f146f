"""Paints one cell of the grid: the group's band, the photo, its marks and its caption."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.types import Decision, Label, Marks
from gui import marks, theme, wording
from gui.album_model import AlbumModel
from gui.caption import draw_caption, draw_strip
from gui.cell_layout import CellLayout, whole
from gui.entry import Entry
from gui.thumbnails import Thumbnails

Index = QModelIndex | QPersistentModelIndex
CORNER = 8.0
REJECTED_OPACITY = 0.30


class PhotoDelegate(QStyledItemDelegate):
    """Draws from the model's rows directly: no widget and no object per cell."""

    def __init__(self, model: AlbumModel, thumbnails: Thumbnails, font: QFont, size: int) -> None:
        super().__init__()
        self._model = model
        self._thumbnails = thumbnails
        self.layout = CellLayout.of(font, size)
        self.cell = self.layout.smallest_cell()
        self.dirty: QRegion | None = None  # what is to be painted; None: everything

    def set_layout(self, layout: CellLayout) -> None:
        self.layout = layout
        self.cell = layout.smallest_cell()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if self.dirty is not None and not self.dirty.intersects(option.rect):
            return  # the view asks for each cell in the rectangle around all that is to be painted
        row = index.row()
        entry = self._model.entry_at(row)
        cell = QRectF(option.rect)
        first, last = self._model.group_edges(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_band(painter, cell, entry, first=first, last=last)
        self._draw_selection(painter, cell, option.state)
        draw_strip(painter, self.layout, cell, self._model, row, first=first)
        self._draw_photo(painter, self.layout.photo_box(cell), entry)
        draw_caption(painter, self.layout, cell, self._model, entry)
        painter.restore()

    def _draw_band(self, painter: QPainter, cell: QRectF, entry: Entry, *, first: bool, last: bool) -> None:
        band = self.layout.band(cell, first=first, last=last)
        colour = theme.BAND_ODD if (entry.group or 0) % 2 else theme.BAND_EVEN
        if first or last:
            painter.fillPath(_capped(band, left=first, right=last), colour)
        else:
            painter.fillRect(band, colour)

    def _draw_selection(self, painter: QPainter, cell: QRectF, state: QStyle.StateFlag) -> None:
        box = cell.adjusted(5, 5, -5, -5)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.SELECTED)
            painter.drawRoundedRect(box, CORNER - 3, CORNER - 3)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.FOCUS, 1.6))
            painter.drawRoundedRect(box, CORNER - 3, CORNER - 3)

    def _draw_photo(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        identity = entry.inspected.identity if entry.inspected else None
        pixmap = self._thumbnails.get(entry.photo, identity) if entry.error is None else QPixmap()
        if pixmap is not None and pixmap.isNull():
            target = box
            _draw_failure(painter, self.layout, box, entry)
        elif pixmap is None:
            target = box.adjusted(0, box.height() * 0.08, 0, -box.height() * 0.08)
            painter.fillRect(target, theme.BACKGROUND)
        else:
            target = fit_in(pixmap, box)
            if self._model.is_folded(entry):
                _draw_stack(painter, target)
            painter.setOpacity(REJECTED_OPACITY if entry.decision is Decision.REJECT else 1.0)
            painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
            painter.setOpacity(1.0)
        if entry.is_pick:
            _draw_pick(painter, self.layout, target, own=wording.is_own_pick(entry))
        _draw_rating(painter, self.layout, target, entry.marks)
        badge = min(22.0, box.width() * 0.16)
        marks.draw_decision(
            painter, QRectF(target.right() - badge - 6, target.y() + 6, badge, badge), entry.decision
        )


def _draw_stack(painter: QPainter, photo: QRectF) -> None:
    """The edges of photos that lie behind that of a folded group."""
    painter.setPen(QPen(theme.FAINT, 1))
    painter.setBrush(theme.RAISED)
    for step in (7.0, 3.5):
        painter.drawRect(photo.translated(step, step).adjusted(0.5, 0.5, -0.5, -0.5))


def fit_in(pixmap: QPixmap, box: QRectF) -> QRectF:
    """Return where `pixmap` stands in `box`: whole, centred, on whole pixels, its shape kept."""
    scale = min(box.width() / pixmap.width(), box.height() / pixmap.height())
    width, height = round(pixmap.width() * scale), round(pixmap.height() * scale)
    left, top = box.x() + (box.width() - width) / 2, box.y() + (box.height() - height) / 2
    return QRectF(whole(left), whole(top), width, height)


def _draw_pick(painter: QPainter, layout: CellLayout, photo: QRectF, *, own: bool) -> None:
    """The pick: an accent frame and a chip; with a spark where suggested, a ring where chosen by hand."""
    text, draw = ("YOUR PICK", marks.draw_own) if own else ("PICK", marks.draw_spark)
    pen = QPen(theme.ACCENT, 3)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRect(photo.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setFont(layout.chip)
    height = layout.strip - 2
    width = painter.fontMetrics().horizontalAdvance(text) + height + 7
    chip = QRectF(photo.x() - 1, photo.y() - 1, width, height)
    painter.fillRect(chip, theme.ACCENT)
    star = QRectF(chip.x() + 4, chip.y() + 2, height - 4, height - 4)
    draw(painter, star, theme.ON_ACCENT)
    painter.setPen(theme.ON_ACCENT)
    painter.drawText(chip.adjusted(height + 3, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def _draw_rating(painter: QPainter, layout: CellLayout, photo: QRectF, given: Marks) -> None:
    """Label and stars, at the lower left of the photo."""
    if not given.stars and given.label is Label.NONE:
        return
    side = layout.strip * 0.72
    width = marks.rating_width(side, given.stars, given.label)
    pill = QRectF(photo.x() + 4, photo.bottom() - side - 12, width + 12, side + 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.BADGE)
    painter.drawRoundedRect(pill, 4, 4)
    marks.draw_rating(painter, QRectF(pill.x() + 6, pill.y() + 4, width, side), given.stars, given.label)


def _draw_failure(painter: QPainter, layout: CellLayout, box: QRectF, entry: Entry) -> None:
    """A torn frame and the reason, in place of the photo."""
    painter.fillRect(box, theme.BACKGROUND)
    side = min(34.0, box.height() * 0.28)
    icon = QRectF(box.center().x() - side / 2, box.y() + box.height() * 0.10, side, side)
    marks.draw_broken(painter, icon, theme.WARN)
    painter.setFont(layout.small)
    painter.setPen(theme.TEXT)
    text = QRectF(box.x() + 8, icon.bottom() + 4, box.width() - 16, box.bottom() - icon.bottom() - 8)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.drawText(text, int(flags), wording.failure_text(entry) or "No picture of it could be made.")


def _capped(band: QRectF, *, left: bool, right: bool) -> QPainterPath:
    """Return a box whose left and right corners are round where asked."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(band, CORNER, CORNER)
    if not left:
        path.addRect(QRectF(band.x(), band.y(), CORNER, band.height()))
    if not right:
        path.addRect(QRectF(band.right() - CORNER, band.y(), CORNER, band.height()))
    return path
