"""A folder of small JPEGs of a selection, to be sent or shown: sRGB, upright, without any metadata."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.album.decode import decode
from engine.album.shrink import fit, shrunk
from engine.errors import ExportError, PhotoError
from engine.events import CancelToken
from engine.export.items import ExportItem
from engine.export.made import Maker
from engine.export.names import clean, folded, with_suffix_number
from engine.export.report import ExportClock, ExportProgress, named_files
from engine.export.sizes import SMALL_SIDE
from engine.types import Photo

_QUALITY = 85


@dataclass(frozen=True, slots=True)
class ListsReport:
    """Which lists and small pictures were written, and what was not, and why."""

    written: tuple[Path, ...]
    pictures: int  # of the written files
    failed: tuple[tuple[Path, str], ...] = ()
    cancelled: bool = False

    @property
    def complete(self) -> bool:
        return not (self.failed or self.cancelled)

    def summary(self) -> str:
        parts = [f"Wrote {path}." for path in self.written if path.suffix != ".jpg"]
        if self.pictures:
            folder = next(path.parent for path in self.written if path.suffix == ".jpg")
            parts.append(f"Wrote {self.pictures} small JPEG{'' if self.pictures == 1 else 's'} to {folder}.")
        if self.cancelled:
            parts.append("Cancelled: the rest was not written.")
        return " ".join([*parts, *named_files("Not written", self.failed)])


def write_small_jpegs(
    items: Sequence[ExportItem],
    folder: Path,
    maker: Maker,
    long_side: int = SMALL_SIDE,
    cancel: CancelToken | None = None,
    report: Callable[[ExportProgress], None] = lambda _: None,
) -> ListsReport:
    """Write one JPEG a photo, its long side at most `long_side` pixels, never over another file.

    Photos that cannot be read are named in the report. Raises ExportError when the folder cannot be used.
    """
    cancel = cancel or CancelToken()
    check_folder(folder, (file for item in items for file in item.photo.files))
    maker.folder(folder)
    taken = {folded(path.name) for path in folder.iterdir()}
    clock = ExportClock(len(items), 0, report)
    written: list[Path] = []
    failed: list[tuple[Path, str]] = []
    for item in items:
        if cancel.cancelled:
            break
        clock.begin(item.photo.path.name)
        path = folder / _free_name(item.photo, taken)
        try:
            maker.file(path, small_jpeg(item.photo, long_side))
            written.append(path)
        except PhotoError as error:
            failed.append((item.photo.path, error.what))
        except OSError as error:
            failed.append((item.photo.path, f"{path.name}: {error.strerror or error}"))
        clock.done += 1
    return ListsReport(tuple(written), len(written), tuple(failed), cancel.cancelled)


def small_jpeg(photo: Photo, long_side: int) -> bytes:
    """Return a photo as JPEG, no larger than it is. Raises PhotoError."""
    image: NDArray[np.uint8] = decode(photo, long_side).image
    if max(image.shape) > long_side:
        image = shrunk(image, *fit(image, long_side))
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _free_name(photo: Photo, taken: set[str]) -> str:
    stem, number = clean(photo.path.stem), 1
    while folded(name := with_suffix_number(stem, number, ".jpg")) in taken:
        number += 1
    taken.add(folded(name))
    return name


def check_folder(folder: Path, originals: Iterable[Path]) -> None:
    """Raise ExportError when the folder holds originals, or is a file."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Choose a folder for the small JPEGs.")
    if folder.resolve() in {file.parent.resolve() for file in originals}:
        raise ExportError(f"{folder} holds the originals. Choose another folder for the small JPEGs.")
