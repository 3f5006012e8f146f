"""From the album to other programs and places: the dialogs of export, rejects and sidecars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from engine.export.journal import Journal
from engine.export.plan import CHANGE_ALBUM
from engine.paths import DataDir
from engine.settings import Settings
from engine.types import ModelStatus
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.commands import key_of
from gui.export_dialog import ExportDialog
from gui.exporting import export_items, shown_photos
from gui.interrupted import InterruptedBar
from gui.messages import Messages
from gui.reject_dialog import RejectDialog
from gui.sidecar_dialog import SidecarDialog
from gui.sidecar_sync import SidecarSync


class HandOff(QObject):
    """Opens the dialogs, and reads the album again when files came or went."""

    def __init__(
        self,
        settings: Settings,
        data_dir: DataDir,
        run: AlbumRun,
        model: AlbumModel,
        sidecars: SidecarSync,
        messages: Messages,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window, self._settings, self._data_dir = parent, settings, data_dir
        self._run, self._model, self._sidecars, self._messages = run, model, sidecars, messages
        self._statuses: Sequence[ModelStatus] = ()
        self.interrupted = InterruptedBar(data_dir.exports, messages, parent)
        self.interrupted.ended.connect(self._take_journal)
        run.begun.connect(self._look_for_interrupted)

    @Slot(object)
    def take_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        self._statuses = statuses

    @Slot()
    def export(self) -> None:
        album, model = self._run.album, self._model
        if album is None or not model.total or not self._is_read():
            return
        items, shown = export_items(model, self._statuses), shown_photos(model)
        dialog = ExportDialog(items, album, self._data_dir, self._window, shown)
        dialog.exec()
        for report in dialog.reports:
            self._messages.info(report.summary())
        dialog.deleteLater()
        if dialog.album_changed:
            self._run.again()

    @Slot()
    def take_out_rejected(self) -> None:
        album = self._run.album
        if album is None or not self._is_read():
            return
        items = export_items(self._model, self._statuses)
        dialog = RejectDialog(items, album, self._data_dir.exports, self._window)
        dialog.exec()
        dialog.deleteLater()
        if dialog.changed:
            self._messages.info(dialog.words)
            self._run.again()

    @Slot()
    def show_sidecars(self) -> None:
        if self._model.total and self._is_read():
            rules = self._settings.sidecars
            dialog = SidecarDialog(
                self._sidecars, rules.targets, rules.write != "off", self._window, into_files=rules.into_files
            )
            dialog.exec()
            dialog.deleteLater()
            if dialog.photos_changed:  # they have other bytes now, and are known by them
                self._messages.info(dialog.words)
                self._run.again()

    def _is_read(self) -> bool:
        """Tell whether it is known what was decided on all photos; say why where it is not."""
        again = f"{key_of('album.again')} reads the album again."
        if self._model.is_read:
            return True
        if self._model.marks_known is False:
            self._messages.error(f"What you decided on these photos could not be read. {again}")
            return False
        if self._run.running:
            text = "Photos are still being read, and with them what you decided: try again when that is done."
        else:
            text = f"Not all photos were read, so what you decided on them is not known here. {again}"
        self._messages.warn(text)
        return False

    @Slot()
    def _look_for_interrupted(self) -> None:
        self.interrupted.look()

    @Slot(object)
    def _take_journal(self, journal: Journal) -> None:
        """Read the album again where the files that were moved or brought back are its own."""
        album = self._run.album
        moved = (file.action.source for file in journal.files if file.action.how in CHANGE_ALBUM)
        if album is not None and any(album in source.parents for source in moved):
            self._run.again()

    def stop(self) -> None:
        """End the threads."""
        self.interrupted.stop()
