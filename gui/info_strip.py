"""The strip below a large photo: its marks, its name and place, its scores and exposure, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.selection.pairs import COMPOSITE_SOURCE
from engine.words import printable
from gui import theme, wording
from gui.album_model import AlbumModel
from gui.elided_label import ElidedLabel
from gui.entry import Entry
from gui.marks_view import MarksView


class InfoStrip(QWidget):
    """Three lines of words beside the marks; two where `brief`."""

    def __init__(self, model: AlbumModel, parent: QWidget, *, brief: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("loupeInfo")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model, self._brief = model, brief
        self._name = ""
        self._zoom: float | None = None
        self.marks = MarksView(self, snug=brief)
        self._title = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self._line, self._reasons = ElidedLabel(self), ElidedLabel(self)
        self._title.setFont(theme.scaled_font(self.font(), 1.1, bold=True))
        self._line.setProperty("tone", "muted")
        self._reasons.setVisible(not brief)
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._title, self._line, self._reasons):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.addWidget(self.marks)
        row.addLayout(words, 1)

    @property
    def words(self) -> str:
        return "\n".join(label.text() for label in (self._title, self._line, self._reasons))

    def show_entry(self, entry: Entry | None) -> None:
        self.marks.show_entry(entry)
        if entry is None:
            self._name = ""
            for label in (self._title, self._line, self._reasons):
                label.clear()
            return
        position, size = self._model.place(entry)
        where = "" if self._brief else " in its group"
        place = f"   {position} of {size}{where}" if size > 1 else ""
        self._name = f"{printable(entry.photo.name)}{place}"
        self._show_title()
        line = "   ".join(filter(None, self._facts(entry)))
        self._line.setText(line)
        self._line.setToolTip(line)
        self._reasons.setText("; ".join(self._because(entry)))
        self._reasons.setToolTip(self._reasons.text())

    def show_zoom(self, zoom: float | None) -> None:
        """Say beside the name how close the photo is seen; nothing where it is seen whole."""
        if zoom != self._zoom:
            self._zoom = zoom
            self._show_title()

    def _show_title(self) -> None:
        self._title.setText(f"{self._name}   {self._zoom:.0%}" if self._name and self._zoom else self._name)
        self._title.setToolTip(self._title.text())

    def _facts(self, entry: Entry) -> list[str]:
        parts = [] if self._brief else [wording.marks_text(entry.marks)]
        parts.append(wording.composite_line(entry, awaited=self._model.awaited))
        parts.append(wording.models_text(entry, self._model.roles))
        parts += [
            f"{wording.ROLE_TITLES[s.role]} {wording.percent(s.value)}" for s in self._model.scores(entry)
        ]
        if entry.inspected:
            parts.append(wording.exposure_line(entry.inspected.metadata))
        return parts

    def _because(self, entry: Entry) -> list[str]:
        reasons = list(wording.reasons(entry))
        # What a comparator said stands among the reasons; its name and hash are in the inspector.
        if (found := self._model.verdict(entry)) and found[0].source == COMPOSITE_SOURCE:
            reasons.append(wording.verdict_sentence(found[0], entry, found[1]))
        return reasons
