"""Compare: champion and challenger side by side, zoomed and panned together, and the verdict between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.types import Decision, Face, Role
from gui import wording
from gui.album_model import AlbumModel
from gui.canvas import Canvas
from gui.commands import key_of, keys_of
from gui.decisions import Decisions
from gui.elided_label import ElidedLabel
from gui.entry import Entry
from gui.face_match import leading, partner
from gui.follow import ALIKE, Spot, middle
from gui.info_strip import InfoStrip
from gui.pair import LEFT, RIGHT, Pair
from gui.pictures import Pictures, box_of, size_of
from gui.view_state import WHOLE, View

TITLES = ("Champion", "Challenger")


class Pane(QWidget):
    """One side: a heading, the photo, its marks and scores."""

    def __init__(self, model: AlbumModel, title: str, hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._title = title
        self.heading = ElidedLabel(self)
        self.heading.setProperty("tone", "muted")
        keeps = QLabel(hint, self)
        keeps.setProperty("tone", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(14, 6, 14, 6)
        head.addWidget(self.heading, 1)
        head.addWidget(keeps)
        self.canvas = Canvas(self)
        self.info = InfoStrip(model, self, brief=True)
        self.follow = ALIKE  # how this pane's view comes from the common one
        self._active = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.info)

    def show_state(self, *, active: bool) -> None:
        self.canvas.framed = self._active = active
        self.show_heading()
        self.canvas.update()

    def show_heading(self) -> None:
        zoom = self.canvas.view.zoom
        percent = "" if zoom is None else f" · {zoom * 100:.0f}%"
        keys = keys_of("compare.previous", "compare.next")
        steps = f"steps with {keys}" if keys else "steps"
        self.heading.setText(f"{self._title} · {steps if self._active else 'stays'}{percent}")


class Compare(QWidget):
    """Keys act on the active side, which is the grid's current photo."""

    current_wanted = Signal(int)  # photo id
    group_done = Signal(int)  # the photo that was kept of a group whose photos are all decided

    def __init__(
        self, model: AlbumModel, pictures: Pictures, decisions: Decisions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Compare")
        self.setAccessibleDescription(" · ".join(hints_of_keys()))
        self._model, self._pictures, self._decisions = model, pictures, decisions
        self.pair = Pair(model)
        hints = hints_of_keys()
        self.panes = (
            Pane(model, TITLES[LEFT], hints[LEFT], self),
            Pane(model, TITLES[RIGHT], hints[RIGHT], self),
        )
        self.together, self.aligned = True, True
        self._common = WHOLE
        self._verdict, self._state = ElidedLabel(self, snug=True), ElidedLabel(self)
        self._state.setProperty("tone", "muted")
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        for pane in self.panes:
            pane.canvas.viewed.connect(self._note_view)
            pane.canvas.zoom_wanted.connect(self._click)
        pictures.arrived.connect(self._note_arrival)

    def _lay_out(self) -> None:
        between = QWidget(self)
        between.setObjectName("verdict")
        between.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(between)
        row.setContentsMargins(14, 7, 14, 7)
        # As much on the left as the words on the right, so that the verdict stands in the middle.
        row.addWidget(QWidget(between), 1)
        row.addWidget(self._verdict)
        row.addWidget(self._state, 1)
        sides = QHBoxLayout()
        sides.setSpacing(3)
        for pane in self.panes:
            sides.addWidget(pane, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(between)
        layout.addLayout(sides, 1)

    # -- what is shown

    def begin(self, current: Entry, selected: Sequence[Entry] = ()) -> None:
        """Compare this photo with its group's pick, or two selected ones."""
        self.pair.begin(current, selected)
        self._common = WHOLE
        self._align(LEFT, RIGHT)
        self._tell_active()
        self.refresh()

    def show_entry(self, entry: Entry | None) -> None:
        """Follow the current photo."""
        if entry is None or not self.isVisible():
            return
        before = (self.pair[LEFT], self.pair[RIGHT])
        self.pair.take(entry)
        changed = [side for side in (LEFT, RIGHT) if self.pair[side] is not before[side]]
        if len(changed) == 2:
            self._common = WHOLE
        self._align(*changed)
        self.refresh()

    @Slot()
    def let_challenger_step(self) -> None:
        """The hand has gone to another group: its pick stays, and keys act on who is compared with it."""
        challenger = self.pair.let_challenger_step() if self.isVisible() else None
        if challenger is not None:
            self.current_wanted.emit(challenger.photo.id)

    @Slot()
    def refresh(self) -> None:
        self.pair.forget_former()
        if not self.isVisible():
            return
        for side, pane in enumerate(self.panes):
            pane.show_state(active=side == self.pair.active)
            pane.info.show_entry(self.pair[side])
        left, right = self.pair[LEFT], self.pair[RIGHT]
        sentence = wording.pair_sentence(self.pair.verdict(), left, right, awaited=self._model.awaited)
        self._verdict.setText(sentence)
        self._verdict.setToolTip(sentence)
        self._verdict.setAccessibleName(sentence)
        self.setAccessibleDescription(self.words)
        words = ["together" if self.together else "each for itself"]
        if self.aligned and self._partners():
            alike = self.panes[LEFT].follow.scale == self.panes[RIGHT].follow.scale
            words += ["faces aligned" if alike else "faces aligned, one size"]
        self._state.setText("Zoom and pan: " + ", ".join(words))
        self._state.setToolTip(self._state.text())
        self._show_views()

    @property
    def words(self) -> str:
        return "\n".join((self._verdict.text(), *(pane.info.words for pane in self.panes)))

    # -- commands

    def step(self, by: int) -> None:
        """Put the next or previous photo of the group on the active side."""
        following = self.pair.next_one(by)
        if following is not None:
            self.current_wanted.emit(following.photo.id)

    def keep(self, side: int) -> None:
        """Accept one side, reject the other; the winner meets the next of the group that is undecided."""
        found = self.pair.keep(side)
        if found is None:
            return
        kept, gone = found
        if self._decisions.decide({kept.photo.id: Decision.ACCEPT, gone.photo.id: Decision.REJECT}):
            following = self.pair.challenge(kept)
            if following is None:
                self.group_done.emit(kept.photo.id)
                return
            self._align(LEFT, RIGHT)
            self.current_wanted.emit(following.photo.id)
            self.refresh()

    def switch(self) -> None:
        """Let the other side be the active one."""
        self.pair.active = 1 - self.pair.active
        self._tell_active()
        self.refresh()

    def swap(self) -> None:
        self.pair.swap()
        self._align(LEFT, RIGHT)
        self.refresh()

    def toggle_zoom(self) -> None:
        left = _faces(self.pair[LEFT])
        face = leading(left) if self.aligned and self._partners() else None
        self._zoom_to(self.panes[LEFT].follow.common_spot(middle(face)) if face else (0.5, 0.5))

    def toggle_together(self) -> None:
        """Zoom and pan both, or each for itself; where they are now they stay."""
        self.together = not self.together
        if self.together:
            self._common = self.panes[LEFT].follow.common(self.panes[LEFT].canvas.view)
            for pane in self.panes:
                pane.follow = pane.follow.onto(self._common, pane.canvas.view)
        self.refresh()

    def toggle_aligned(self) -> None:
        self.aligned = not self.aligned
        self._align(LEFT, RIGHT)
        self.refresh()

    def _tell_active(self) -> None:
        entry = self.pair[self.pair.active]
        if entry is not None:
            self.current_wanted.emit(entry.photo.id)

    # -- views of the panes

    def _zoom_to(self, spot: Spot) -> None:
        """Show both whole, or close where a spot of the common view is."""
        zoomed = self.panes[self.pair.active].canvas.zoomed
        self._common = WHOLE if zoomed else View(self._full_zoom).at(*spot)
        for pane in self.panes:
            pane.canvas.show_view(pane.follow.view(self._common))
        self._show_views()

    @property
    def _full_zoom(self) -> float:
        """Return the common zoom at which one side is at 100% and none beyond."""
        return 1.0 / max(pane.follow.scale for pane in self.panes)

    @Slot(object)
    def _click(self, position: QPointF) -> None:
        """Zoom where the pointer is, or back, as the wheel does."""
        pane = self._pane_of_sender()
        close = pane.canvas.close_view(position, self._full_zoom * pane.follow.scale)
        pane.canvas.show_view(WHOLE if pane.canvas.zoomed else close)
        self._follow_hand(pane, alone=False)

    @Slot(object, bool)
    def _note_view(self, _view: View, alone: bool) -> None:
        self._follow_hand(self._pane_of_sender(), alone=alone)

    def _follow_hand(self, pane: Pane, *, alone: bool) -> None:
        """A hand has moved one pane: the other follows, unless Shift was held or they go apart."""
        view = pane.canvas.view
        if alone or not self.together:
            pane.follow = pane.follow.onto(self._common, view)
        else:
            self._common = pane.follow.common(view)
        self._show_views()

    def _show_views(self) -> None:
        if self.together:
            for pane in self.panes:
                pane.canvas.show_view(pane.follow.view(self._common))
        self._want()
        for side, pane in enumerate(self.panes):
            pane.show_heading()
            self._pictures.show(pane.canvas, self.pair[side])

    def _align(self, *sides: int) -> None:
        """Have sides whose photo changed show the same face at the same place and size as the other."""
        for side in sides:
            self.panes[side].follow = ALIKE
        faces = self._partners() if self.aligned else None
        if faces and sides:
            moves = RIGHT if RIGHT in sides else LEFT
            stays = 1 - moves
            own, other = (size_of(entry) if (entry := self.pair[s]) else QSize() for s in (stays, moves))
            follow = self.panes[stays].follow.to_face(faces[stays], own, faces[moves], other)
            self.panes[moves].follow = follow

    def _partners(self) -> tuple[Face, Face] | None:
        """Return the leading face of the left photo and the same person's on the right.

        Where each photo has one prominent face these are taken for the same, however far apart: another focal
        length moves and enlarges a face beyond what tells people apart.
        """
        ours, theirs = _faces(self.pair[LEFT]), _faces(self.pair[RIGHT])
        face = leading(ours)
        other = partner(face, theirs) if face else None
        alone = [[each for each in faces if each.prominent] for faces in (ours, theirs)]
        if other is None and all(len(found) == 1 for found in alone):
            face, other = alone[LEFT][0], alone[RIGHT][0]
        return (face, other) if face and other else None

    def _pane_of_sender(self) -> Pane:
        return next((pane for pane in self.panes if pane.canvas is self.sender()), self.panes[LEFT])

    # -- pictures

    def _want(self) -> None:
        order = (self.pair.active, 1 - self.pair.active)
        shown = [(e, self.panes[s].canvas) for s in order if (e := self.pair[s]) is not None]
        following = self.pair.next_one(+1)
        ahead = [] if following is None else [(following, self.panes[self.pair.active].canvas)]
        self._pictures.want(*([(e, box_of(canvas, e)) for e, canvas in each] for each in (shown, ahead)))

    @Slot(int)
    def _note_arrival(self, photo_id: int) -> None:
        if not self.isVisible():
            return
        for side, pane in enumerate(self.panes):
            entry = self.pair[side]
            if entry is not None and entry.photo.id == photo_id:
                self._pictures.show(pane.canvas, entry)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()


def hints_of_keys() -> tuple[str, str]:
    """Return which keys keep the left and the right side."""
    left, right = key_of("compare.keep_left"), key_of("compare.keep_right")
    return f"{left} keeps the left one", f"{right} keeps the right one"


def _faces(entry: Entry | None) -> Sequence[Face]:
    portrait = entry.score(Role.PORTRAIT) if entry else None
    return portrait.faces if portrait else ()
