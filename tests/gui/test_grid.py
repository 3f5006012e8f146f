"""The grid: moving, sizes, what stays current."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QListView, QWidget

from engine.events import Selected
from engine.paths import DataDir
from engine.types import Decision, Marks
from gui import grid as grid_module
from gui.album_model import AlbumModel
from gui.cell_layout import SIZES
from gui.criteria import Criteria, Filter
from gui.grid import Grid
from gui.nothing_shown import nothing_text
from gui.ordering import Ordering, SortBy
from gui.thumbnails import Thumbnails
from tests.gui.albums import inspected, listed, selected

JOB = 1
COUNT = 40


@pytest.fixture
def model(qapp):
    return AlbumModel()


@pytest.fixture
def grid(qtbot, model, tmp_path):
    thumbnails = Thumbnails(DataDir(tmp_path / "data"))
    view = Grid(model, thumbnails)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    model.begin(JOB)
    model.apply(JOB, [listed(COUNT, tmp_path), inspected(COUNT), selected(range(COUNT))])
    view.go_to_row(0)
    yield view
    thumbnails.stop()


def _come_and_go(grid: Grid, model: AlbumModel) -> None:
    """Give a group another pick: where picks alone are shown, a row goes and a row comes."""
    grid.executeDelayedItemsLayout()
    selection = selected(range(COUNT)).selection
    first, second = selection.ranked[6], selection.ranked[7]
    changed = {6: replace(first, rank=1, pick=False), 7: replace(second, rank=0, pick=True)}
    model.apply(JOB, [Selected(replace(selection, ranked={**selection.ranked, **changed}))])


def _row(grid: Grid) -> int:
    return grid.currentIndex().row()


def test_the_first_photo_is_the_one_to_begin_with(qtbot, model, grid):
    model.begin(JOB)
    grid.begin()
    model.apply(JOB, [listed(COUNT)])
    assert not grid.currentIndex().isValid()
    grid.activateWindow()
    grid.clearFocus()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    assert _row(grid) == 0, "which Qt makes current when the grid takes the keys"


def test_rows_of_cells_fill_the_width(grid):
    cell, columns = grid.gridSize(), grid.columns
    assert columns >= 3
    assert grid.viewport().width() - columns * cell.width() < columns + 1
    tops = [grid.visualRect(grid.model().index(row, 0)).top() for row in range(columns + 1)]
    assert len(set(tops[:columns])) == 1 and tops[columns] > tops[0], "as many in a row as were counted"


@pytest.mark.parametrize(
    ("start", "key", "expected"),
    [
        (0, Qt.Key.Key_Right, lambda c: 1),
        (0, Qt.Key.Key_Left, lambda c: 0),
        (2, Qt.Key.Key_Down, lambda c: 2 + c),
        (2, Qt.Key.Key_Up, lambda c: 2),
        (0, Qt.Key.Key_End, lambda c: COUNT - 1),
        (COUNT - 1, Qt.Key.Key_Right, lambda c: COUNT - 1),
        (COUNT - 1, Qt.Key.Key_Home, lambda c: 0),
    ],
)
def test_arrows_are_spatial(qtbot, grid, start, key, expected):
    grid.go_to_row(start)
    qtbot.keyClick(grid, key)
    assert _row(grid) == expected(grid.columns)


def test_right_runs_on_into_the_next_line(qtbot, grid):
    grid.go_to_row(grid.columns - 1)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert _row(grid) == grid.columns


def test_down_from_above_a_short_last_line_lands_on_the_last_photo(qtbot, grid, model):
    columns = grid.columns
    count = 2 * columns + 1
    model.begin(JOB + 1)
    model.apply(JOB + 1, [listed(count)])
    grid.go_to_row(2 * columns - 1)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert _row(grid) == count - 1
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert _row(grid) == count - 1


def test_a_page_down_keeps_the_column_and_shows_other_photos(qtbot, grid):
    grid.go_to_row(1)
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert _row(grid) > grid.columns and _row(grid) % grid.columns == 1
    qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    assert _row(grid) == 1


def test_letters_are_not_a_search(qtbot, grid):
    grid.go_to_row(5)
    qtbot.keyClicks(grid, "IMG_0030")
    assert _row(grid) == 5


def test_a_filter_keeps_the_current_photo_or_goes_to_the_next_shown(grid, model):
    grid.go_to_row(7)
    model.set_marks({i: Marks(Decision.REJECT) for i in range(0, COUNT, 2)})
    model.set_filter(Filter.REJECTED)
    assert grid.current is not None and grid.current.photo.id == 8
    model.set_filter(Filter.ALL)
    assert grid.current.photo.id == 8


def test_a_new_order_keeps_photo_selection_and_place_on_the_screen(qtbot, grid, model):
    grid.go_to_row(20)
    place = grid.visualRect(grid.currentIndex()).top()
    model.apply(JOB, [selected([*range(30, COUNT), *range(30)])])
    assert grid.current is not None and grid.current.photo.id == 20
    assert [entry.photo.id for entry in grid.selected()] == [20]
    assert _row(grid) == 30
    assert 0 < grid.verticalScrollBar().value() < grid.verticalScrollBar().maximum()
    assert grid.visualRect(grid.currentIndex()).top() == place


@pytest.fixture
def laid_out(monkeypatch) -> list[int]:
    """How many rows Qt gave places to, each time it did."""
    counts: list[int] = []
    real = QListView.doItemsLayout

    def note(view: QListView) -> None:
        counts.append(view.model().rowCount())
        real(view)

    monkeypatch.setattr(QListView, "doItemsLayout", note)
    return counts


def test_another_order_keeps_current_and_selected_photos_and_gives_no_row_another_place(
    qtbot, grid, model, laid_out
):
    places = [grid.visualRect(model.index(row, 0)) for row in range(COUNT)]
    grid.go_to_row(3)
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    chosen = {entry.photo.id for entry in grid.selected()}
    assert chosen == {3, 4}
    laid_out.clear()
    model.set_ordering(Ordering(SortBy.NAME, reverse=True, grouped=False))
    grid.executeDelayedItemsLayout()
    grid.verticalScrollBar().setValue(0)
    assert [model.entry_at(row).photo.id for row in range(COUNT)] == [*range(COUNT)][::-1]
    assert {entry.photo.id for entry in grid.selected()} == chosen and grid.current.photo.id == 4
    assert [grid.visualRect(model.index(row, 0)) for row in range(COUNT)] == places
    assert laid_out == []


@pytest.mark.parametrize(
    "change",
    [
        lambda grid, model: model.set_filter(Filter.PICKS),
        lambda grid, model: (model.set_filter(Filter.PICKS), model.set_filter(Filter.ALL)),
        lambda grid, model: (grid.set_size_step(0), grid.set_size_step(2)),
        lambda grid, model: (
            grid.setCurrentIndex(QModelIndex()),
            grid.set_size_step(0),
            grid.set_size_step(2),
        ),
        lambda grid, model: grid.set_size_step(4),
        lambda grid, model: grid.resize(500, 700),
        lambda grid, model: (grid.resize(500, 700), grid.resize(900, 700)),
        lambda grid, model: (model.begin(JOB), model.apply(JOB, [listed(COUNT)])),
        lambda grid, model: model.apply(JOB, [selected([*range(9, COUNT), *range(9)])]),
        lambda grid, model: model.fold_all(),
        lambda grid, model: (model.set_filter(Filter.PICKS), _come_and_go(grid, model)),
        lambda grid, model: (grid.fold_all(), _come_and_go(grid, model)),
    ],
)
def test_whatever_changes_each_row_stands_in_its_place(qtbot, grid, model, change):
    model.set_ordering(Ordering(SortBy.NAME, reverse=True))
    qtbot.wait(20)  # nothing waits to be laid out
    change(grid, model)
    qtbot.wait(20)
    grid.verticalScrollBar().setValue(0)
    cell, columns = grid.gridSize(), grid.columns
    for row in range(model.rowCount()):
        box = grid.visualRect(model.index(row, 0))
        assert box.topLeft() == QPoint(row % columns * cell.width(), row // columns * cell.height())
        assert box.size() == cell
    assert model.rowCount()


def test_more_cells_of_the_same_size_stand_in_a_row_where_there_is_room(qtbot, grid, model):
    smallest = grid._delegate.layout.smallest_cell().width()
    around = grid.width() - grid.viewport().width()
    tops: list[int] = []
    for columns in (3, 4):
        grid.resize(columns * smallest + 1 + around, 700)
        qtbot.wait(20)
        grid.executeDelayedItemsLayout()
        assert grid.gridSize().width() == smallest and grid.columns == columns
        tops.append(grid.visualRect(model.index(3, 0)).top())
    assert tops[0] > tops[1] == grid.visualRect(model.index(0, 0)).top()


def test_an_empty_grid_says_another_reason_once_all_is_read(qtbot, grid, model, monkeypatch):
    said: list[bool] = []
    monkeypatch.setattr(
        grid_module, "nothing_text", lambda criteria, *, is_read: said.append(is_read) or "nothing"
    )
    model.set_filter(Filter.REJECTED)
    qtbot.waitUntil(lambda: bool(said))
    assert set(said) == {False}
    model.marks_known = True
    model.set_marks({})
    qtbot.waitUntil(lambda: said[-1])


def test_sizes_change_the_columns_and_stay_in_range(qtbot, grid):
    columns = []
    for size in range(-1, len(SIZES) + 1):
        grid.set_size_step(size)
        columns.append(grid.columns)
        assert 0 <= grid.size_step < len(SIZES)
    assert columns == sorted(columns, reverse=True) and columns[0] > columns[-1]


def test_thumbnails_are_fetched_for_what_is_seen(qtbot, grid, monkeypatch):
    asked: list[QSize] = []
    monkeypatch.setattr(grid._thumbnails, "set_box", asked.append)
    grid.set_size_step(len(SIZES) - 1)
    assert asked[-1].width() == SIZES[-1] * grid.devicePixelRatio()


class _Painted(QObject):
    """Notes which part of a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


