"""The bar above the photos: filters with live counts, thumbnail size."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui.album_model import AlbumModel
from gui.cell_layout import SIZES
from gui.commands import command, tooltip
from gui.entry import Filter

COUNT_MS = 400  # counting 10,000 photos takes 20 ms, so counts follow changes a few times a second


class FilterBar(QWidget):
    """A button per filter, with how many photos it would show."""

    chosen = Signal(object)  # Filter
    size_chosen = Signal(int)  # index into SIZES

    def __init__(self, model: AlbumModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._buttons = {each: self._button(each) for each in Filter}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 10, 5)
        layout.setSpacing(2)
        for number, button in enumerate(self._buttons.values()):
            self._group.addButton(button, number)
            layout.addWidget(button)
        layout.addStretch(1)
        self._slider = self._size_slider()
        layout.addWidget(QLabel("Size", self))
        layout.addSpacing(6)
        layout.addWidget(self._slider)
        self._group.idClicked.connect(self._choose)
        self._later = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._later.timeout.connect(self.refresh)
        model.changed.connect(self._note_change)
        self.refresh()

    def _button(self, each: Filter) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("filter", True)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        entry = command(f"filter.{each.value}")
        button.setToolTip(tooltip(entry))
        button.setAccessibleName(entry.title)
        return button

    def _size_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, len(SIZES) - 1)
        slider.setFixedWidth(110)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName("Thumbnail size")
        slider.setToolTip(tooltip(command("view.larger")))
        slider.valueChanged.connect(self.size_chosen)
        return slider

    @Slot(int)
    def show_size(self, size: int) -> None:
        self._slider.setValue(size)

    @Slot(int)
    def _choose(self, number: int) -> None:
        self.chosen.emit(list(Filter)[number])

    @Slot()
    def _note_change(self) -> None:
        if not self._later.isActive():
            self._later.start()

    @Slot()
    def refresh(self) -> None:
        counts = self._model.counts()
        for each, button in self._buttons.items():
            title = command(f"filter.{each.value}").title
            button.setText(f"{title}  {counts[each]}")
            button.setChecked(each is self._model.filter)
        changed = self._buttons[Filter.CHANGED]
        changed.setVisible(counts[Filter.CHANGED] > 0 or changed.isChecked())
