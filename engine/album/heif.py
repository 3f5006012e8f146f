"""HEIC and HEIF through libheif, in strips so that 200 megapixels need no second full copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from engine.album.decode import Decoded, finish, shrink_factor
from engine.album.reading import check_size

if TYPE_CHECKING:
    import pillow_heif

_STRIP_ROWS = 512


def decode_heif(file: BinaryIO, path: Path, long_side: int) -> Decoded:
    """Decode the primary image of a HEIF file. libheif has already turned it upright."""
    import pillow_heif

    heif = pillow_heif.open_heif(file)
    primary = heif[heif.primary_index]
    check_size(path, *primary.size)
    factor = shrink_factor(primary.size, long_side)
    image = _shrunk_in_strips(primary, factor)
    image.info["icc_profile"] = primary.info.get("icc_profile")
    return finish(image, primary.size, orientation=1)


def _shrunk_in_strips(frame: pillow_heif.HeifImage, factor: int) -> Image.Image:
    pixels = np.asarray(frame.data)
    width, height = frame.size  # only now for sure: decoding may correct it
    whole = Image.new(frame.mode, (-(-width // factor), -(-height // factor)))
    rows = _STRIP_ROWS * factor
    for top in range(0, height, rows):
        size = (width, min(rows, height - top))
        strip = pixels[top * frame.stride : (top + size[1]) * frame.stride]
        part = Image.frombuffer(frame.mode, size, strip, "raw", frame.mode, frame.stride, 1)
        whole.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
    return whole
