"""What a grid cell shows, by its pixels: bands, pick, decisions, failures."""

from datetime import datetime

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QFontMetrics, QImage

from engine.events import PhotoFailed, PhotosInspected
from engine.paths import DataDir
from engine.types import Decision, Face, Inspected, Marks, Metadata, Role, Verdict
from gui import theme, wording
from gui.album_model import AlbumModel
from gui.caption import begins_day, dated
from gui.grid import Grid
from gui.ordering import Ordering, SortBy
from gui.thumbnails import Thumbnails
from tests.gui.albums import inspected, listed, photos, scored, selected

JOB = 1
COUNT = 6
GREY = (128, 128, 128)
TOLERANCE = 36  # per channel


@pytest.fixture
def grid(qtbot, tmp_path):
    """Six grey photos in two groups; the first of each is the pick."""
    for photo in photos(COUNT, tmp_path):
        Image.new("RGB", (300, 200), GREY).save(photo.path)
    model, thumbnails = AlbumModel(), Thumbnails(DataDir(tmp_path / "data"))
    view = Grid(model, thumbnails)
    qtbot.addWidget(view)
    view.resize(3 * 222 + 20, 620)
    view.show()
    model.begin(JOB)
    thumbnails.begin(JOB)
    model.apply(JOB, [listed(COUNT, tmp_path), inspected(COUNT), *(scored(i) for i in range(COUNT))])
    model.apply(JOB, [selected(range(COUNT))])
    qtbot.waitUntil(lambda: len(thumbnails._kept) == COUNT and not view._repaint.isActive())
    yield view
    thumbnails.stop()


def test_the_date_is_shown_where_another_day_begins(grid):
    model, later = _model(grid), datetime(2026, 6, 3, 9, 0, 0)
    undated = Inspected("f" * 32, Metadata())
    days = {3: Inspected("3" * 32, Metadata(captured_at=later)), 5: undated}
    model.apply(JOB, [PhotosInspected(days)])
    model.set_ordering(Ordering(SortBy.NAME))
    days = [captured.date().day if captured else 0 for captured in _captured(model)]
    assert days == [1, 1, 1, 3, 1, 0]
    assert [begins_day(model, row) for row in range(COUNT)] == [True, False, False, True, True, False]
    font = grid.font()
    assert dated(later, font, 900) == "2026-06-03  09:00:00"
    assert dated(later, font, QFontMetrics(font).horizontalAdvance("2026-06-03")) == "09:00:00"


def test_the_date_is_on_the_cell(grid):
    first, fourth = (_holds(_strip(grid, row), theme.MUTED) for row in (0, 3))
    assert first > fourth > 0, "both groups have a time, the first one of a day its date, too"


def _strip(grid: Grid, row: int) -> QImage:
    cell = grid.visualRect(_model(grid).index(row, 0))
    box = grid._delegate.layout.strip_box(QRectF(0, 0, cell.width(), cell.height()))
    return _cell(grid, row).copy(box.toRect())


def _captured(model: AlbumModel) -> list[datetime | None]:
    entries = (model.entry_at(row) for row in range(model.rowCount()))
    return [entry.inspected.metadata.captured_at if entry.inspected else None for entry in entries]


def _model(grid: Grid) -> AlbumModel:
    return grid._album


def _cell(grid: Grid, row: int) -> QImage:
    return grid.viewport().grab(grid.visualRect(_model(grid).index(row, 0))).toImage()


def _photo_box(grid: Grid, row: int) -> QRectF:
    cell = grid.visualRect(_model(grid).index(row, 0))
    return grid._delegate.layout.photo_box(QRectF(0, 0, cell.width(), cell.height()))


def _middle(grid: Grid, row: int) -> QColor:
    return _cell(grid, row).pixelColor(_photo_box(grid, row).center().toPoint())


def _holds(image: QImage, colour: QColor) -> int:
    """Return how many pixels are of about that colour: thin lines and letters are smoothed."""
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = rows[:, : 3 * rgb.width()].reshape(-1, 3).astype(int)
    return int((np.abs(pixels - wanted).max(axis=1) <= TOLERANCE).sum())


def test_photos_keep_their_own_grey(grid):
    assert _middle(grid, 1) == QColor(*GREY)


def test_only_the_pick_has_the_accent_frame(grid):
    assert [_holds(_cell(grid, row), theme.ACCENT) > 500 for row in range(COUNT)] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]


def test_a_rejected_photo_is_dimmed_and_crossed(grid):
    before = _cell(grid, 1)
    _model(grid).set_marks({1: Marks(Decision.REJECT)})
    after = _cell(grid, 1)
    assert _middle(grid, 1).lightness() < GREY[0] - 40
    assert _holds(before, theme.BAD) == 0 < _holds(after, theme.BAD)


def test_an_accepted_photo_is_checked_and_not_dimmed(grid):
    _model(grid).set_marks({1: Marks(Decision.ACCEPT)})
    assert _middle(grid, 1) == QColor(*GREY)
    assert _holds(_cell(grid, 1), theme.GOOD) > 50


