"""The main window: puts the parts together and connects commands to them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QVBoxLayout, QWidget

from engine.models.registry import idle_statuses
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import ModelState
from gui import dropping
from gui.actions import Actions
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.appearance import Appearance
from gui.awaiting import Awaiting
from gui.bottom_bar import BottomBar
from gui.checking import Checking
from gui.choosing import Choosing
from gui.commands import Place
from gui.criteria import Criteria, Filter
from gui.decisions import Decisions
from gui.filter_bar import FilterBar
from gui.garbage import GarbageCollector
from gui.grouping import Grouping
from gui.hand_off import HandOff
from gui.handlers import handlers_of
from gui.installing import Installation
from gui.loupe import Overlay
from gui.messages import Messages
from gui.model_notices import ModelNotices
from gui.nothing_shown import nothing_text
from gui.ordering import SortBy
from gui.panels import Panels
from gui.recent import RecentAlbums, has_folders
from gui.review import Review
from gui.run_bar import RunBar
from gui.session import Session
from gui.sidecar_sync import SidecarSync
from gui.switching import Switching
from gui.text_sheet import LINE, TextSheet, messages_html, shortcuts_html
from gui.views import Views
from gui.window_layout import WindowLayout


class MainWindow(QMainWindow):
    """Welcome, grid or large view in the middle; inspector and models at the side; bars above and below."""

    def __init__(self, settings: Settings, data_dir: DataDir, messages: Messages) -> None:
        super().__init__()
        self.setWindowTitle("Framepick")
        self.setAcceptDrops(True)
        self._settings, self._data_dir, self.messages = settings, data_dir, messages
        self.appearance = Appearance(settings.appearance, data_dir, messages, self)
        self._recent = RecentAlbums(data_dir)
        self.album = AlbumModel()
        self.decisions = Decisions(data_dir.library, self.album, messages, self)
        self.run = AlbumRun(settings, data_dir, self.album, self.decisions, messages, self)
        self.sidecars = SidecarSync(settings, data_dir, self.run, self.album, self.decisions, messages, self)
        self.hand_off = HandOff(settings, data_dir, self.run, self.album, self.sidecars, messages, self)
        self._make_views()
        self.notices = ModelNotices(messages, self)
        self.switching = Switching(settings, self.run, self.album, messages, self)
        self.awaiting = Awaiting(self.run, self.switching, self.album, self)
        self.grouping = Grouping(
            self.album, self.grid, self.decisions, self.run, self.switching, messages, self
        )
        self.review = Review(self.album, self.grid, self.decisions, messages, self)
        self.review.landed.connect(self.views.compare.let_challenger_step)
        self.installation = Installation(data_dir, messages, self)
        self.panels = Panels(self, self.album, settings)
        self.inspector, self.status_panel = self.panels.inspector, self.panels.status
        self.session = Session(data_dir, self.run, self.album, self.views, self.choosing, self)
        self.checking = Checking(settings, data_dir, self.status_panel, self)
        self.actions_ = self._make_actions()
        self.actions_.fill(self.menuBar())
        self._show_panel_state()
        self._connect()
        self._show_choice()
        self._show_state()
        QTimer.singleShot(0, self.refresh_models)
        QTimer.singleShot(0, self.hand_off.interrupted.look)
        self._garbage = GarbageCollector(self)

    # -- parts

    def _make_views(self) -> None:
        self.choosing = Choosing(self.album, self)
        self.filter_bar = FilterBar(self.album, self.choosing, self)
        self.run_bar = RunBar(self)
        self.run_bar.hide()
        self.bottom_bar = BottomBar(self)
        self.views = Views(self._data_dir, self.album, self.decisions, self)
        self.welcome, self.grid, self.loupe = self.views.welcome, self.views.grid, self.views.loupe
        self.thumbnails, self.previews = self.views.thumbnails, self.views.previews
        self.welcome.show_recent(self._recent.albums())
        central = QWidget(self)
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        interrupted = self.hand_off.interrupted
        for part in (self.filter_bar, self.views, interrupted, self.run_bar, self.bottom_bar):
            layout.addWidget(part, 1 if part is self.views else 0)
        self.setCentralWidget(central)

    def _make_actions(self) -> Actions:
        places = {
            Place.ANYWHERE: self,
            Place.GRID: self.grid,
            Place.LOUPE: self.loupe,
            Place.COMPARE: self.views.compare,
            Place.SURVEY: self.views.survey,
        }
        actions = Actions(places, handlers_of(self))
        actions["review.advance"].setChecked(self.review.auto_advance)
        for command_id in ("compare.together", "compare.align"):
            actions[command_id].setChecked(True)
        return actions

    def _connect(self) -> None:
        self.choosing.chosen.connect(self._show_choice)
        self.appearance.changed.connect(self.album.changed)
        self.appearance.changed.connect(self.switching.show)
        self.filter_bar.details.left.connect(self.show_grid)
        self.filter_bar.set_actions(self.actions_.in_category("Sort"), self.actions_["filter.details"])
        self.filter_bar.size_chosen.connect(self.grid.set_size_step)
        self.grid.size_changed.connect(self.filter_bar.show_size)
        self.filter_bar.show_size(self.grid.size_step)
        self.grid.current_changed.connect(self._show_current)
        self.loupe.switched.connect(self._show_switches)
        self.views.compare.group_done.connect(self._go_on)
        self.views.survey.group_wanted.connect(self._go_to_group)
        self.run_bar.stop_wanted.connect(self.run.stop)
        self.bottom_bar.models_wanted.connect(self.show_models_panel)
        self.bottom_bar.history_wanted.connect(self.show_messages)
        self.welcome.open_wanted.connect(self.ask_for_album)
        self.welcome.album_wanted.connect(self.open_as_before)
        self.welcome.deeper_wanted.connect(self._open_deeper)
        dropping.DropLight(self, self.welcome.light_up)
        self.panels.changed.connect(self._show_panel_state)
        self.messages.said.connect(self.bottom_bar.show_message)
        self.run.begun.connect(self._begin)
        self.run.listed.connect(self._show_listed)
        self.run.progressed.connect(self.run_bar.show_progress)
        self.run.begun.connect(self.panels.performance.clear)
        self.run.measured.connect(self.panels.performance.show_figures)
        self.switching.statuses_changed.connect(self._show_models)
        self.switching.statuses_changed.connect(self.notices.take_statuses)
        self.switching.statuses_changed.connect(self.hand_off.take_statuses)
        self.run.ended.connect(self.notices.tell_again)
        self.switching.told.connect(self.status_panel.show_difference)
        self.status_panel.switched.connect(self.switching.toggle)
        self.status_panel.changed_wanted.connect(self.show_changed)
        self.run.ended.connect(self._end)
        self.run.broke.connect(self._show_failure)
        self.status_panel.install_wanted.connect(self.installation.start)
        self.checking.found.connect(self.switching.take_warning)
        self.installation.progressed.connect(self.status_panel.show_install)
        self.installation.ended.connect(self._installed)
        for message in self.messages.history:
            self.bottom_bar.show_message(message)

    # -- albums

    def open_album(self, album: Path, recursive: bool = False) -> None:
        """Open a folder and cull it."""
        if not album.is_dir():
            self.messages.error(f"{album} is no folder that can be opened.")
            return
        self.run.open(album, recursive)

    @Slot(object)
    def open_as_before(self, album: Path) -> None:
        """Open a folder, with the folders inside where it was opened so last."""
        self.open_album(album, self._recent.is_recursive(album.absolute()))

    @Slot()
    def _open_deeper(self) -> None:
        if self.run.album is not None:
            self.open_album(self.run.album, recursive=True)

    @Slot()
    def ask_for_album(self) -> None:
        start = str(self.run.album or Path.home())
        folder = QFileDialog.getExistingDirectory(self, "Open a folder of photos", start)
        if folder:
            self.open_as_before(Path(folder))

    @Slot(int)
    def _begin(self, job_id: int) -> None:
        self._garbage.collect_all()
        self.views.begin(job_id)
        album = self.run.album
        assert album is not None
        self.setWindowTitle(f"{album.name or album} – Framepick")
        self.welcome.tell("Reading the folder…", str(album))
        self.run_bar.begin("Reading the folder…")
        self.show_grid()
        self._show_state()

    @Slot(int)
    def _show_listed(self, count: int) -> None:
        if count == 0:
            words = f"{self.run.album} holds no photos that Framepick can read."
            deeper = not self.run.recursive and has_folders(self.run.album)
            self.welcome.show_recent(self._recent.albums())
            self.welcome.tell("No photos here", words, deeper=deeper)
        elif self.run.album is not None:
            self._recent.add(self.run.album, recursive=self.run.recursive)
        self.show_grid()
        self._show_state()

    @Slot(str)
    def _show_failure(self, text: str) -> None:
        """Say in the middle why an album could not be opened, where there is nothing else to see."""
        if not self.album.total:
            self.welcome.tell("This could not be opened", text)

    @Slot()
    def _end(self) -> None:
        self.run_bar.hide()
        self._show_state()

    def _show_state(self) -> None:
        """Enable what can be done now."""
        has_album = self.run.album is not None
        self.actions_.enable(("album.again", "album.take_out"), has_album)
        self.actions_.enable(("album.export", "album.sidecars"), self.album.total > 0)
        self.actions_.enable(("album.cancel",), self.run.running)
        self.filter_bar.setVisible(self.album.total > 0)

    # -- views

    @Slot()
    def show_grid(self) -> None:
        self.views.show_grid()

    @Slot()
    def show_loupe(self) -> None:
        self.views.show_loupe()

    @Slot()
    def _show_current(self) -> None:
        self.inspector.show_entry(self.grid.current)

    @Slot()
    def _show_switches(self) -> None:
        loupe = self.loupe
        self.actions_["loupe.clipping"].setChecked(loupe.overlay is Overlay.CLIPPING)
        self.actions_["loupe.peaking"].setChecked(loupe.overlay is Overlay.PEAKING)
        self.actions_["loupe.histogram"].setChecked(not loupe.histogram.isHidden())
        self.actions_["loupe.faces"].setChecked(not loupe.faces.isHidden())

    @Slot(int)
    def _go_on(self, kept: int) -> None:
        """After the last comparison of a group: go to the next, unless a filter has gone there already."""
        entry, current = self.album.entry(kept), self.grid.current
        if entry is not None and current is not None and current.group == entry.group:
            self.review.next_group()
            if self.grid.current is current:
                self.messages.info("This was the last group.")

    @Slot(int)
    def _go_to_group(self, step: int) -> None:
        (self.review.next_group if step > 0 else self.review.previous_group)()

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes this filter alone."""
        self.choosing.apply(Criteria().toggled(wanted))

    @Slot()
    def _show_choice(self) -> None:
        if self.album.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.go_to_row(0)
        self.grid.show_current()
        if not self.album.rowCount() and self.album.total:
            self.messages.info(nothing_text(self.album.criteria, is_read=self.album.is_read))
        criteria, ordering = self.album.criteria, self.album.ordering
        for each in Filter:
            self.actions_[f"filter.{each.value}"].setChecked(criteria.has(each))
        for by in SortBy:
            self.actions_[f"sort.{by.value}"].setChecked(by is ordering.by)
        self.actions_["sort.reverse"].setChecked(ordering.reverse)
        self.actions_["sort.groups"].setChecked(ordering.grouped)

    def toggle_details(self) -> None:
        """Show or hide the second filter bar."""
        shown = self.filter_bar.details.isHidden()
        self.filter_bar.show_details(shown)
        self.actions_["filter.details"].setChecked(shown)

    def search(self) -> None:
        if self.filter_bar.details.isHidden():
            self.toggle_details()
        self.filter_bar.details.search.setFocus()
        self.filter_bar.details.search.selectAll()

    @Slot()
    def show_changed(self) -> None:
        self.set_filter(Filter.CHANGED)
        self.show_grid()

    def resize_thumbnails(self, step: int) -> None:
        self.grid.set_size_step(self.grid.size_step + step)

    @Slot()
    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.actions_["view.full_screen"].setChecked(self.isFullScreen())

    @Slot()
    def toggle_advance(self) -> None:
        self.review.auto_advance = not self.review.auto_advance
        self.actions_["review.advance"].setChecked(self.review.auto_advance)
        self.messages.info(f"Auto-advance is {'on' if self.review.auto_advance else 'off'}.")

    @Slot()
    def show_keys(self) -> None:
        characters = self.width() // self.fontMetrics().averageCharWidth()
        self._show_sheet(TextSheet("Keyboard shortcuts", shortcuts_html(characters), self))

    @Slot()
    def show_messages(self) -> None:
        self.bottom_bar.mark_read()
        self._show_sheet(TextSheet("Messages", messages_html(self.messages.history), self, LINE))

    def _show_sheet(self, sheet: TextSheet) -> None:
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    # -- panels and models

    @Slot()
    def show_models_panel(self) -> None:
        self.panels.show("panel.models")

    @Slot()
    def _show_panel_state(self) -> None:
        for name in self.panels.names:
            self.actions_[name].setChecked(self.panels.is_shown(name))

    @Slot()
    def refresh_models(self) -> None:
        """Show what each role would run; what a run says replaces it."""
        self.switching.take_statuses(idle_statuses(self._settings, self._data_dir))

    @Slot(object)
    def _show_models(self, statuses: tuple) -> None:
        self.status_panel.show_statuses(statuses)
        self.inspector.show_statuses(statuses)
        self.bottom_bar.show_models(statuses)
        for status in statuses:
            self.actions_[f"model.{status.role}"].setChecked(status.state is not ModelState.DISABLED)

    @Slot()
    def _installed(self) -> None:
        self.status_panel.show_install(None)
        if self.run.album is not None:
            self.run.again()
        else:
            self.refresh_models()

    # -- the window itself

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        dropping.take(event)

    def dropEvent(self, event: QDropEvent) -> None:
        folder = dropping.take(event)
        if folder is not None:
            self.session.stand_on(dropping.photo_of(event.mimeData()))
            self.open_as_before(folder)
            if text := dropping.left_out(event.mimeData()):
                self.messages.warn(text)

    @Slot()
    def quit(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Go from the screen at once, then end every thread."""
        WindowLayout(self._data_dir).save(self)
        self.hide()
        self.session.save()
        self.installation.stop()
        self.checking.stop()
        self.hand_off.stop()
        self.run.shutdown()
        self.sidecars.stop()
        self.switching.stop()
        self.views.stop()
        self.decisions.close()
        self._garbage.stop()
        super().closeEvent(event)
