"""Choosing what is shown and in which order: between the filter bars, the commands and the album."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from engine.types import Label
from gui.album_model import AlbumModel
from gui.criteria import Criteria, Filter
from gui.ordering import SortBy


class Choosing(QObject):
    """What the filter and sort commands do."""

    chosen = Signal()  # another choice or another order is shown

    def __init__(self, model: AlbumModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    @property
    def criteria(self) -> Criteria:
        return self._model.criteria

    def apply(self, criteria: Criteria) -> None:
        """Show what passes `criteria`. Always told, also when nothing changes: a button was pressed."""
        self._model.set_criteria(criteria)
        self.chosen.emit()

    @Slot(object)
    def toggle(self, wanted: Filter) -> None:
        """Switch a filter on or off; of the decisions one is on at a time."""
        self.apply(self.criteria.toggled(wanted))

    @Slot(object)
    def add(self, wanted: Filter) -> None:
        """Switch a filter on or off beside the others, decisions too."""
        self.apply(self.criteria.toggled(wanted, add=True))

    @Slot(int)
    def toggle_stars(self, stars: int) -> None:
        """Show photos with at least so many stars; all again when that is so already."""
        self.apply(replace(self.criteria, stars=0 if self.criteria.stars == stars else stars))

    @Slot(object)
    def toggle_label(self, label: Label) -> None:
        self.apply(replace(self.criteria, labels=self.criteria.labels ^ {label}))

    @Slot(str)
    def search(self, text: str) -> None:
        self.apply(replace(self.criteria, text=text.strip()))

    def sort_by(self, by: SortBy) -> None:
        self._model.set_ordering(replace(self._model.ordering, by=by))
        self.chosen.emit()

    def reverse(self) -> None:
        self._model.set_ordering(replace(self._model.ordering, reverse=not self._model.ordering.reverse))
        self.chosen.emit()

    def toggle_groups(self) -> None:
        """Keep the photos of a group together, or let each stand for itself."""
        self._model.set_ordering(replace(self._model.ordering, grouped=not self._model.ordering.grouped))
        self.chosen.emit()
