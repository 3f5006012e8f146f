"""Survey: a whole group at once, as large as it fits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.types import Decision
from gui import wording
from gui.album_model import AlbumModel
from gui.canvas import Canvas
from gui.commands import key_of
from gui.elided_label import ElidedLabel
from gui.entry import Entry
from gui.marks_view import MarksView
from gui.pictures import Pictures, box_of, size_of

GAP = 6
CAPTION = 46
SHAPE = 1.5  # width by height of a photo whose size is not known
MOST = 24  # photos; of a larger group those around the current one are shown


class Tile(QWidget):
    """One photo of the group."""

    clicked = Signal(int)  # photo id

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry: Entry | None = None
        self.canvas = Canvas(self)
        self.canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._marks = MarksView(self, snug=True)
        self._name, self._composite = ElidedLabel(self, snug=True), QLabel(self)
        self._name.setMinimumWidth(1)
        self._composite.setContentsMargins(10, 0, 0, 0)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self._marks)
        row.addWidget(self._name)
        row.addWidget(self._composite)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addLayout(row)

    def show_entry(self, entry: Entry, *, current: bool, awaited: bool) -> None:
        self.entry = entry
        self.canvas.framed = current
        self.canvas.dimmed = entry.decision is Decision.REJECT
        self._marks.show_entry(entry)
        self._name.setText(wording.stem(entry.photo.name))
        self._composite.setText(wording.composite_text(entry, awaited=awaited))
        self.setToolTip("\n".join((entry.photo.name, *wording.reasons(entry))))
        self.setAccessibleName(f"{entry.photo.name}, {wording.marks_text(entry.marks)}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.entry is not None:
            self.clicked.emit(self.entry.photo.id)


class Survey(QWidget):
    """Shows the group of the current photo; arrows and clicks make another one current."""

    current_wanted = Signal(int)  # photo id
    group_wanted = Signal(int)  # +1 the next, -1 the previous

    def __init__(self, model: AlbumModel, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Survey")
        keys = " and ".join(map(key_of, ("survey.previous", "survey.next")))
        self.setAccessibleDescription(f"{keys} go from photo to photo of the group")
        self._model, self._pictures = model, pictures
        self._current: Entry | None = None
        self._members: list[Entry] = []
        self._tiles: list[Tile] = []
        pictures.arrived.connect(self._note_arrival)

    @property
    def names(self) -> list[str]:
        """Return the names of the photos that are shown, in their order."""
        return [entry.photo.name for entry in self._members]

    @property
    def columns(self) -> int:
        shapes = [size.width() / size.height() for e in self._members if not (size := size_of(e)).isEmpty()]
        shape = sum(shapes) / len(shapes) if shapes else SHAPE
        return best_columns(len(self._members), self.width(), self.height(), shape)

    def show_entry(self, entry: Entry | None) -> None:
        self._current = entry
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        if not self.isVisible():
            return
        current = self._current = self._current if self._model.holds(self._current) else None
        self._members = self._shown(current) if current else []
        while len(self._tiles) < len(self._members):
            tile = Tile(self)
            tile.clicked.connect(self.current_wanted)
            self._tiles.append(tile)
        for tile in self._tiles[len(self._members) :]:
            tile.hide()
        self._place()
        for tile, entry in zip(self._tiles, self._members, strict=False):
            tile.show_entry(entry, current=entry is current, awaited=self._model.awaited)
            tile.show()
            if entry is current:
                of = f"photo {self._members.index(entry) + 1} of {len(self._members)}"
                self.setAccessibleDescription(f"Current: {tile.accessibleName()}; {of}")
        self._fill()

    def step(self, by: int) -> None:
        """Go to the next or previous photo; over the ends into the neighbouring group."""
        at = self._at() + by
        if 0 <= at < len(self._members):
            self.current_wanted.emit(self._members[at].photo.id)
        elif self._members:
            self.group_wanted.emit(1 if by > 0 else -1)

    def step_line(self, by: int) -> None:
        """Go one line up or down."""
        self.step(by * self.columns)

    def _at(self) -> int:
        return self._members.index(self._current) if self._current in self._members else 0

    def _shown(self, entry: Entry) -> list[Entry]:
        members = self._model.members(entry)
        shown = [e for e in members if e is entry or self._model.passes(e.photo.id)]
        first = min(max(0, shown.index(entry) - MOST // 2), max(0, len(shown) - MOST))
        return shown[first : first + MOST]

    def _place(self) -> None:
        columns = self.columns
        lines = -(-len(self._members) // columns)
        width = (self.width() - GAP * (columns + 1)) // columns
        height = (self.height() - GAP * (lines + 1)) // max(1, lines)
        for at, tile in enumerate(self._tiles[: len(self._members)]):
            line, column = divmod(at, columns)
            in_line = min(columns, len(self._members) - line * columns)
            left = (self.width() - in_line * width - (in_line - 1) * GAP) // 2
            tile.setGeometry(left + column * (width + GAP), GAP + line * (height + GAP), width, height)

    def _fill(self) -> None:
        pairs = list(zip(self._tiles, self._members, strict=False))
        self._pictures.want([(entry, box_of(tile.canvas, entry)) for tile, entry in pairs])
        for tile, entry in pairs:
            self._pictures.show(tile.canvas, entry)

    @Slot(int)
    def _note_arrival(self, photo_id: int) -> None:
        if self.isVisible():
            for tile, entry in zip(self._tiles, self._members, strict=False):
                if entry.photo.id == photo_id:
                    self._pictures.show(tile.canvas, entry)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()


def best_columns(count: int, width: int, height: int, shape: float) -> int:
    """Return in how many columns `count` photos, `shape` times as wide as high, are largest."""

    def side(columns: int) -> float:
        lines = max(1, -(-count // columns))
        return min(width / columns / shape, height / lines - CAPTION)

    return max(range(1, max(1, count) + 1), key=side)
