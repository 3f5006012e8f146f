"""The bar above the photos: filters with live counts, the order, thumbnail size."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.words import counted
from gui.album_model import AlbumModel
from gui.cell_layout import SIZES
from gui.choosing import Choosing
from gui.commands import command, tooltip
from gui.criteria import Criteria, Filter
from gui.elided_label import ElidedLabel
from gui.filter_details import FilterDetails
from gui.flow_layout import FlowLayout

COUNT_MS = 400  # counting 10,000 photos takes 10 ms, so counts follow changes a few times a second
FIRST_ROW = (Filter.ALL, Filter.PICKS, Filter.ACCEPTED, Filter.REJECTED, Filter.UNDECIDED, Filter.CHANGED)


class FilterBar(QWidget):
    """A button per filter, with how many photos it would show. What a hidden second row chooses is said."""

    size_chosen = Signal(int)  # index into SIZES

    def __init__(self, model: AlbumModel, choosing: Choosing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._choosing = model, choosing
        self._buttons = {each: self._button(each) for each in FIRST_ROW}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._shown = ElidedLabel(self, snug=True)
        self._shown.setProperty("tone", "muted")
        self._shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._shown.setContentsMargins(10, 0, 10, 0)
        self._sort = QToolButton(self)
        self._more = QToolButton(self)
        self._slider = self._size_slider()
        self.details = FilterDetails(self)
        self.details.hide()
        self._lay_out()
        self._group.idClicked.connect(self._choose)
        self._total = 0  # photos, when they were counted last
        self._later = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._later.timeout.connect(self.refresh)
        model.changed.connect(self._note_change)
        choosing.chosen.connect(self.refresh)
        self.details.toggled.connect(choosing.toggle)
        self.details.stars_toggled.connect(choosing.toggle_stars)
        self.details.label_toggled.connect(choosing.toggle_label)
        self.details.searched.connect(choosing.search)
        self.refresh()

    def _lay_out(self) -> None:
        first = QWidget(self)
        first.setObjectName("filterBar")
        first.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = FlowLayout(first)
        row.setContentsMargins(8, 5, 10, 5)
        for number, button in enumerate(self._buttons.values()):
            self._group.addButton(button, number)
            row.addWidget(button)
        row.addWidget(self._more)
        for part in (self._shown, self._sort, self._slider):
            row.add_to_right(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(first)
        layout.addWidget(self.details)

    def _button(self, each: Filter) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("filter", True)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        entry = command(f"filter.{each.value}")
        button.setToolTip(f"{tooltip(entry)}; Ctrl+click adds it to the others")
        button.setAccessibleName(entry.title)
        return button

    def _size_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, len(SIZES) - 1)
        slider.setFixedWidth(90)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName("Thumbnail size")
        slider.setToolTip(tooltip(command("view.larger")))
        slider.valueChanged.connect(self.size_chosen)
        return slider

    def set_actions(self, sorting: list[QAction], more: QAction) -> None:
        """Hang the sort commands into the sort button's menu, and the second row onto its button."""
        menu = QMenu(self._sort)
        menu.addActions(sorting)
        for button in (self._sort, self._more):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sort.setMenu(menu)
        self._sort.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._sort.setProperty("filter", True)
        self._sort.setAccessibleName("Sort")
        self._sort.setToolTip("The order in which photos are shown")
        self._more.setDefaultAction(more)
        self._more.setProperty("filter", True)
        self.refresh()

    @Slot(int)
    def show_size(self, size: int) -> None:
        self._slider.setValue(size)

    def show_details(self, shown: bool) -> None:
        """Show or hide the second row. What it filters by stays."""
        self.details.setVisible(shown)
        self.refresh()

    @Slot(int)
    def _choose(self, number: int) -> None:
        control = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        (self._choosing.add if control else self._choosing.toggle)(FIRST_ROW[number])
        self.refresh()

    @Slot()
    def _note_change(self) -> None:
        if self._model.total != self._total:  # another album: its count is not kept waiting
            self.refresh()
        elif not self._later.isActive():
            self._later.start()

    @Slot()
    def refresh(self) -> None:
        criteria, counts = self._model.criteria, self._model.counts()
        for each, button in self._buttons.items():
            button.setText(f"{command(f'filter.{each.value}').title}  {counts[each]}")
            button.setChecked(criteria.has(each))
        self._buttons[Filter.CHANGED].setVisible(counts[Filter.CHANGED] > 0 or criteria.has(Filter.CHANGED))
        self.details.show_choice(criteria, counts)
        self._total = self._model.total
        self._tell_shown(criteria)
        ordering = self._model.ordering
        title = command(f"sort.{ordering.by.value}").title
        self._sort.setText(f"{title} {'↓' if ordering.reverse else '↑'}")

    def _tell_shown(self, criteria: Criteria) -> None:
        """Say how many photos are shown and, behind that, which filters of a hidden second row choose them.

        Their names give way where there is no room; the tooltip has them in full.
        """
        shown, total, folded = len(self._model.passing()), self._model.total, self._model.folded_groups
        hidden = replace(criteria, decisions=frozenset(), traits=criteria.traits - set(FIRST_ROW))
        by = hidden.words() if self.details.isHidden() and hidden != Criteria() else ""
        words = [] if shown == total and not by else [f"{shown} of {total} shown"]
        words += [f"{counted(folded, 'group')} folded"] if folded else []
        counts = ", ".join(words)
        self._shown.setText(f"{counts} · {by}" if by else counts)
        self._shown.setVisible(bool(words))
        self._shown.setToolTip(criteria.words())
        margins = self._shown.contentsMargins()
        least = self._shown.fontMetrics().horizontalAdvance(f"{counts} …" if by else counts)
        self._shown.setMinimumWidth(least + margins.left() + margins.right() + 1)