@pytest.mark.parametrize("step", [30, 31])
@pytest.mark.parametrize("height", [90, 91])
def test_scrolling_moves_what_is_there_and_paints_what_it_uncovers(qtbot, grid, monkeypatch, step, height):
    picture = QPixmap(150, height)
    picture.fill(Qt.GlobalColor.red)
    monkeypatch.setattr(grid._thumbnails, "get", lambda photo, identity: picture)
    qtbot.waitUntil(lambda: grid.windowHandle().isExposed())
    grid.viewport().repaint()
    painted = _Painted(grid.viewport())
    grid.verticalScrollBar().setValue(step)
    qtbot.waitUntil(lambda: not painted.region.isEmpty())
    shown = grid.viewport().rect()
    uncovered = shown.adjusted(0, shown.height() - step, 0, 0)
    assert painted.region.united(uncovered) == painted.region
    left_alone = QRegion(shown).subtracted(painted.region)  # all but the cell below the mouse pointer
    assert left_alone.boundingRect().width() == shown.width()
    seen = grid.screen().grabWindow(grid.winId()).toImage()
    grid.viewport().repaint()
    assert seen == grid.screen().grabWindow(grid.winId()).toImage(), "no part of it is stale"


def test_cells_between_two_that_are_painted_are_left_alone(qtbot, grid, monkeypatch):
    asked: list[int] = []
    qtbot.waitUntil(lambda: grid.windowHandle().isExposed())
    grid.viewport().repaint()
    monkeypatch.setattr(grid._thumbnails, "get", lambda photo, identity: asked.append(photo.id))
    cells = [grid.visualRect(grid.model().index(row, 0)) for row in (0, grid.columns + 1)]
    grid.viewport().repaint(QRegion(cells[0]).united(cells[1]))
    assert asked == [0, grid.columns + 1]


@pytest.mark.parametrize("wanted", [Filter.ACCEPTED, Filter.REJECTED, Filter.FAILED])
def test_an_empty_filter_says_what_would_fill_it(grid, model, wanted):
    full = grid.grab().toImage()
    model.set_filter(wanted)
    assert model.rowCount() == 0
    hint = grid.grab().toImage()
    model.begin(JOB + 1)
    assert hint != grid.grab().toImage() != full, "the hint is painted only while there is an album"
    assert nothing_text(model.criteria) != nothing_text(Criteria())
