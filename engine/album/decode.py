"""Decodes a photo once, upright, in sRGB, no larger than its scorers need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from engine.album.color import pixels_to_srgb, to_8_bit, to_srgb
from engine.album.exif import orientation_of, tags_of_image
from engine.album.formats import Kind
from engine.album.jpeg_check import needs_care
from engine.album.reading import check_size, kind_or_error, photo_errors, room_for
from engine.album.turning import turn_upright, upright_size
from engine.types import Photo

ANALYSIS_LONG_SIDE = 1600  # pixels
DECODE_BLOCK = 8 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo's pixels for analysis: (H, W, 3) uint8 sRGB, upright, long side about 1x to 2x what was asked.

    Never upscaled: a small photo is as it is. `full_width` and `full_height` are of the original, upright.
    The array is read-only, because all scorers share it. `photo` is where there may be more detail.
    """

    image: NDArray[np.uint8]
    full_width: int
    full_height: int
    photo: Photo | None = None


def decode(photo: Photo, long_side: int = ANALYSIS_LONG_SIDE) -> Decoded:
    """Decode the frame that a photo shows: a plain JPEG here, anything else in a process of its own.

    Safe to call from several threads at once. Raises PhotoError, with the reason in words.
    """
    path = photo.path
    with photo_errors(path):
        with path.open("rb") as file:
            if kind_or_error(file.peek(4096), path) is Kind.JPEG and not needs_care(file):
                return replace(decode_jpeg(file, path, long_side), photo=photo)
        from engine.album.apart import decode_apart

        return replace(decode_apart(path, long_side), photo=photo)


def closer(decoded: Decoded) -> Decoded:
    """Return the photo with twice the detail on a side, or as much as its file has. Raises PhotoError."""
    side, full = max(decoded.image.shape), max(decoded.full_width, decoded.full_height)
    return decoded if decoded.photo is None or full <= side else decode(decoded.photo, min(2 * side, full))


def decode_here(path: Path, long_side: int) -> Decoded:
    """Decode a file of any kind in this process, which a damaged one can take down. Raises PhotoError."""
    with photo_errors(path), path.open("rb") as file:
        kind = kind_or_error(file.peek(4096), path)
        if kind is Kind.RAW:
            from engine.album.raw_preview import decode_raw

            return decode_raw(path, long_side)
        if kind is Kind.HEIF:
            from engine.album.heif import decode_heif

            return decode_heif(file, path, long_side)
        if kind is Kind.JPEG:
            return decode_jpeg(file, path, long_side)
        return _decode_other(_OPENERS[kind](file), path, long_side)


def decode_jpeg(file: BinaryIO, path: Path, long_side: int, orientation: int | None = None) -> Decoded:
    """Decode a JPEG scaled inside the DCT; `path` is for messages, `orientation` overrides its EXIF."""
    # The plugin itself rather than Image.open, which would also look for further pictures in the file.
    image = JpegImagePlugin.JpegImageFile(file)
    full = image.size
    check_size(path, *full)
    orientation = orientation_of(tags_of_image(image)) if orientation is None else orientation
    pixels = _stored_pixels(image, file, dct_scale(full, long_side))
    if pixels is not None:
        return _upright(pixels_to_srgb(pixels, image.info.get("icc_profile")), full, orientation)
    image.draft("RGB", dct_box(full, long_side))
    # Pillow holds the interpreter while it decodes a block: small ones let the window's thread in between.
    image.decodermaxblock = DECODE_BLOCK
    image.load()
    return finish(image, full, orientation)


def _stored_pixels(image: ImageFile.ImageFile, file: BinaryIO, scale: int) -> NDArray[np.uint8] | None:
    """Return what a JPEG shows as it is stored, None where Pillow has to say what it is or what is wrong.

    The pixels are Pillow's to the bit. But other threads run meanwhile: for Pillow the window has to wait.
    """
    if image.mode != "RGB":
        return None
    import simplejpeg

    width, height = image.size
    file.seek(0)
    try:
        return simplejpeg.decode_jpeg(
            file.read(), min_width=-(-width // scale), min_height=-(-height // scale)
        )
    except ValueError:  # of anything that is not quite as it should be
        return None


def dct_scale(size: tuple[int, int], long_side: int) -> int:
    """Return by how much a JPEG decoder is to scale each side down, its long side still `long_side`."""
    return next((scale for scale in (8, 4, 2) if -(-max(size) // scale) >= long_side), 1)


def dct_box(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Return the size to ask of a JPEG decoder, of the photo's own shape: a square box would not scale it."""
    scale = dct_scale(size, long_side)
    return max(1, size[0] // scale), max(1, size[1] // scale)


def shrink_factor(size: tuple[int, int], long_side: int) -> int:
    """Return the whole number by which `size` can shrink with its long side at least `long_side`."""
    return max(1, max(size) // long_side)


def finish(image: Image.Image, full: tuple[int, int], orientation: int) -> Decoded:
    """Return a decoded image as upright sRGB; `full` is the original's size as stored."""
    return _upright(np.asarray(to_srgb(image)), full, orientation)


def _upright(pixels: NDArray[np.uint8], full: tuple[int, int], orientation: int) -> Decoded:
    upright = turn_upright(pixels, orientation)
    upright.flags.writeable = False
    return Decoded(upright, *upright_size(full, orientation))


def _decode_other(image: ImageFile.ImageFile, path: Path, long_side: int) -> Decoded:
    full = image.size
    check_size(path, *full)
    with room_for(*full):
        image.load()  # before its EXIF: in a PNG that may come last
        return finish(shrink(image, long_side), full, orientation_of(tags_of_image(image)))


def shrink(image: Image.Image, long_side: int) -> Image.Image:
    """Return `image` reduced by a whole number, its long side still at least `long_side`, its info kept."""
    image = to_8_bit(image)
    factor = shrink_factor(image.size, long_side)
    if factor == 1:
        return image
    info = image.info
    if image.mode in ("1", "P", "PA"):  # indices into a palette cannot be averaged
        image = image.convert("RGBA" if "transparency" in info or image.mode == "PA" else "RGB")
    small = image.reduce(factor)
    small.info = info
    return small


_OPENERS: dict[Kind, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.TIFF: TiffImagePlugin.TiffImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
}
