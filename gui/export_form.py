"""What to export, how, into which folders and where to: the questions of the export dialog."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from engine.export.items import ExportItem, choose
from engine.export.layout import FIELDS
from engine.export.lists_beside import Lists
from engine.export.plan import ExportOptions, How
from gui.export_lists import ListBoxes
from gui.export_words import LABELS, LAYOUTS, LISTS_ONLY, SHOWN, STARS, WAYS, WHAT

_TYPING_PAUSE = 300  # ms


class ExportForm(QWidget):
    """Emits `changed` when an answer changed, a moment after the last key."""

    changed = Signal()

    def __init__(
        self,
        items: Sequence[ExportItem],
        album: Path,
        parent: QWidget,
        shown: Collection[int] = (),
    ) -> None:
        """Take all photos of the album, and the ids of those that pass the window's filter."""
        super().__init__(parent)
        self._items, self._album, self._shown = items, album, shown
        self._what, self._stars, self._label = QComboBox(self), QComboBox(self), QComboBox(self)
        self._how = QComboBox(self)
        self._layout = QComboBox(self)
        self._target = QLineEdit(str(album.parent / f"{album.name} selection"), self)
        self._browse = QPushButton("Choos&e…", self)
        self._sidecars = QCheckBox("Take &sidecars (.xmp) along", self)
        self.lists = ListBoxes(self)
        self._pause = QTimer(self, interval=_TYPING_PAUSE, singleShot=True)
        self._fill()
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        for text, what in WHAT.items():
            self._what.addItem(f"{text} ({len(self._of(what))})", what)
        self._what.setCurrentIndex(self._what.findData("accepted" if self._of("accepted") else "picks"))
        for combo, choices in ((self._stars, STARS), (self._label, LABELS), (self._how, WAYS)):
            for data, text in choices.items():
                combo.addItem(text, data)
        self._how.addItem(LISTS_ONLY, "")
        for text, layout in LAYOUTS.items():
            self._layout.addItem(text, layout)
        self._layout.setEditable(True)
        self._layout.setAccessibleName("Folders and names in the target")
        if (field := self._layout.lineEdit()) is not None:
            field.setAccessibleName("Folders and names in the target")
        self._layout.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        fields = ", ".join(f"{{{field}}}" for field in FIELDS)
        self._layout.setToolTip(
            f"Choose one, or type a template such as {{date}}/{{camera}}/{{name}}.\n{fields}"
        )
        self._sidecars.setChecked(True)
        self._target.setAccessibleName("Folder to export to")
        self._stars.setAccessibleName("With how many stars")
        self._label.setAccessibleName("With which label")

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        self._label_rows(grid)
        photos = QHBoxLayout()
        photos.setSpacing(8)
        for combo, stretch in ((self._what, 2), (self._stars, 1), (self._label, 1)):
            photos.addWidget(combo, stretch)
        grid.addLayout(photos, 0, 1, 1, 2)
        grid.addWidget(self._how, 1, 1, 1, 2)
        grid.addWidget(self._layout, 2, 1, 1, 2)
        grid.addWidget(self._target, 3, 1)
        grid.addWidget(self._browse, 3, 2)
        grid.addWidget(self._sidecars, 4, 1, 1, 2)
        grid.addLayout(self.lists.lists_row(), 5, 1, 1, 2)
        grid.addLayout(self.lists.sheets_row(), 6, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def _label_rows(self, grid: QGridLayout) -> None:
        buddies = {"Pho&tos": self._what, "&How": self._how, "&Folders": self._layout, "T&o": self._target}
        for at, (text, widget) in enumerate(buddies.items()):
            label = QLabel(text, self)
            label.setBuddy(widget)
            grid.addWidget(label, at, 0)
        grid.addWidget(QLabel("Lists", self), 5, 0)
        grid.addWidget(QLabel("Contact sheets", self), 6, 0)

    def _connect(self) -> None:
        for combo in (self._what, self._stars, self._label, self._how, self._layout):
            combo.activated.connect(self.changed)
        self.changed.connect(self._show_what_counts)
        self._layout.editTextChanged.connect(self._typed)
        self._target.textEdited.connect(self._typed)
        self._sidecars.toggled.connect(self.changed)
        self.lists.changed.connect(self.changed)
        self._browse.clicked.connect(self._choose_folder)
        self._pause.timeout.connect(self.changed)

    @Slot()
    def _typed(self) -> None:
        self._pause.start()

    @Slot()
    def _show_what_counts(self) -> None:
        """Folders and sidecars mean nothing where only lists are written."""
        for widget in (self._layout, self._sidecars):
            widget.setEnabled(self.how is not None)

    # -- the answers

    @property
    def what(self) -> str:
        """Return the photos' word for the command line, or SHOWN."""
        return str(self._what.currentData())

    @property
    def how(self) -> How | None:
        """Return what is done with the files; None where only lists are wanted."""
        how = self._how.currentData()
        return How(how) if how else None

    @property
    def what_in_words(self) -> str:
        parts = [self._what.currentText().rpartition(" (")[0].lower()]
        parts += [combo.currentText().lower() for combo in (self._stars, self._label) if combo.currentData()]
        return " with ".join(parts[:2]) + "".join(f" and {part}" for part in parts[2:])

    def chosen(self) -> list[ExportItem]:
        narrower = [combo.currentData() for combo in (self._stars, self._label) if combo.currentData()]
        found = self._of(self.what)
        return choose(found, ",".join(narrower)) if narrower else found

    def _of(self, what: str) -> list[ExportItem]:
        if what == SHOWN:
            return [item for item in self._items if item.photo.id in self._shown]
        return choose(self._items, what)

    def folder(self) -> Path | None:
        """Return where to; None while there is no answer."""
        text = self._target.text().strip()
        return Path(text) if text else None

    def options(self) -> ExportOptions | None:
        """Return the answers; None while there is no folder, or where only lists are wanted."""
        folder, how = self.folder(), self.how
        if folder is None or how is None:
            return None
        return ExportOptions(folder, how, self._template(), self._sidecars.isChecked(), self.name)

    @property
    def name(self) -> str:
        """Return what a zip and lists are called."""
        return self._album.name or "photos"

    @property
    def wanted_lists(self) -> Lists:
        return self.lists.wanted

    def _template(self) -> str:
        text = self._layout.currentText().strip()
        return LAYOUTS.get(text, text)

    # -- setting them

    def set_target(self, folder: Path) -> None:
        self._target.setText(str(folder))
        self.changed.emit()

    def set_how(self, how: How | None) -> None:
        self._how.setCurrentIndex(self._how.findData(how or ""))
        self.changed.emit()

    def set_what(self, what: str, stars: str = "", label: str = "") -> None:
        for combo, data in ((self._what, what), (self._stars, stars), (self._label, label)):
            combo.setCurrentIndex(combo.findData(data))
        self.changed.emit()

    def set_layout(self, text: str) -> None:
        self._layout.setEditText(text)

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._target.text())
        if folder:
            self.set_target(Path(folder))
