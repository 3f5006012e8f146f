"""The lists and pictures that an export writes beside the photos: which, where to, and writing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ExportError
from engine.events import CancelToken
from engine.export.contact_sheet import Thumbnail
from engine.export.items import ExportItem
from engine.export.made import Maker
from engine.export.names import clean, with_suffix_number
from engine.export.report import ExportProgress
from engine.export.small_jpegs import ListsReport, write_small_jpegs
from engine.export.write_list import write_list

PICTURES = " small"  # what a folder of small JPEGs is called after the album's name


@dataclass(frozen=True, slots=True)
class Lists:
    """What is wanted: endings of `engine.export.lists.SUFFIXES`, and the long side of small JPEGs or 0."""

    endings: tuple[str, ...] = ()
    small_side: int = 0

    def __bool__(self) -> bool:
        return bool(self.endings or self.small_side)

    def paths(self, folder: Path, name: str) -> list[Path]:
        """Return where each would be now: free names in `folder`, the folder of pictures last."""
        endings = (*self.endings, PICTURES) if self.small_side else self.endings
        return [_free(folder, clean(name), ending) for ending in endings]


def write_lists(
    wanted: Lists,
    items: Sequence[ExportItem],
    folder: Path,
    name: str,
    thumbnail: Thumbnail,
    maker: Maker,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
) -> ListsReport:
    """Write what is wanted into `folder`; one that fails does not stop the others.

    Raises ExportError when the folder cannot be made.
    """
    maker.folder(folder)
    written: list[Path] = []
    failed: list[tuple[Path, str]] = []
    paths = wanted.paths(folder, name)
    for path in paths[: len(wanted.endings)]:
        if cancel.cancelled:
            return ListsReport(tuple(written), 0, tuple(failed), cancelled=True)
        report(ExportProgress(0, len(items), 0, path.name))
        try:
            write_list(path, items, name, thumbnail, maker)
            written.append(path)
        except ExportError as error:
            failed.append((path, str(error)))
    if not wanted.small_side:
        return ListsReport(tuple(written), 0, tuple(failed))
    small = write_small_jpegs(items, paths[-1], maker, wanted.small_side, cancel, report)
    return ListsReport((*written, *small.written), small.pictures, (*failed, *small.failed), small.cancelled)


def _free(folder: Path, stem: str, ending: str) -> Path:
    number = 1
    while (path := folder / with_suffix_number(stem, number, ending)).exists():
        number += 1
    return path
