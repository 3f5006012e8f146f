"""The strip of faces: a close-up of everybody, with eyes and smile; the same person always in one place."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QToolTip, QWidget

from engine.scoring.composite import EYES_OPEN
from engine.types import Face, Role
from gui import marks, theme, wording
from gui.entry import Entry
from gui.face_match import FacePlaces

HEIGHT = 148  # pixels; a quarter of a low window
LOWEST = 88
ABOVE_TILE = 3  # pixels
BELOW_TILE = 21  # for the badges: none of them may cover a face
GAP = 6
AROUND = 1.7  # side of the close-up over the longer side of the face's box
SMILING = 0.5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FacesStrip(QWidget):
    """Cuts the faces out of the picture it is given. A click asks to see a face at 100%."""

    face_wanted = Signal(object)  # QPointF: the face's middle, as fractions of the photo

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = HEIGHT  # with faces
        self.setFixedHeight(HEIGHT)
        self._places = FacePlaces()
        self._faces: list[Face | None] = []
        self._entry: Entry | None = None
        self._pixmap: QPixmap | None = None
        self.chosen = -1  # the face that was looked at last

    def show_entry(self, entry: Entry | None) -> None:
        """Arrange the faces of a photo; None of them is known before it was scored."""
        portrait = entry.score(Role.PORTRAIT) if entry else None
        faces = portrait.faces if portrait else ()
        if entry is not self._entry:
            self._pixmap, self.chosen = None, self.chosen if self._same_group(entry) else -1
        self._entry = entry
        self._faces = self._places.arrange(entry.group if entry else None, faces)
        self.setFixedHeight(self._height if self._faces else self.height_for(entry))
        self.setAccessibleName(self.words)
        self.update()

    def show_picture(self, pixmap: QPixmap | None) -> None:
        """Cut the close-ups out of this picture of the photo."""
        self._pixmap = pixmap
        self.update()

    def fit_into(self, height: int) -> None:
        """Take no more than a quarter of a view so many pixels high."""
        before, self._height = self._height, min(HEIGHT, max(LOWEST, height // 4))
        if self.height() == before:
            self.setFixedHeight(self._height)

    def height_for(self, entry: Entry | None) -> int:
        """Return how high the strip is with a photo: one line where nobody is seen, else as high as faces.

        Where nobody has looked for faces yet, and in a group where some were seen, it stays as it is.
        """
        portrait = entry.score(Role.PORTRAIT) if entry else None
        if portrait is None or (self._faces and self._same_group(entry)):
            return self.height()
        return self._height if portrait.faces else self.fontMetrics().height() + 2 * GAP

    @property
    def words(self) -> str:
        """Say each face, from left to right."""
        said = [wording.face_text(face) if face else "not seen" for face in self._faces]
        return "; ".join(f"Face {number}: {text}" for number, text in enumerate(said, 1)) or "No faces"

    @property
    def faces(self) -> list[Face | None]:
        return list(self._faces)

    def step(self, by: int) -> None:
        """Look at the next or previous face at 100%."""
        seen = [at for at, face in enumerate(self._faces) if face is not None]
        if seen:
            at = seen.index(self.chosen) + by if self.chosen in seen else (0 if by > 0 else -1)
            self._choose(seen[at % len(seen)])

    def _choose(self, at: int) -> None:
        face = self._faces[at]
        if face is not None:
            self.chosen = at
            x, y, width, height = face.box
            self.face_wanted.emit(QPointF(x + width / 2, y + height / 2))
            self.update()

    def _same_group(self, entry: Entry | None) -> bool:
        before = self._entry
        return bool(entry and before and entry.group is not None and entry.group == before.group)

    def _tile(self, at: int) -> QRectF:
        side = self._height - ABOVE_TILE - BELOW_TILE
        return QRectF(10 + at * (side + GAP), ABOVE_TILE, side, side)

    def _at(self, position: QPointF) -> int | None:
        below = QMarginsF(0, 0, 0, BELOW_TILE)
        tiles = (at for at in range(len(self._faces)) if (self._tile(at) + below).contains(position))
        return next(tiles, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at is not None:
            self._choose(at)

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            at = self._at(QPointF(event.pos()))
            face = self._faces[at] if at is not None else None
            QToolTip.showText(event.globalPos(), wording.face_text(face) if face else "", self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.PANEL)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._faces:
            painter.setPen(theme.MUTED)
            scored = self._entry is not None and self._entry.score(Role.PORTRAIT) is not None
            text = "No faces in this photo" if scored else "Faces are known once the photo was scored"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        for at, face in enumerate(self._faces):
            self._paint_tile(painter, self._tile(at), face, chosen=at == self.chosen)

    def _paint_tile(self, painter: QPainter, tile: QRectF, face: Face | None, *, chosen: bool) -> None:
        painter.fillRect(tile, theme.BACKGROUND)
        if face is None:
            painter.setPen(theme.MUTED)
            painter.drawText(tile, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, "not seen")
            return
        if self._pixmap is not None and not self._pixmap.isNull():
            painter.drawPixmap(tile, self._pixmap, close_up(face, self._pixmap.size()))
        _paint_badges(painter, tile, face)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.ACCENT, 2))
            painter.drawRect(tile.adjusted(1, 1, -1, -1))


def close_up(face: Face, picture: QSize) -> QRectF:
    """Return the square around a face in pixels of a picture of the whole photo, inside the picture."""
    width, height = picture.width(), picture.height()
    x, y, across, down = face.box
    side = min(AROUND * max(across * width, down * height), width, height)
    left = min(max((x + across / 2) * width - side / 2, 0.0), width - side)
    top = min(max((y + down / 2) * height - side / 2, 0.0), height - side)
    return QRectF(left, top, side, side)


def _paint_badges(painter: QPainter, tile: QRectF, face: Face) -> None:
    """Below the tile, in its middle: eyes open, closed, or a question mark; a smile beside them."""
    side = BELOW_TILE - 5.0
    smiles = face.smile is not None and face.smile >= SMILING
    note = painter.fontMetrics().horizontalAdvance("?") + 3 if face.eyes_open is None else 0
    width = side + note + (side + GAP if smiles else 0)
    eye = QRectF(tile.center().x() - width / 2, tile.bottom() + 2, side, side)
    closed = face.eyes_open is not None and face.eyes_open < EYES_OPEN
    colour = theme.WARN if closed else theme.MUTED if note else theme.TEXT
    marks.draw_eye(painter, eye, colour, is_open=not closed)
    if note:  # as in the grid
        painter.setPen(theme.TEXT)
        painter.drawText(eye.translated(side + 3, 0), int(_LEFT), "?")
    if smiles:
        marks.draw_smile(painter, eye.translated(side + note + GAP, 0), theme.TEXT)
