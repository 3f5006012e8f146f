"""Turns one list of rows into another with exact model signals, so that views keep their place."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex

MOST_RANGES = 64  # beyond this many a reset is quicker than telling each


def ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending row numbers as (first, last) ranges."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


class RowsModel(QAbstractListModel):
    """A list model whose rows are photo ids."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[int] = []
        self._row_of: dict[int, int] | None = {}

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # type: ignore[override]  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def row(self, photo_id: int) -> int | None:
        """Return the row that shows a photo, or None when it is filtered out or unknown."""
        if self._row_of is None:
            self._row_of = {photo: row for row, photo in enumerate(self._rows)}
        return self._row_of.get(photo_id)

    def _show(self, rows: list[int]) -> None:
        """Make `rows` the rows."""
        if rows == self._rows:
            return
        old, new = set(self._rows), set(rows)
        gone = ranges([row for row, photo in enumerate(self._rows) if photo not in new])
        come = ranges([row for row, photo in enumerate(rows) if photo not in old])
        if len(gone) + len(come) > MOST_RANGES:
            self._reset_to(rows)
            return
        self._remove(gone)
        self._reorder([photo for photo in rows if photo in old])
        self._insert(come, rows)

    def _replace(self, row: int, photo_id: int) -> None:
        """Show another photo in a row. What is current or selected stays on the row."""
        self._rows[row] = photo_id
        self._row_of = None
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def _reset_to(self, rows: list[int]) -> None:
        self.beginResetModel()
        self._set(rows)
        self.endResetModel()

    def _remove(self, gone: list[tuple[int, int]]) -> None:
        for first, last in reversed(gone):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._set(self._rows[:first] + self._rows[last + 1 :])
            self.endRemoveRows()

    def _insert(self, come: list[tuple[int, int]], rows: Sequence[int]) -> None:
        for first, last in come:
            self.beginInsertRows(QModelIndex(), first, last)
            self._set([*self._rows[:first], *rows[first : last + 1], *self._rows[first:]])
            self.endInsertRows()

    def _reorder(self, rows: list[int]) -> None:
        """Same photos, other order: current photo and selection stay on their photos."""
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        photos = [self._rows[index.row()] for index in before]
        self._set(rows)
        after = [self.index(self.row(photo) or 0, 0) for photo in photos]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _set(self, rows: list[int]) -> None:
        self._rows = rows
        self._row_of = None

    def _tell_all(self) -> None:
        """Emit dataChanged for all photos that are shown."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def _tell_changed(self, photos: Container[int], count: int) -> None:
        """Emit dataChanged for the photos that are shown; one range over all when they are many."""
        if count == 0:
            return
        rows = [row for row, photo in enumerate(self._rows) if photo in photos]
        spans = ranges(rows)
        if len(spans) > MOST_RANGES:
            spans = [(rows[0], rows[-1])]
        for first, last in spans:
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))
