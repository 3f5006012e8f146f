"""A photo's identity and metadata from its first and last bytes, without decoding it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin
from PIL.ExifTags import Base

from engine.album import exif
from engine.album.exif import Tags
from engine.album.formats import Kind
from engine.album.identity import END_BYTES, Ends, identity_of, read_ends
from engine.album.metadata import metadata_of
from engine.album.reading import kind_or_error, photo_errors
from engine.album.turning import upright_size
from engine.types import Inspected, Metadata, Photo


def inspect(photo: Photo) -> Inspected:
    """Return content identity and metadata of the frame that a photo shows.

    Raises PhotoError when the file is gone, unreadable, empty or no image. A file that is an image but
    damaged passes here with less metadata, and fails when it is decoded.
    """
    path = photo.path
    with photo_errors(path):
        ends = read_ends(path)
        kind = kind_or_error(ends.head, path)
        return Inspected(identity_of(ends), _metadata(path, ends, kind))


def _metadata(path: Path, ends: Ends, kind: Kind) -> Metadata:
    """Return what is known of a file; raises OSError for trouble of its drive.

    Without its capture time the photo would land in a wrong group.
    """
    found = Metadata()
    with exif.damage_ignored(f"{path}: metadata"):
        if kind in (Kind.RAW, Kind.HEIF):
            from engine.album.apart import metadata_apart

            found = metadata_apart(path)
        else:
            found = _image_metadata(path, ends, kind)
    return found


def native_metadata_here(path: Path) -> Metadata:
    """Read a RAW or HEIF file's metadata in this process, which a damaged one can take down.

    Raises whatever the decoders raise.
    """
    with path.open("rb") as file:
        head = file.read(END_BYTES)
    if kind_or_error(head, path) is Kind.RAW:
        return _raw_metadata(path, head)
    return _heif_metadata(path)


def _image_metadata(path: Path, ends: Ends, kind: Kind) -> Metadata:
    opener = _OPENERS[kind]
    try:
        image = opener(io.BytesIO(ends.head))
        tags = _tags(image, ends, kind)
    except Exception:  # noqa: BLE001 - a header longer than the head fails differently in each format
        with path.open("rb") as file:
            image = opener(file)
            tags = _tags(image, ends, kind)
    return metadata_of(tags, *upright_size(image.size, exif.orientation_of(tags)))


def _tags(image: Image.Image, ends: Ends, kind: Kind) -> Tags:
    if kind is not Kind.PNG or "exif" in image.info:
        return exif.tags_of_image(image)
    ends_together = ends.head + ends.tail
    at = ends_together.rfind(b"eXIf")  # behind the pixels, which Pillow would decode to get there
    return exif.tags_of_tiff(ends_together[at + 4 :]) if at >= 0 else {}


def _heif_metadata(path: Path) -> Metadata:
    import pillow_heif

    with path.open("rb") as file:
        heif = pillow_heif.open_heif(file)
    primary = heif[heif.primary_index]
    tags = exif.tags_of_tiff(bytes(primary.info.get("exif") or b""))
    return metadata_of(tags, *primary.size)  # libheif's size is upright


def _raw_metadata(path: Path, head: bytes) -> Metadata:
    from engine.album.raw_preview import open_raw, raw_size

    tags = exif.tags_of_raw_head(head)
    if not any(tag in tags for tag in (Base.ExposureTime, Base.DateTimeOriginal)):
        with path.open("rb") as file:
            tags = exif.tags_of_tiff(file) or tags
    with open_raw(path) as raw:
        found = metadata_of(tags, *raw_size(raw))
        return found if found.captured_at else _with_libraw(found, raw.other)


def _with_libraw(found: Metadata, other: Any) -> Metadata:
    """Fill what EXIF left open with what LibRaw knows (rawpy's `other`)."""
    return replace(
        found,
        captured_at=other.timestamp if other.timestamp.year > 1980 else None,
        exposure_time=found.exposure_time or other.shutter_speed or None,
        f_number=found.f_number or other.aperture or None,
        iso=found.iso or int(other.iso_speed) or None,
        focal_length=found.focal_length or other.focal_length or None,
    )


_OPENERS: dict[Kind, Callable[[Any], Image.Image]] = {
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.TIFF: TiffImagePlugin.TiffImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
}
