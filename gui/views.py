"""The views in the middle of the window, one at a time; all of them show the grid's current photo."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.paths import DataDir
from gui.album_model import AlbumModel
from gui.compare import Compare
from gui.decisions import Decisions
from gui.grid import Grid
from gui.loupe import Loupe
from gui.pictures import Pictures
from gui.previews import Previews
from gui.survey import Survey
from gui.thumbnails import Thumbnails
from gui.welcome import Welcome


class Views(QStackedWidget):
    """Welcome, grid, large view, compare, survey."""

    def __init__(self, data_dir: DataDir, model: AlbumModel, decisions: Decisions, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.thumbnails = Thumbnails(data_dir, self)
        self.previews = Previews(data_dir, self)
        self.pictures = Pictures(data_dir, self.thumbnails, self.previews, self)
        self.welcome = Welcome(self)
        self.grid = Grid(model, self.thumbnails, self)
        self.loupe = Loupe(model, self.pictures, self)
        self.compare = Compare(model, self.pictures, decisions, self)
        self.survey = Survey(model, self.pictures, self)
        for view in (self.welcome, self.grid, self.loupe, self.compare, self.survey):
            self.addWidget(view)
        self.welcome.setFocus()
        self.grid.current_changed.connect(self.show_current)
        self.grid.opened.connect(self.show_loupe)
        for view in (self.loupe, self.compare, self.survey):
            model.changed.connect(view.refresh)
        for view in (self.compare, self.survey):
            view.current_wanted.connect(self.grid.go_to)

    def begin(self, job_id: int) -> None:
        """Forget the pictures of the former album."""
        self.grid.begin()
        self.thumbnails.begin(job_id)
        self.previews.begin(job_id)
        self.pictures.begin(job_id)

    def stop(self) -> None:
        """End the threads."""
        self.pictures.stop()
        self.thumbnails.stop()
        self.previews.stop()

    @Slot()
    def show_grid(self) -> None:
        self.setCurrentWidget(self.grid if self._model.total else self.welcome)
        self.grid.setFocus()
        if self.grid.currentIndex().isValid():
            self.grid.scrollTo(self.grid.currentIndex())

    @Slot()
    def show_loupe(self) -> None:
        if self.grid.current is not None:
            self.setCurrentWidget(self.loupe)
            self.loupe.setFocus()
            self.loupe.show_entry(self.grid.current)

    @Slot()
    def show_compare(self) -> None:
        """Compare the current photo with its group's pick, or the two photos that are selected."""
        current, selected = self.grid.current, self.grid.selected()
        if current is not None:
            self.setCurrentWidget(self.compare)
            self.compare.setFocus()
            self.compare.begin(current, selected)

    @Slot()
    def show_survey(self) -> None:
        if self.grid.current is not None:
            self.setCurrentWidget(self.survey)
            self.survey.setFocus()
            self.survey.show_entry(self.grid.current)

    @Slot()
    def show_current(self) -> None:
        view = self.currentWidget()
        if view in (self.loupe, self.compare, self.survey):
            view.show_entry(self.grid.current)  # type: ignore[union-attr]
