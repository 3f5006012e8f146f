"""What is written beside the photos: boxes for lists, contact sheets and small JPEGs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QWidget

from engine.export.lists_beside import Lists
from engine.export.sizes import LEAST_SIDE, MOST_SIDE, SMALL_SIDE

_LISTS = {
    ".csv": ("CS&V", "A table with all scores, each with the hash of what made it"),
    ".json": ("&JSON", "The same for programs"),
    ".txt": ("&Names", "The names alone, one a line"),
    ".pdf": ("&PDF", "A contact sheet to print, twenty photos a page"),
    ".html": ("HTM&L", "A contact sheet for the browser, in one file"),
}
SHEETS = (".pdf", ".html")


class ListBoxes(QWidget):
    """Two rows of boxes; the form puts each beside its label."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()  # its rows are shown, in the form
        self._boxes = {ending: QCheckBox(text, parent) for ending, (text, _) in _LISTS.items()}
        for ending, box in self._boxes.items():
            box.setToolTip(_LISTS[ending][1])
            box.toggled.connect(self.changed)
        self._small = QCheckBox("Sm&all JPEGs of at most", parent)
        self._small.setToolTip("A folder of small pictures without metadata, to be sent or shown")
        self._side = QSpinBox(parent)
        self._side.setRange(LEAST_SIDE, MOST_SIDE)
        self._side.setSingleStep(128)
        self._side.setValue(SMALL_SIDE)
        self._side.setSuffix(" px")
        self._side.setEnabled(False)
        self._side.setAccessibleName("Longest side of the small JPEGs")
        self._small.toggled.connect(self._side.setEnabled)
        self._small.toggled.connect(self.changed)

    def lists_row(self) -> QHBoxLayout:
        return _row([box for ending, box in self._boxes.items() if ending not in SHEETS])

    def sheets_row(self) -> QHBoxLayout:
        return _row([*(self._boxes[ending] for ending in SHEETS), self._small, self._side])

    @property
    def wanted(self) -> Lists:
        endings = tuple(ending for ending, box in self._boxes.items() if box.isChecked())
        return Lists(endings, self._side.value() if self._small.isChecked() else 0)

    def tick(self, ending: str) -> None:
        """Tick the box of an ending, or of the small JPEGs."""
        self._boxes.get(ending, self._small).setChecked(True)


def _row(widgets: list[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(14)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