def test_a_band_spans_its_group_and_ends_with_it(grid):
    cell = grid.visualRect(_model(grid).index(0, 0))
    y = cell.height() // 2
    colours = [grid.viewport().grab().toImage().pixelColor(cell.width() * n, y) for n in (1, 2)]
    assert colours == [theme.BAND_EVEN, theme.BAND_EVEN], "no gap inside a group"
    assert _cell(grid, 0).pixelColor(0, y) == _cell(grid, 2).pixelColor(cell.width() - 1, y)
    assert _cell(grid, 0).pixelColor(1, y) == theme.BACKGROUND, "a gap before its first photo"
    assert _cell(grid, 3).pixelColor(cell.width() - 1, 8) == theme.BAND_ODD, "the next group differs in tone"


def test_the_frame_of_the_current_photo_shows_the_focus(qtbot, grid):
    plain = _holds(_cell(grid, 4), theme.FOCUS)
    grid.go_to_row(4)
    grid.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    assert _holds(_cell(grid, 4), theme.FOCUS) > plain + 100
    assert _cell(grid, 4).pixelColor(QPoint(12, 60)) == theme.SELECTED


def test_a_failed_photo_says_why_in_its_cell(grid):
    before = _cell(grid, 2)
    _model(grid).apply(JOB, [PhotoFailed(2, "is truncated")])
    after = _cell(grid, 2)
    assert _holds(before, theme.WARN) == 0 < _holds(after, theme.WARN)
    assert wording.failure_text(_model(grid).entry_at(2)) == "The file is truncated."


def test_closed_eyes_are_marked_in_the_caption(grid):
    def warned() -> int:
        return _holds(_cell(grid, 1), theme.WARN)

    face = Face((0.2, 0.2, 0.3, 0.3), 0.9, 0.5, 0.9)
    _model(grid).apply(JOB, [scored(1, faces=(face,))])
    assert warned() == 0
    closed = Face((0.2, 0.2, 0.3, 0.3), 0.1, 0.5, 0.9)
    _model(grid).apply(JOB, [scored(1, faces=(face, closed))])
    assert warned() > 0


@pytest.mark.parametrize(
    ("eyes", "prominent", "expected"),
    [
        ((0.9, 0.8), (True, True), "2 faces, eyes open"),
        ((0.9, 0.1), (True, True), "2 faces, eyes closed on 1"),
        ((0.9, 0.1), (True, False), "2 faces, eyes open"),
        ((0.9, None), (True, True), "2 faces, eyes: can't tell"),
        ((None,), (True,), "1 face, eyes: can't tell"),
    ],
)
def test_faces_in_words(grid, eyes, prominent, expected):
    faces = tuple(
        Face((0, 0, 0.1, 0.1), open_, None, 0.9, first) for open_, first in zip(eyes, prominent, strict=True)
    )
    _model(grid).apply(JOB, [scored(1, faces=faces)])
    assert str(wording.faces_found(_model(grid).entry_at(1))) == expected


def test_how_many_models_made_the_number_is_shown_when_not_all_did(grid):
    model = _model(grid)
    assert wording.models_text(model.entry_at(0), 3) == ""
    model.apply(JOB, [selected(range(COUNT), roles=(Role.AESTHETIC, Role.QUALITY))])
    assert wording.models_text(model.entry_at(0), 3) == "2/3"
    assert _holds(_cell(grid, 0), theme.WARN) > 0


def test_a_verdict_names_the_other_and_the_confidence(grid):
    model = _model(grid)
    verdict = Verdict(0, 1, 0, 0.54, "composite")
    won = wording.verdict_parts(verdict, model.entry_at(0), "IMG_0001.JPG")
    lost = wording.verdict_parts(verdict, model.entry_at(1), "IMG_0000.JPG")
    assert "".join(won) == "≈ ▲ IMG_0001 · 54% composite"
    assert "".join(lost) == "≈ ▼ IMG_0000 · 54% composite"
    judged = Verdict(0, 1, 0, 0.83, "Siamese comparator (best_model.pt)", "ab" * 32)
    assert wording.verdict_parts(judged, model.entry_at(0), "IMG_0001.JPG")[2] == " · 83% comparator"
    sentence = wording.verdict_sentence(judged, model.entry_at(0), "IMG_0001.JPG")
    assert sentence.endswith("with 83% confidence, by Siamese comparator (best_model.pt) [abababab]")
    tie = wording.verdict_parts(Verdict(0, 1, None, 0.5, "composite"), model.entry_at(0), "a/IMG_0001.JPG")
    assert "".join(tie) == "≈ IMG_0001 · can't tell"


def test_a_score_that_is_awaited_is_an_ellipsis(grid, tmp_path):
    model = _model(grid)
    model.begin(JOB + 1)
    model.apply(JOB + 1, [listed(1, tmp_path)])
    assert wording.composite_text(model.entry_at(0), awaited=True) == "…"
    model.apply(JOB + 1, [PhotoFailed(0, "is empty")])
    assert wording.composite_text(model.entry_at(0), awaited=True) == "–"
