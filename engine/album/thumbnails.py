"""Small pictures for the grid, kept as JPEG files in the data directory by photo identity."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.album.decode import decode
from engine.album.picture_cache import PictureCache
from engine.album.shrink import fit, shrunk
from engine.types import Photo

LONG_SIDE = 384  # pixels
QUALITY = 85


class ThumbnailCache(PictureCache):
    """Thumbnails on disk."""

    def put(self, identity: str, image: NDArray[np.uint8]) -> bytes:
        """Store a thumbnail of an sRGB image (H, W, 3); return its JPEG."""
        data = thumbnail_jpeg(image)
        self.store(identity, data)
        return data


def make_thumbnail(photo: Photo) -> NDArray[np.uint8]:
    """Decode a photo just for its thumbnail, (H, W, 3) sRGB. Raises PhotoError."""
    return small(decode(photo, LONG_SIDE).image)


def thumbnail_jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return the JPEG of a thumbnail of `image`."""
    buffer = io.BytesIO()
    Image.fromarray(small(image)).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `image` with its long side at LONG_SIDE at most."""
    return image if max(image.shape) <= LONG_SIDE else shrunk(image, *fit(image, LONG_SIDE))
