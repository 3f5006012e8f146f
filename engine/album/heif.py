"""HEIC and HEIF through libheif."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from engine.album.decode import Decoded, finish, shrink
from engine.album.reading import check_size, room_for


def decode_heif(file: BinaryIO, path: Path, long_side: int) -> Decoded:
    """Decode the primary image of a HEIF file. libheif has turned it upright."""
    import pillow_heif

    heif = pillow_heif.open_heif(file)
    primary = heif[heif.primary_index]
    check_size(path, *primary.size)
    with room_for(*primary.size):
        image = primary.to_pillow()
        return finish(shrink(image, long_side), image.size, orientation=1)
