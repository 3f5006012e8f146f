"""RAW files by the preview that the camera embedded; demosaiced only where there is none of use."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, JpegImagePlugin
from PIL.ExifTags import Base

from engine.album.decode import Decoded, decode_jpeg, finish, shrink
from engine.album.exif import orientation_of, tags_of_image
from engine.album.reading import check_size
from engine.album.turning import SIDEWAYS, upright_size

if TYPE_CHECKING:
    import rawpy

_SMALLEST_PREVIEW = 1000  # pixels on the long side that are enough to judge a photo by
# LibRaw's flip: 3 is half a turn, 5 a quarter to the left, 6 a quarter to the right.
_EXIF_OF_FLIP = {3: 3, 5: 8, 6: 6}


def open_raw(path: Path) -> rawpy.RawPy:
    """Open a RAW file: reads its headers, no pixels. Use as a context. Raises rawpy's errors."""
    import rawpy

    try:
        return rawpy.imread(str(path))
    except UnicodeEncodeError:  # a name that is not Unicode, which rawpy cannot hand on
        return rawpy.imread(io.BytesIO(path.read_bytes()))


def raw_size(raw: rawpy.RawPy) -> tuple[int, int]:
    """Return the upright width and height in pixels."""
    return upright_size((raw.sizes.width, raw.sizes.height), _orientation(raw))


def decode_raw(path: Path, long_side: int) -> Decoded:
    """Decode a RAW file, upright. Raises PhotoError, OSError or rawpy's errors."""
    with open_raw(path) as raw:
        check_size(path, raw.sizes.width, raw.sizes.height)
        preview = _preview(raw, path, long_side)
        image = preview if preview is not None else _demosaiced(raw, long_side)
        return Decoded(image, *raw_size(raw))


def _orientation(raw: rawpy.RawPy) -> int:
    return _EXIF_OF_FLIP.get(raw.sizes.flip, 1)


def _preview(raw: rawpy.RawPy, path: Path, long_side: int) -> np.ndarray | None:
    """Return the embedded preview upright, or None when there is none that is large enough."""
    import rawpy

    enough = min(long_side, _SMALLEST_PREVIEW, max(raw.sizes.width, raw.sizes.height))
    try:
        preview = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if preview.format == rawpy.ThumbFormat.BITMAP:
        bitmap = Image.fromarray(np.asarray(preview.data))
        upright = finish(shrink(bitmap, long_side), bitmap.size, _orientation(raw)).image
        return upright if max(bitmap.size) >= enough else None
    data = bytes(preview.data)
    header = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    if max(header.size) < enough:
        return None
    turn = _turn_of_preview(header, (raw.sizes.width, raw.sizes.height), _orientation(raw))
    return decode_jpeg(io.BytesIO(data), path, long_side, turn).image


def _turn_of_preview(preview: Image.Image, sensor: tuple[int, int], orientation: int) -> int:
    """Return the EXIF orientation to apply to a preview of a RAW that has `orientation`.

    Shape comes first: LibRaw adds the RAW's orientation to previews that state none, upright ones as well.
    """
    if orientation in SIDEWAYS and (preview.width > preview.height) != (sensor[0] > sensor[1]):
        return 1  # turned already
    tags = tags_of_image(preview)
    return orientation_of(tags) if Base.Orientation in tags and orientation not in SIDEWAYS else orientation


def _demosaiced(raw: rawpy.RawPy, long_side: int) -> np.ndarray:
    half = max(raw.sizes.width, raw.sizes.height) // 2 >= min(long_side, _SMALLEST_PREVIEW)
    return raw.postprocess(half_size=half, use_camera_wb=True, output_bps=8)
