"""The large view: one photo, what is known of it, its neighbours ready."""

from __future__ import annotations

import time
from enum import Enum

from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import overlays
from gui.album_model import AlbumModel
from gui.canvas import Canvas
from gui.commands import key_of
from gui.entry import Entry
from gui.faces_strip import FacesStrip
from gui.histogram import Histogram
from gui.info_strip import InfoStrip
from gui.marks_view import MarksView
from gui.pictures import Pictures, box_of
from gui.previews import FULL, Box
from gui.view_state import WHOLE, View

AHEAD, BEHIND = 2, 1  # neighbours to have ready, in the direction of travel
SKETCHES_AHEAD = 12  # small pictures, for a key that is held down
HURRY = 0.15  # seconds between steps of a hand in a hurry
OVERLAY_MS = 60  # after the last change of what is seen


class Overlay(Enum):
    """What is laid over the photo."""

    NONE = "nothing"
    CLIPPING = "clipped tones"
    PEAKING = "what is in focus"


class Loupe(QWidget):
    """Shows the photo it is told to; asks for the neighbours in the direction one is going."""

    switched = Signal()  # an overlay, the histogram or the faces were switched on or off

    def __init__(self, model: AlbumModel, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Large view")
        self.setAccessibleDescription(_keys_in_words())
        self._model, self._pictures = model, pictures
        self._entry: Entry | None = None
        self._row, self._direction, self._stepped = -1, 1, 0.0
        self._overlay = Overlay.NONE
        self.canvas = Canvas(self)
        self.histogram = Histogram(self.canvas)
        self.histogram.hide()
        self.faces = FacesStrip(self)
        self.faces.hide()
        self._info = InfoStrip(model, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.faces)
        layout.addWidget(self._info)
        self._later = QTimer(self, singleShot=True, interval=OVERLAY_MS)
        self._later.timeout.connect(self._analyse)
        self.canvas.zoom_wanted.connect(self._toggle_zoom)
        self.canvas.viewed.connect(self._note_view)
        self.faces.face_wanted.connect(self._look_at)
        pictures.arrived.connect(self._note_arrival)

    # -- what is shown

    def show_entry(self, entry: Entry | None) -> None:
        """Show a photo. Stepping inside a group keeps the zoom, another group is shown whole."""
        now = time.monotonic()
        hurried, self._stepped = now - self._stepped < HURRY, now
        if entry is not None and (row := self._model.row(entry.photo.id)) is not None:
            self._direction = 1 if row >= self._row else -1
        same_group = entry and self._entry and entry.group is not None and entry.group == self._entry.group
        if not same_group:
            self.canvas.show_view(WHOLE)
        self._entry = entry
        self._refresh(hurried=hurried)

    @Slot()
    def refresh(self) -> None:
        """Show what is known now of the same photo."""
        self._refresh(hurried=self._pictures.waiting)

    def _refresh(self, *, hurried: bool) -> None:
        if not self._model.holds(self._entry):
            self._entry = None
        elif self._entry is not None and (row := self._model.row(self._entry.photo.id)) is not None:
            self._row = row  # another one in another order
        if self.isVisible():
            if self.faces.isVisible():
                self.faces.show_entry(self._entry)
            self._activate_layout()
            self._want(hurried=hurried)
            self._info.show_entry(self._entry)
            self.setAccessibleName(f"Large view: {self._entry.photo.name}" if self._entry else "Large view")
            self.setAccessibleDescription(self._info.words)
            self._paint()

    def _activate_layout(self) -> None:
        """Give the photo its room at once, so that its picture is asked for in the right size."""
        layout = self.layout()
        assert layout is not None
        layout.activate()

    @property
    def words(self) -> str:
        return self._info.words

    @property
    def marks(self) -> MarksView:
        return self._info.marks

    @property
    def overlay(self) -> Overlay:
        return self._overlay

    # -- commands

    def toggle_zoom(self) -> None:
        """Zoom to 100% where a hand points, else in the middle; or back."""
        self._toggle_zoom(self.canvas.pointer)

    def toggle_overlay(self, wanted: Overlay) -> None:
        self._overlay = Overlay.NONE if self._overlay is wanted else wanted
        self._analyse()
        self.switched.emit()

    def toggle_histogram(self) -> None:
        self.histogram.setVisible(self.histogram.isHidden())
        self._analyse()
        self.switched.emit()

    def toggle_faces(self) -> None:
        self.faces.setVisible(self.faces.isHidden())
        self.refresh()
        self.switched.emit()

    def step_face(self, by: int) -> None:
        """Look at the next or previous face at 100%."""
        if self.faces.isHidden():
            self.toggle_faces()
        self.faces.step(by)

    @Slot(object)
    def _toggle_zoom(self, position: QPointF | None) -> None:
        self.canvas.show_view(WHOLE if self.canvas.zoomed else self.canvas.close_view(position))
        self.refresh()

    @Slot(object)
    def _look_at(self, spot: QPointF) -> None:
        self.canvas.show_view(View(self.canvas.view.zoom or 1.0, spot.x(), spot.y()))
        self.refresh()

    # -- pictures

    @Slot(object, bool)
    def _note_view(self, _view: View, _alone: bool) -> None:
        self._want(hurried=False)
        self._paint()

    @Slot(int)
    def _note_arrival(self, photo_id: int) -> None:
        if self.isVisible() and self._entry is not None and photo_id == self._entry.photo.id:
            self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.faces.fit_into(self.height())
        self._activate_layout()
        self.histogram.move(self.canvas.width() - self.histogram.width() - 12, 12)
        self.refresh()

    def _want(self, *, hurried: bool) -> None:
        if self._entry is None:
            return
        ahead = self._rows(self._direction, SKETCHES_AHEAD)
        behind = self._rows(-self._direction, BEHIND)
        box = box_of(self.canvas, self._entry)
        shown: list[tuple[Entry, Box]] = [(self._entry, box)]
        if self.faces.isVisible() and box != FULL:
            shown.append((self._entry, FULL))
        if box == FULL:  # the next one of the group will be looked at as closely
            soon = [(entry, FULL) for entry in ahead[:1] if entry.group == self._entry.group]
        else:
            soon = [(entry, self._box_of(entry)) for entry in ahead[:AHEAD] + behind]
        self._pictures.want(shown, soon, hurried=hurried)
        self._pictures.sketch_ahead(ahead)

    def _box_of(self, entry: Entry) -> Box:
        """Return the box that a neighbour's picture will need: its strip of faces may be higher or lower."""
        across, down = box_of(self.canvas, entry)
        if not self.faces.isVisible() or (across, down) == FULL:
            return across, down
        lower = self.faces.height() - self.faces.height_for(entry)
        return across, down + round(lower * self.devicePixelRatio())

    def _rows(self, direction: int, count: int) -> list[Entry]:
        rows = (self._row + direction * step for step in range(1, count + 1))
        return [self._model.entry_at(row) for row in rows if 0 <= row < self._model.rowCount()]

    def _paint(self) -> None:
        self._pictures.show(self.canvas, self._entry)
        self._info.show_zoom(self.canvas.view.zoom)
        if self.faces.isVisible() and self._entry is not None:
            self.faces.show_picture(self._pictures.best(self._entry, FULL))
        if self._overlay is not Overlay.NONE or self.histogram.isVisible():
            self.canvas.show_overlay(None)
            self._later.start()

    @Slot()
    def _analyse(self) -> None:
        """Look at what is seen on the screen, at the size it is seen."""
        self._later.stop()
        seen = self.canvas.seen()
        makers = {Overlay.CLIPPING: overlays.clipping, Overlay.PEAKING: overlays.peaking}
        if seen is None:
            self.canvas.show_overlay(None)
            self.histogram.show_bins(None)
            return
        make = makers.get(self._overlay)
        self.canvas.show_overlay(QPixmap.fromImage(make(seen)) if make else None)
        if self.histogram.isVisible():
            self.histogram.show_bins(overlays.histogram(seen))


def _keys_in_words() -> str:
    photo = " and ".join(map(key_of, ("loupe.previous", "loupe.next")))
    group = " and ".join(map(key_of, ("loupe.previous_group", "loupe.next_group")))
    return f"{photo} go from photo to photo, {group} from group to group"
