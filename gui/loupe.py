"""The large view: one photo, what is known of it, its neighbours ready."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui import theme, wording
from gui.album_model import AlbumModel
from gui.canvas import Canvas
from gui.entry import Entry
from gui.marks_view import MarksView
from gui.previews import FULL, Previews
from gui.thumbnails import Thumbnails

AHEAD, BEHIND = 2, 1  # neighbours to have ready, in the direction of travel
SIDES = (1600, 2560, 3840)  # long sides that pictures are decoded for


class Loupe(QWidget):
    """Shows the photo it is told to; asks for the neighbours in the direction one is going."""

    def __init__(
        self, model: AlbumModel, thumbnails: Thumbnails, previews: Previews, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._model, self._thumbnails, self._previews = model, thumbnails, previews
        self._entry: Entry | None = None
        self._row, self._direction = -1, 1
        self.canvas = Canvas(self)
        self._marks = MarksView(self)
        self._title, self._line, self._reasons = QLabel(self), QLabel(self), QLabel(self)
        self._lay_out()
        self.canvas.zoom_wanted.connect(self._zoom_at)
        previews.arrived.connect(self._note_arrival)
        thumbnails.arrived.connect(self._note_arrival)

    def _lay_out(self) -> None:
        info = QWidget(self)
        info.setObjectName("loupeInfo")
        info.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title.setFont(theme.scaled_font(self.font(), 1.1, bold=True))
        self._line.setProperty("tone", "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._title, self._line, self._reasons):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            words.addWidget(label)
        row = QHBoxLayout(info)
        row.setContentsMargins(14, 8, 14, 8)
        row.addWidget(self._marks)
        row.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(info)

    # -- what is shown

    def show_entry(self, entry: Entry | None) -> None:
        """Show a photo. Stepping inside a group keeps the zoom, another group is shown whole."""
        if entry is not None:
            row = self._model.row(entry.photo.id)
            row = -1 if row is None else row
            self._direction = 1 if row >= self._row else -1
            self._row = row
        same_group = entry and self._entry and entry.group is not None and entry.group == self._entry.group
        if not same_group:
            self.canvas.zoom_to(None)
        self._entry = entry
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is known now of the same photo."""
        if not self.isVisible():
            return
        self._want()
        self._paint()
        self._show_words()

    @property
    def words(self) -> str:
        return "\n".join(label.text() for label in (self._title, self._line, self._reasons))

    def toggle_zoom(self) -> None:
        self._zoom_at(QPointF(0.5, 0.5))

    @Slot(object)
    def _zoom_at(self, spot: QPointF) -> None:
        self.canvas.zoom_to(None if self.canvas.zoomed else spot)
        self.refresh()

    @Slot(int)
    def _note_arrival(self, photo_id: int) -> None:
        if self.isVisible() and self._entry is not None and photo_id == self._entry.photo.id:
            self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def _side(self) -> int:
        """Return the long side to decode for this view."""
        longest = max(self.canvas.width(), self.canvas.height()) * self.devicePixelRatio()
        return next((side for side in SIDES if side >= longest), SIDES[-1])

    def _want(self) -> None:
        if self._entry is None:
            return
        if self.canvas.zoomed and self._previews.get(self._entry.photo.id, FULL) is None:
            self._previews.want([self._entry.photo], FULL)
            return
        rows = [self._row]
        rows += [self._row + self._direction * step for step in range(1, AHEAD + 1)]
        rows += [self._row - self._direction * step for step in range(1, BEHIND + 1)]
        entries = [self._model.entry_at(row) for row in rows if 0 <= row < self._model.rowCount()]
        self._previews.want([e.photo for e in entries if e.error is None], self._side())

    def _paint(self) -> None:
        """Show the best picture there is: full detail, decoded for this view, or the thumbnail."""
        entry = self._entry
        if entry is None:
            self.canvas.show_picture(None, 0)
            return
        photo = entry.photo
        identity = entry.inspected.identity if entry.inspected else None
        full = self._previews.get(photo.id, FULL) if self.canvas.zoomed else None
        pixmap = full or self._previews.get(photo.id, self._side())
        reason = entry.error or self._previews.failure(photo.id)
        if pixmap is None and reason is None:
            pixmap = self._thumbnails.get(photo, identity)
        note = f"{photo.name} {reason}." if reason else ""
        width = entry.inspected.metadata.width if entry.inspected else None
        self.canvas.show_picture(pixmap, width or (pixmap.width() if pixmap else 0), note)

    def _show_words(self) -> None:
        entry = self._entry
        self._marks.show_entry(entry)
        if entry is None:
            for label in (self._title, self._line, self._reasons):
                label.clear()
            return
        position, size = self._model.place(entry)
        place = f"   {position} of {size} in its group" if size > 1 else ""
        self._title.setText(f"{entry.photo.name}{place}")
        self._line.setText("   ".join(filter(None, self._facts(entry))))
        self._reasons.setText("; ".join(self._because(entry)))

    def _facts(self, entry: Entry) -> list[str]:
        parts = [wording.marks_text(entry.marks), f"Composite {wording.composite_text(entry)}"]
        parts.append(wording.models_text(entry, self._model.roles))
        parts += [f"{wording.ROLE_TITLES[s.role]} {wording.percent(s.value)}" for s in entry.scores]
        if entry.inspected:
            parts.append(wording.exposure_line(entry.inspected.metadata))
        return parts

    def _because(self, entry: Entry) -> list[str]:
        reasons = list(wording.reasons(entry))
        if found := self._model.verdict(entry):
            reasons.append(wording.verdict_sentence(found[0], entry, found[1]))
        return reasons
