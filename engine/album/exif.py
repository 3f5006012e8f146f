"""EXIF as plain tag dictionaries. Damaged EXIF is no EXIF, not an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from engine.album.quiet_pillow import hush
from engine.errors import first_line

logger = logging.getLogger(__name__)

hush()

Tags = dict[int, Any]  # tag number to value, those of IFD0 and of the Exif IFD together


@contextmanager
def damage_ignored(what: str) -> Iterator[None]:
    """Log what damaged metadata makes a decoder raise, and go on without them.

    Trouble of the drive and lack of memory are no damage: they are raised.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever their unpacking meets
        if isinstance(error, OSError) and error.errno is not None:
            raise
        logger.info("%s ignored: %s", what, first_line(error))


def tags_of_tiff(data: bytes | BinaryIO) -> Tags:
    """Return the tags of a TIFF structure: an EXIF block (its "Exif" prefix may be there) or a RAW file.

    Raises OSError when the file cannot be read.
    """
    exif, tags = Image.Exif(), Tags()
    with damage_ignored("EXIF"):
        if isinstance(data, bytes):
            exif.load(data)
        else:
            exif.load_from_fp(data)
        tags = _merged(exif)
    return tags


def tags_of_image(image: Image.Image) -> Tags:
    """Return the tags of an opened image; a PNG is decoded for it if its EXIF is not at the front.

    Raises OSError when the file cannot be read.
    """
    tags = Tags()
    with damage_ignored("EXIF"):
        tags = _merged(image.getexif())
    return tags


def orientation_of(tags: Tags) -> int:
    """Return EXIF Orientation 1..8; 1 where it is missing or nonsense."""
    value = tags.get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def tags_of_cr3(head: bytes) -> Tags:
    """Return the tags of a Canon CR3: boxes CMT1 and CMT2 hold IFD0 and the Exif IFD as TIFF structures."""
    tags: Tags = {}
    for box in (b"CMT1", b"CMT2"):
        at = head.find(box)
        if at >= 4:
            length = int.from_bytes(head[at - 4 : at], "big")
            tags |= tags_of_tiff(head[at + 4 : at - 4 + length])
    return tags


def tags_of_raw_head(head: bytes) -> Tags:
    """Return the tags of a RAW file from its first bytes alone; none where they do not tell."""
    if head[4:12] == b"ftypcrx ":
        return tags_of_cr3(head)
    if head.startswith(b"FUJIFILMCCD-RAW"):
        # Bytes 84..88 of a RAF: where its JPEG is, whose EXIF is the RAW's.
        return tags_of_jpeg_head(head[int.from_bytes(head[84:88], "big") :])
    if head[:2] in (b"II", b"MM"):
        # Panasonic and Olympus write a number of their own where TIFF has 42.
        return tags_of_tiff((b"II*\0" if head[:2] == b"II" else b"MM\0*") + head[4:])
    return {}


def tags_of_jpeg_head(head: bytes) -> Tags:
    """Return the tags of a JPEG of which only the front is at hand."""
    at = head.find(b"Exif\0\0", 0, 4096)
    if at < 4:
        return {}
    length = int.from_bytes(head[at - 2 : at], "big")
    return tags_of_tiff(head[at : at - 2 + length])


def _merged(exif: Image.Exif) -> Tags:
    tags = Tags()
    with damage_ignored("Part of the EXIF"):  # what was read before the damage is kept
        tags.update(exif)
        tags.update(exif.get_ifd(ExifTags.IFD.Exif))
    return tags
