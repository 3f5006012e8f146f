"""What to export, how, into which folders and where to: the questions of the export dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from engine.export.items import ExportItem, choose
from engine.export.layout import FIELDS
from engine.export.plan import ExportOptions, How
from gui.export_words import LAYOUTS, WAYS, what_choices

_TYPING_PAUSE = 300  # ms


class ExportForm(QWidget):
    """Emits `changed` when an answer changed, a moment after the last key."""

    changed = Signal()

    def __init__(self, items: Sequence[ExportItem], album: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._items, self._album = items, album
        self._what = QComboBox(self)
        self._how = QComboBox(self)
        self._layout = QComboBox(self)
        self._target = QLineEdit(str(album.parent / f"{album.name} selection"), self)
        self._browse = QPushButton("Ch&oose…", self)
        self._sidecars = QCheckBox("Take &sidecars (.xmp) along", self)
        self._pause = QTimer(self, interval=_TYPING_PAUSE, singleShot=True)
        self._fill()
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        for text, what in what_choices().items():
            count = len(choose(self._items, what))
            if count or what in ("accepted", "picks"):
                self._what.addItem(f"{text} ({count})", what)
        best = "accepted" if choose(self._items, "accepted") else "picks"
        self._what.setCurrentIndex(self._what.findData(best))
        for how, text in WAYS.items():
            self._how.addItem(text, how)
        for text, layout in LAYOUTS.items():
            self._layout.addItem(text, layout)
        self._layout.setEditable(True)
        self._layout.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        fields = ", ".join(f"{{{field}}}" for field in FIELDS)
        self._layout.setToolTip(
            f"Choose one, or type a template such as {{date}}/{{camera}}/{{name}}.\n{fields}"
        )
        self._sidecars.setChecked(True)
        self._target.setAccessibleName("Folder to export to")

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        rows = (
            ("&Photos", self._what),
            ("&How", self._how),
            ("&Folders", self._layout),
            ("&To", self._target),
        )
        for row, (text, widget) in enumerate(rows):
            label = QLabel(text, self)
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1, 1, 1 if widget is self._target else 2)
        grid.addWidget(self._browse, 3, 2)
        grid.addWidget(self._sidecars, 4, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self._what.activated.connect(self.changed)
        self._how.activated.connect(self.changed)
        self._layout.activated.connect(self.changed)
        self._layout.editTextChanged.connect(self._typed)
        self._target.textEdited.connect(self._typed)
        self._sidecars.toggled.connect(self.changed)
        self._browse.clicked.connect(self._choose_folder)
        self._pause.timeout.connect(self.changed)

    @Slot()
    def _typed(self) -> None:
        self._pause.start()

    @property
    def what(self) -> str:
        return str(self._what.currentData())

    @property
    def how(self) -> How:
        return How(self._how.currentData())

    @property
    def what_in_words(self) -> str:
        return self._what.currentText().rpartition(" (")[0].lower()

    def chosen(self) -> list[ExportItem]:
        return choose(self._items, self.what)

    def options(self) -> ExportOptions | None:
        """Return the answers; None while there is no folder."""
        folder = self._target.text().strip()
        if not folder:
            return None
        return ExportOptions(
            Path(folder), self.how, self._template(), self._sidecars.isChecked(), self._album.name or "photos"
        )

    def _template(self) -> str:
        text = self._layout.currentText().strip()
        return LAYOUTS.get(text, text)

    def set_target(self, folder: Path) -> None:
        self._target.setText(str(folder))
        self.changed.emit()

    def set_how(self, how: How) -> None:
        self._how.setCurrentIndex(self._how.findData(how))
        self.changed.emit()

    def set_layout(self, text: str) -> None:
        self._layout.setEditText(text)

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._target.text())
        if folder:
            self.set_target(Path(folder))
