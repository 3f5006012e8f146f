"""The grid: a QListView that shows groups as bands and moves from photo to photo."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from gui import theme
from gui.album_model import AlbumModel
from gui.cell_layout import DEFAULT_SIZE, SIZES, CellLayout
from gui.commands import key_of
from gui.entry import Entry
from gui.nothing_shown import nothing_text
from gui.photo_delegate import PhotoDelegate
from gui.thumbnails import Thumbnails

Index = QModelIndex | QPersistentModelIndex
Move = QAbstractItemView.CursorAction
REPAINT_MS = 16  # thumbnails that come within one frame are painted together


class Grid(QListView):
    """Shows an AlbumModel. The current photo survives filters, new groups and reloads."""

    opened = Signal()  # double click
    current_changed = Signal()  # the current photo is another one, or none
    size_changed = Signal(int)  # index into SIZES

    def __init__(self, model: AlbumModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Photos")
        self.setAccessibleDescription(
            f"Arrows move, with Shift they select; {key_of('help.keys')} lists the keys that decide"
        )
        self._album = model
        self._thumbnails = thumbnails
        self._size = DEFAULT_SIZE
        self._current_id: int | None = None
        self._laid_out: tuple[int, int, QSize] | None = None  # rows, width and cell of that layout
        self._place: int | None = None  # of the current photo on the screen, before a new order
        self.untouched = True  # no key and no click since the album was opened
        self._arrived: set[int] = set()
        self._delegate = PhotoDelegate(model, thumbnails, self.font(), self._size)
        self._repaint = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._repaint.timeout.connect(self._paint_arrived)
        self._keeping = QTimer(self, singleShot=True, interval=0)
        self._keeping.timeout.connect(self._keep)
        self._set_up_view()
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        thumbnails.arrived.connect(self._note_arrival)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        model.layoutAboutToBeChanged.connect(self._note_place)
        model.layoutChanged.connect(self._keep_place)
        model.changed.connect(self._say_nothing_anew)
        self.doubleClicked.connect(self._open)
        self.verticalScrollBar().rangeChanged.connect(self._show_scrolling)
        self._lay_out()

    def _set_up_view(self) -> None:
        self.setViewMode(QListView.ViewMode.ListMode)  # static layout: far quicker than icon mode's
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # What is scrolled is moved, and what it uncovers alone is painted: `paintEvent` fills all of that.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @Slot(int, int)
    def _show_scrolling(self, first: int, last: int) -> None:
        """The bar keeps its place, so that no photo moves; where there is nothing to scroll it is empty."""
        self.verticalScrollBar().setEnabled(last > first)

    # -- the current photo

    @property
    def current(self) -> Entry | None:
        """Return the photo that keys act on."""
        index = self.currentIndex()
        return self._album.entry_at(index.row()) if index.isValid() else None

    def selected(self) -> list[Entry]:
        """Return the photos that commands act on: those selected in order, or the current one.

        Where another view is shown, the current one alone: nobody sees the others there.
        """
        entries = [] if self.isHidden() else self._chosen()
        return entries or ([self.current] if self.current else [])

    def _chosen(self) -> list[Entry]:
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._album.entry_at(row) for row in rows]

    def go_to_row(self, row: int) -> None:
        """Make a row current and alone selected, and bring it into view."""
        if 0 <= row < self._album.rowCount():
            # The view's own setCurrentIndex would select more where the command's key has Shift or Ctrl.
            clear = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._album.index(row, 0), clear)

    @Slot(int)
    def go_to(self, photo_id: int) -> None:
        """Go to a photo, or to the nearest one that the filter shows."""
        if self._album.row(photo_id) is None and self._album.passes(photo_id):
            self._album.keep(frozenset({photo_id}))  # its group is folded
        row = self._album.nearest_row(photo_id)
        if row is not None:
            self.go_to_row(row)
            self._note_current()

    def show_current(self) -> None:
        """Bring the current photo into view."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def fold(self, entry: Entry) -> None:
        """Fold or unfold the group of a photo; a current photo stays where it is."""
        self._keep()
        self._album.fold(entry)

    def fold_all(self) -> None:
        """Fold all groups, or unfold all."""
        self._keep()
        self._album.fold_all()
        self.show_current()

    def _note_current(self) -> None:
        """The row is the same, but it may show another photo of its folded group now."""
        if self.current is not None and self.current.photo.id != self._current_id:
            self._current_id = self.current.photo.id
            self.current_changed.emit()

    @Slot()
    def _keep(self) -> None:
        """Have the current photo and those selected stay in view where their groups are folded."""
        chosen = [*self._chosen(), *([self.current] if self.current else [])]
        self._album.keep(frozenset(entry.photo.id for entry in chosen))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._current_id = self._album.entry_at(current.row()).photo.id
        self.current_changed.emit()
        self._keep_later()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._keep_later()

    def dataChanged(self, first: Index, last: Index, roles: Iterable[int] = ()) -> None:
        """Paint anew. Not QListView's own, which lays all photos out anew, each time one is decided on.

        All cells are of one size, whatever is in them; with 20,000 photos that layout takes 15 ms.
        """
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def reset(self) -> None:
        super().reset()
        self._laid_out = None

    def rowsInserted(self, parent: Index, first: int, last: int) -> None:
        """Qt forgets all places then, also where as many rows come as go."""
        super().rowsInserted(parent, first, last)
        self._laid_out = None

    def doItemsLayout(self) -> None:
        """Give each row its place, unless it has it already: in another order rows stand where they stood.

        Qt asks Python about each of 20,000 rows, for 30 ms.
        """
        wanted = (self._album.rowCount(), self.viewport().width(), self.gridSize())
        if wanted == self._laid_out:
            QAbstractItemView.doItemsLayout(self)
        else:
            super().doItemsLayout()
            self._laid_out = wanted

    def _keep_later(self) -> None:
        """Not now: rows may be changing. Also where groups are dissolved: they may come back folded."""
        if self._album.may_fold:
            self._keeping.start()

    def begin(self) -> None:
        """Another album: its photo ids are others, so no photo is current."""
        self._current_id = None
        self.untouched = True

    @Slot()
    def _remember(self) -> None:
        if self.current is not None:
            self._current_id = self.current.photo.id

    @Slot()
    def _restore(self) -> None:
        row = None if self._current_id is None else self._album.nearest_row(self._current_id)
        if row is not None:
            self.go_to_row(row)
        self.current_changed.emit()

    @Slot()
    def _note_place(self) -> None:
        """Before photos are put in another order: note where on the screen the current one stands."""
        box = self.visualRect(self.currentIndex())
        seen = self.currentIndex().isValid() and self.viewport().rect().intersects(box)
        self._place = box.top() if seen else None

    @Slot()
    def _keep_place(self) -> None:
        """Scroll so that the current photo stands where it stood: the eye is on it."""
        if self._place is not None:
            self.executeDelayedItemsLayout()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(self.currentIndex()).top() - self._place)

    @Slot(QModelIndex)
    def _open(self, _index: QModelIndex) -> None:
        self.opened.emit()

    # -- moving

    @property
    def columns(self) -> int:
        return max(1, (self.viewport().width() - 1) // self._delegate.layout.smallest_cell().width())

    def moveCursor(self, action: Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Left and right run on over row ends; up and down keep the column. From nowhere, to the first."""
        last = self._album.rowCount() - 1
        if last < 0:
            return QModelIndex()
        if not self.currentIndex().isValid() and action is not Move.MoveEnd:
            return self._album.index(0, 0)
        row = max(0, self.currentIndex().row())
        target = row + self._steps(action, row, last)
        return self._album.index(min(max(target, 0), last), 0)

    def _steps(self, action: Move, row: int, last: int) -> int:
        page = self.columns * max(1, self.viewport().height() // self.gridSize().height())
        vertical = {
            Move.MoveUp: -self.columns,
            Move.MoveDown: self.columns,
            Move.MovePageUp: -page,
            Move.MovePageDown: page,
        }
        if action in vertical:
            return self._within_column(vertical[action], row, last)
        ends = {Move.MoveHome: -row, Move.MoveEnd: last - row}
        sideways = {Move.MoveLeft: -1, Move.MovePrevious: -1, Move.MoveRight: 1, Move.MoveNext: 1}
        return {**ends, **sideways}[action]

    def _within_column(self, steps: int, row: int, last: int) -> int:
        columns = self.columns
        if row + steps < 0:
            return row % columns - row
        if row + steps > last:
            below = row // columns < last // columns
            return (last if below else row) - row
        return steps

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands, not a search."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.untouched = False
        if not self._fold_at(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._fold_at(event):
            super().mouseDoubleClickEvent(event)

    def _fold_at(self, event: QMouseEvent) -> bool:
        """Fold or unfold the group whose header was clicked; tell whether one was."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return False
        entry, cell = self._album.entry_at(index.row()), QRectF(self.visualRect(index))
        first, _ = self._album.group_edges(index.row())
        grouped = self._album.ordering.grouped and self._album.place(entry)[1] > 1
        if not (first and grouped and self._delegate.layout.strip_box(cell).contains(event.position())):
            return False
        self.fold(entry)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.untouched = False
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            event.ignore()
            return
        super().keyPressEvent(event)

    # -- sizes

    @property
    def size_step(self) -> int:
        return self._size

    @Slot(int)
    def set_size_step(self, size: int) -> None:
        """Choose a thumbnail size by its index in SIZES."""
        size = min(max(size, 0), len(SIZES) - 1)
        if size != self._size:
            self._size = size
            self._lay_out()
            self.size_changed.emit(size)

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = QPainter(self.viewport())
        ground.fillRect(event.rect(), theme.BACKGROUND)
        ground.end()
        self._delegate.dirty = event.region()
        super().paintEvent(event)
        self._delegate.dirty = None
        if self._album.total and not self._album.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(theme.MUTED)
            painter.drawText(
                self.viewport().rect(),
                Qt.AlignmentFlag.AlignCenter,
                nothing_text(self._album.criteria, is_read=self._album.is_read),
            )

    @Slot()
    def _say_nothing_anew(self) -> None:
        """Why no photo is shown may be another reason now."""
        if not self._album.rowCount():
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_delegate"):
            self._lay_out()

    def _lay_out(self) -> None:
        """Share the width evenly among the columns, so that rows reach from edge to edge."""
        layout = CellLayout.of(self.font(), self._size)
        self._delegate.set_layout(layout)
        self._thumbnails.set_box(layout.photo * self.devicePixelRatio())
        cell = QSize((self.viewport().width() - 1) // self.columns, layout.smallest_cell().height())
        self._delegate.cell = cell
        if cell != self.gridSize():
            self.setGridSize(cell)
        self.verticalScrollBar().setSingleStep(max(1, cell.height() // 4))
        self.show_current()

    # -- thumbnails

    @Slot(int)
    def _note_arrival(self, photo_id: int) -> None:
        self._arrived.add(photo_id)
        if not self._repaint.isActive():
            self._repaint.start()

    @Slot()
    def _paint_arrived(self) -> None:
        viewport = self.viewport()
        for photo_id in self._arrived:
            row = self._album.row(photo_id)
            if row is not None:
                viewport.update(self.visualRect(self._album.index(row, 0)))
        self._arrived.clear()
