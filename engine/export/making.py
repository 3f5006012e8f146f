"""Makes the lists and small pictures that an export is asked for, or those that are missing after a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.album.thumbnails import ThumbnailCache
from engine.errors import ExportError, PhotoError
from engine.events import CancelToken
from engine.export.asked import Asked
from engine.export.contact_sheet import Thumbnail, thumbnails_from
from engine.export.items import ExportItem
from engine.export.journal import Journal, Step
from engine.export.made import Maker
from engine.export.plan import How
from engine.export.report import ExportClock, ExportProgress, ListsReport
from engine.export.small_jpegs import check_folder, small_jpeg
from engine.export.write_list import write_list


def make_asked(
    journal: Journal, cancel: CancelToken, report: Callable[[ExportProgress], None]
) -> ListsReport | None:
    """Make what the journal says was asked for and is not made yet; None where nothing was asked for.

    One that fails is named in the report and does not stop the others. Raises JournalError.
    """
    if not journal.asked:
        return None
    try:
        asked = Asked.read(journal.asked_path)
    except ExportError as error:
        return ListsReport((), (), ((journal.asked_path, str(error)),))
    making = _Making(asked, journal, cancel, report)
    making.lists()
    making.small_jpegs()
    return making.result()


@dataclass(slots=True)
class _Making:
    asked: Asked
    journal: Journal
    cancel: CancelToken
    report: Callable[[ExportProgress], None]
    _maker: Maker = field(init=False)
    _made: set[Path] = field(init=False)  # before a crash, too
    _moved: dict[Path, Path] = field(init=False)
    _failed: list[tuple[Path, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        files = self.journal.files
        self._maker = Maker(self.journal)
        self._made = {f.action.target for f in files if f.action.how is How.WRITE and f.step is Step.PLACED}
        self._moved = {f.action.source: f.action.target for f in files if f.step is Step.REMOVED}

    def lists(self) -> None:
        asked, thumbnail = self.asked, self._thumbnail()
        for path in asked.lists:
            if path in self._made or self.cancel.cancelled:
                continue
            self.report(ExportProgress(0, len(asked.items), 0, path.name))
            try:
                write_list(path, asked.items, asked.title, thumbnail, self._maker)
                self._made.add(path)
            except ExportError as error:
                self._failed.append((path, str(error)))

    def small_jpegs(self) -> None:
        pairs = zip(self.asked.items, self.asked.small, strict=False)
        wanted = [(item, path) for item, path in pairs if path not in self._made]
        if not wanted or self.cancel.cancelled or not self._has_folder(wanted[0][1].parent):
            return
        clock = ExportClock(len(wanted), 0, self.report)
        for item, path in wanted:
            if self.cancel.cancelled:
                break
            clock.begin(item.photo.path.name)
            self._small_jpeg(item, path)
            clock.done += 1

    def _small_jpeg(self, item: ExportItem, path: Path) -> None:
        try:
            self._maker.file(path, small_jpeg(self._where_it_is(item).photo, self.asked.small_side))
            self._made.add(path)
        except PhotoError as error:
            self._failed.append((item.photo.path, error.what))
        except OSError as error:
            self._failed.append((item.photo.path, f"{path.name}: {error.strerror or error}"))

    def _has_folder(self, folder: Path) -> bool:
        try:
            check_folder(folder, (file for item in self.asked.items for file in item.photo.files))
            self._maker.folder(folder)
        except ExportError as error:
            self._failed.append((folder, str(error)))
            return False
        return True

    def _thumbnail(self) -> Thumbnail:
        thumbnail = thumbnails_from(ThumbnailCache(self.asked.thumbnails))
        return lambda item: thumbnail(self._where_it_is(item))

    def _where_it_is(self, item: ExportItem) -> ExportItem:
        """Return the item with the files where a move has put them before it was cut short."""
        files = tuple(self._moved.get(file, file) for file in item.photo.files)
        return item if files == item.photo.files else replace(item, photo=replace(item.photo, files=files))

    def result(self) -> ListsReport:
        lists = tuple(path for path in self.asked.lists if path in self._made)
        small = tuple(path for path in self.asked.small if path in self._made)
        wanted = len(self.asked.lists) + len(self.asked.small)
        complete = len(lists) + len(small) + len(self._failed) >= wanted
        return ListsReport(lists, small, tuple(self._failed), self.cancel.cancelled and not complete)
