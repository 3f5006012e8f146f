"""A reference photo and its degraded variants, as a judge would find them on disk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.album.decode import ANALYSIS_LONG_SIDE, Decoded, decode, decode_jpeg
from engine.album.shrink import fit, shrunk
from engine.degrading.distortions import DISTORTIONS, FILE_QUALITY, Pixels, jpeg_bytes
from engine.degrading.semantic import KINDS, SWAPPED, degraded, find_subject
from engine.errors import PhotoError
from engine.types import Photo

WHOLE = 1_000_000  # pixels: a long side that no photo reaches, so nothing is scaled
GUARD_SIDE = 1024  # pixels
SMALLEST_CROP = 0.5  # of a side
THUMBNAIL_SIDE = 280  # pixels


@dataclass(frozen=True, slots=True)
class Variant:
    """One picture. `seen` is what judges see; `square` the same squeezed to one size and shape.

    `type` and `level` are empty for the original. `sha256` is of the JPEG that `seen` was decoded from.
    """

    name: str
    type: str
    level: str
    file_quality: int
    sha256: str
    seen: Decoded
    square: Decoded

    def thumbnail(self) -> bytes:
        """Return a small JPEG for reports."""
        width, height = fit(self.seen.image, THUMBNAIL_SIDE)
        return jpeg_bytes(shrunk(self.seen.image, width, height), 80)


def original_of(photo: Photo) -> tuple[Pixels, Variant]:
    """Return the full-size pixels of a photo, and the photo as a variant of itself. Raises PhotoError.

    It is compressed as its variants are (JPEG quality 95), so that they differ by the degradation alone.
    """
    whole = decode(photo, WHOLE).image
    file = jpeg_bytes(whole, FILE_QUALITY)
    side = _guard_side(decoded(file, photo.name))
    return whole, _variant(photo.name, "", "", FILE_QUALITY, file, side)


def variants_of(photo: Photo, whole: Pixels, original: Variant) -> Iterator[Variant]:
    """Yield the degraded variants in the order of DISTORTIONS."""
    side = original.square.full_width
    for each in DISTORTIONS:
        name = variant_name(photo, each.name)
        yield _variant(name, each.type, each.level, each.file_quality, each.encoded(whole), side)


def semantic_variants_of(photo: Photo, whole: Pixels, original: Variant, other: Photo) -> list[Variant]:
    """Return the photo with its subject removed, cut, and before another photo; empty where none is found.

    Without that other photo (it is the same one, or cannot be read) there is no exchanged background.
    """
    subject = find_subject(whole)
    if subject is None:
        return []
    background = _background(other) if other.name != photo.name else None
    side = original.square.full_width
    variants: list[Variant] = []
    for kind in KINDS:
        if kind == SWAPPED and background is None:
            continue
        file = jpeg_bytes(
            degraded(kind, whole, subject, whole if background is None else background), FILE_QUALITY
        )
        variants.append(_variant(variant_name(photo, kind), kind, "", FILE_QUALITY, file, side))
    return variants


def variant_name(photo: Photo, degradation: str) -> str:
    """Return the file name a variant would have: the photo's, and the name of the degradation."""
    stem = photo.name.rpartition(".")[0].replace("/", "_")
    return f"{stem}_{degradation}.jpg"


def decoded(file: bytes, name: str) -> Decoded:
    """Return a JPEG as the program sees any photo: scaled in the DCT."""
    return decode_jpeg(io.BytesIO(file), Path(name), ANALYSIS_LONG_SIDE)


def _variant(name: str, kind: str, level: str, quality: int, file: bytes, side: int) -> Variant:
    seen = decoded(file, name)
    sha256 = hashlib.sha256(file).hexdigest()
    return Variant(name, kind, level, quality, sha256, seen, _squeezed(seen, side))


def _background(photo: Photo) -> Pixels | None:
    try:
        return decode(photo).image
    except PhotoError:
        return None  # it is reported when its own turn comes


def _guard_side(original: Decoded) -> int:
    """Return a side to which the original and its smallest crop are both shrunk, never enlarged."""
    return max(1, min(GUARD_SIDE, int(SMALLEST_CROP * min(original.image.shape[:2]))))


def _squeezed(seen: Decoded, side: int) -> Decoded:
    """Return the whole picture as a square: neither its size nor its shape tells a crop from the original.

    A square, because squeezing both to the original's shape would leave only the crop out of shape.
    """
    square = np.ascontiguousarray(shrunk(seen.image, side, side))
    square.flags.writeable = False
    return Decoded(square, side, side)
