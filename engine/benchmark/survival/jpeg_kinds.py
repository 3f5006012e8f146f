"""JPEGs of every kind that a decoder may meet, to be damaged: whole ones, and ones whose header lies."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from engine.benchmark.survival.hostile import exif_loop
from engine.benchmark.survival.samples import exif_of, frame_at, picture, with_sides

_SCANS = 400  # of a file that is gone through far too often


def write_jpeg_kinds(folder: Path) -> list[Path]:
    """Write one file of each kind; returns them in order."""
    folder.mkdir(parents=True, exist_ok=True)
    image = picture(7)
    baseline, progressive = _jpeg(image), _jpeg(image, progressive=True)
    kinds = {
        "baseline": baseline,
        "progressive": progressive,
        "progressive_grey": _jpeg(image.convert("L"), progressive=True),
        "full_colour": _jpeg(image, subsampling=0),
        "restarts": _jpeg(image, restart_marker_blocks=4),
        "cmyk": _jpeg(image.convert("CMYK")),
        "exif_loop": exif_loop(),
        # Nothing here writes these; what follows their header is damage to the decoder of that kind.
        "arithmetic": _as_frame(baseline, 0xC0, 0xC9),
        "arithmetic_progressive": _as_frame(progressive, 0xC2, 0xCA),
        "lossless": _as_frame(baseline, 0xC0, 0xC3),
        "hierarchical": _as_frame(progressive, 0xC2, 0xC6),
        "twelve_bits": _with_precision(baseline, 12),
        "sixteen_bits": _with_precision(progressive, 16),
        "many_scans": _with_scans(progressive, _SCANS),
        "huge_sides": with_sides(baseline, 65_500, 3_800),
        "huge_progressive": with_sides(progressive, 20_000, 12_000),
    }
    for name, content in kinds.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return sorted(folder.iterdir())


def _jpeg(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=75, exif=exif_of(7), **options)
    return buffer.getvalue()


def _as_frame(jpeg: bytes, was: int, marker: int) -> bytes:
    at = frame_at(jpeg)
    assert jpeg[at + 1] == was
    return jpeg[: at + 1] + bytes([marker]) + jpeg[at + 2 :]


def _with_precision(jpeg: bytes, bits: int) -> bytes:
    at = frame_at(jpeg) + 4
    return jpeg[:at] + bytes([bits]) + jpeg[at + 1 :]


def _with_scans(jpeg: bytes, count: int) -> bytes:
    """Repeat the last scan."""
    last = jpeg[jpeg.rfind(b"\xff\xda") : -2]
    return jpeg[:-2] + last * count + jpeg[-2:]
