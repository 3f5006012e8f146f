"""A small JPEG of a photo, without metadata, to be sent or shown."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.album.decode import decode
from engine.album.shrink import fit, shrunk
from engine.errors import ExportError
from engine.types import Photo

_QUALITY = 85


def small_jpeg(photo: Photo, long_side: int) -> bytes:
    """Return a photo as JPEG, no larger than it is. Raises PhotoError."""
    image: NDArray[np.uint8] = decode(photo, long_side).image
    if max(image.shape) > long_side:
        image = shrunk(image, *fit(image, long_side))
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def check_folder(folder: Path, originals: Iterable[Path]) -> None:
    """Raise ExportError when the folder holds originals, or is a file."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Choose a folder for the small JPEGs.")
    if folder.resolve() in {file.parent.resolve() for file in originals}:
        raise ExportError(f"{folder} holds the originals. Choose another folder for the small JPEGs.")
