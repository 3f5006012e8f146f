"""The dry run as a table: every file of an export, what is done with it, and what it will be called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.export.plan import ExportPlan, megabytes
from gui.export_words import VERBS

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, str, str, str]  # as the columns
COLUMNS = ("", "File", "Becomes", "Size")
ACTION = "What is done"  # the first column, for screen readers
_BECOMES = 2


class PlanModel(QAbstractTableModel):
    """Rows of text; thousands of them cost nothing until they are seen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == len(COLUMNS) - 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == len(COLUMNS) - 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter  # as its numbers are
        return (COLUMNS[section] or ACTION) if role == Qt.ItemDataRole.AccessibleTextRole else None


class PlanTable(QTableView):
    """Shows a plan; only to be read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = PlanModel(self)
        self.setModel(self._model)
        self.setAccessibleName("What will be done with each file")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        line = self.fontMetrics().lineSpacing()
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(line + 5)
        self.setMinimumHeight(3 * (line + 5))  # with a large font there is no room for more
        self._size_columns()

    def _size_columns(self) -> None:
        header, wide = self.horizontalHeader(), self.fontMetrics().horizontalAdvance("M")
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column in (1, _BECOMES):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(0, 6 * wide)
        self.setColumnWidth(len(COLUMNS) - 1, 7 * wide)

    def show_plan(self, rows: list[Row], new: Sequence[Path] = ()) -> None:
        """Show the rows of a plan, and files that are written beside it."""
        self._model.show_rows(rows + _new_rows(new))

    def show_new(self, paths: Sequence[Path]) -> None:
        """Show files that are written without there being a source."""
        self._model.show_rows(_new_rows(paths))

    def clear(self) -> None:
        self._model.show_rows([])

    @property
    def names(self) -> list[str]:
        """Return the names in the target, as shown."""
        return [self._model.index(row, _BECOMES).data() for row in range(self._model.rowCount())]


def _new_rows(paths: Sequence[Path]) -> list[Row]:
    return [("write", "", _plain(path.name), "") for path in paths]


def plan_rows(plan: ExportPlan, album: Path) -> list[Row]:
    """Return a row per file: first those that something is done with, then those that are left.

    Takes a while for thousands of files: not for the window's thread.
    """
    root = plan.archive or plan.target
    rows = [
        (
            VERBS[action.how],
            _within(action.source, album),
            _within(action.target, root) + ("  (new name)" if action.renamed else ""),
            megabytes(action.bytes),
        )
        for action in plan.actions
    ]
    rows += [("–", _within(path, album), "an identical copy is there", "") for path in plan.already_there]
    return rows + [("left out", _within(path, album), reason, "") for path, reason in plan.unreadable]


def _within(path: Path, folder: Path) -> str:
    start = f"{folder}{os.sep}"  # many times as fast as Path.relative_to
    return _plain(str(path).removeprefix(start))


def _plain(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
