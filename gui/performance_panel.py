"""The Performance panel: where a run's time goes, and what each model did, live and at the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.telemetry import Figures, Stage
from engine.types import ModelStatus, Role
from engine.words import counted
from gui import theme
from gui.bar_chart import Bar, BarChart
from gui.wording import ROLE_TITLES

STAGES = {
    "scan": "Find files",
    "inspect": "Read headers",
    "read cache": "Read cache",
    "decode": "Decode",
    "thumbnail": "Thumbnails",
    "write cache": "Write cache",
    "decode for comparator": "Decode for pairs",
    "write what is kept": "Keep for pairs",
    "compare": "Compare pairs",
    "select": "Group and pick",
}
VERBS = {"load": "Load", "score": "Score", "compare": "Compare", "check": "Check"}
NOT_PER_PHOTO = ("scan", "select", "load", "check")
STAGE_HEAD = (
    ("Stage", "What was done"),
    ("Time", "All threads added up"),
    ("Each", "Average per photo"),
    ("Per s", "Photos per second of this stage's own time"),
)
MODEL_HEAD = (
    ("Model", "The role it serves"),
    ("Runs", "Inferences in this run"),
    ("Cached", "Scores taken from the cache"),
    ("Failed", "Photos it could not score"),
)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MOST_PER_S = 10_000  # beyond it the figure says nothing
NOTHING = "Open an album: this shows where the time goes and what each model does."


class PerformancePanel(QScrollArea):
    """A sentence, the times as a chart and as a table, and what the models did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Performance")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(300)
        self._words = QLabel(NOTHING, self)
        self._words.setWordWrap(True)
        self._chart = BarChart("Time by stage", self)
        self._stages = _table("Stages", STAGE_HEAD, self)
        self._models = _table("Models", MODEL_HEAD, self)
        content = QWidget(self)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(10)
        for part in (self._words, self._models, self._chart, self._stages):
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidget(content)
        self._figures: Figures | None = None  # that were not shown yet, since nobody looks
        self._show_parts(False)

    @Slot()
    def clear(self) -> None:
        self._figures = None
        self._words.setText(NOTHING)
        self._show_parts(False)

    @Slot(object)
    def show_figures(self, figures: Figures) -> None:
        """Show the figures of a run: of one that goes on, or of the last."""
        self._figures = figures
        if not self.visibleRegion().isEmpty():  # a panel behind another one counts as visible
            self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    @Slot(bool)
    def note_visible(self, visible: bool) -> None:
        """The panel came to the front of its tabs, or went behind another one."""
        if visible:
            self._catch_up()

    def _catch_up(self) -> None:
        figures, self._figures = self._figures, None
        if figures is None:
            return
        self._words.setText(summary(figures))
        stages = sorted(figures.stages.items(), key=lambda item: -item[1].seconds)
        self._chart.show_bars([Bar(stage_title(n), s.seconds, seconds_text(s.seconds)) for n, s in stages])
        _fill(self._stages, [stage_row(name, stage) for name, stage in stages])
        _fill(self._models, [model_row(status) for status in figures.models])
        self._show_parts(True)

    def _show_parts(self, shown: bool) -> None:
        for part in (self._models, self._chart, self._stages):
            part.setVisible(shown)

    @property
    def text(self) -> str:
        """Return all that is shown, for tests and screen readers."""
        self._catch_up()
        rows = [row for table in (self._models, self._stages) for row in _rows(table)]
        return "\n".join([self._words.text(), *(" | ".join(row) for row in rows)])


def summary(figures: Figures) -> str:
    """Return such as "79 photos in 11.2 s: 7.1 photos/s. Of 237 scores 158 came from the cache."."""
    scored = sum(s.scored for s in figures.models if s.role is not Role.COMPARATOR)
    cached = sum(s.cached for s in figures.models if s.role is not Role.COMPARATOR)
    photos = counted(figures.photos, "photo")
    speed = f"{photos} in {figures.seconds:.1f} s: {figures.photos_per_s:.1f} photos/s."
    if scored + cached == 0:
        return speed
    return f"{speed} Of {scored + cached:,} scores {cached:,} came from the cache."


def stage_title(name: str) -> str:
    """Return a stage in words; one that is not known keeps its own."""
    verb, _, of = name.partition(" ")
    if name in STAGES:
        return STAGES[name]
    if verb in VERBS and of in [role.value for role in Role]:
        return f"{VERBS[verb]} {ROLE_TITLES[Role(of)].lower()}"
    return name.capitalize()


def stage_row(name: str, stage: Stage) -> tuple[str, ...]:
    per_photo = name.partition(" ")[0] not in NOT_PER_PHOTO
    return (
        stage_title(name),
        seconds_text(stage.seconds),
        seconds_text(stage.average_ms / 1000) if per_photo else "–",
        _rate(stage.per_second) if per_photo and stage.seconds else "–",
    )


def model_row(status: ModelStatus) -> tuple[str, ...]:
    return ROLE_TITLES[status.role], str(status.scored), str(status.cached), str(status.failed)


def seconds_text(seconds: float) -> str:
    """Return such as "0.4 ms", "350 ms" or "12.3 s"."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def _rate(per_second: float) -> str:
    if per_second >= MOST_PER_S:
        return f">{MOST_PER_S:,}"
    return f"{per_second:.0f}" if per_second >= 10 else f"{per_second:.1f}"


def _table(name: str, head: Sequence[tuple[str, str]], parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, len(head), parent)
    table.setAccessibleName(name)
    table.setFont(theme.scaled_font(parent.font(), 0.92))
    for column, (title, tip) in enumerate(head):
        item = QTableWidgetItem(title)
        item.setToolTip(tip)
        item.setTextAlignment(LEFT if column == 0 else RIGHT)
        table.setHorizontalHeaderItem(column, item)
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setMinimumSectionSize(30)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return table


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    table.setRowCount(len(rows))
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            item = table.item(y, x)
            if item is None:
                item = QTableWidgetItem()
                item.setTextAlignment(LEFT if x == 0 else RIGHT)
                table.setItem(y, x, item)
            if item.text() != text:
                item.setText(text)
                item.setToolTip(text)
    table.resizeRowsToContents()
    height = table.horizontalHeader().sizeHint().height() + table.verticalHeader().length()
    table.setFixedHeight(height + 2 * table.frameWidth() + 2)


def _rows(table: QTableWidget) -> list[list[str]]:
    items = ([table.item(y, x) for x in range(table.columnCount())] for y in range(table.rowCount()))
    return [[item.text() for item in row if item] for row in items]
