"""Makes small DNG files whose orientation and preview are as a test wants them (DNG 1.4, TIFF 6.0)."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import piexif
from PIL import Image

_FORMATS = {1: "B", 3: "H", 4: "I", 5: "II", 10: "ii"}
_ASCII = 2
_COLOUR_MATRIX = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)  # XYZ to linear sRGB


def write_dng(
    path: Path, picture: Image.Image, *, orientation: int = 1, preview: bytes | None = None, taken: str = ""
) -> Path:
    """Write the stored (not yet turned) RGB picture as an uncompressed RGGB mosaic, with a JPEG preview."""
    data = bytearray(b"II*\0\0\0\0\0")
    mosaic = _append(data, _mosaic(picture).tobytes())
    entries = [
        *_strip(picture.size, mosaic, 2 * picture.width * picture.height, 1, 32803, [16]),
        (254, 4, 0),
        (271, _ASCII, "Test"),
        (272, _ASCII, "Test Camera"),
        (274, 3, orientation),
        (0x828D, 3, [2, 2]),
        (0x828E, 1, [0, 1, 1, 2]),
        (0xC612, 1, [1, 4, 0, 0]),
        (0xC614, _ASCII, "Test Camera"),
        (0xC61D, 4, 65535),
        (0xC621, 10, [part for value in _COLOUR_MATRIX for part in (value, 10000)]),
        (0xC628, 5, [1, 1, 1, 1, 1, 1]),
        (0xC65A, 3, 21),
    ]
    if taken:
        exif = _append_directory(data, [(0x9003, _ASCII, taken), (0x829A, 5, [1, 50])])
        entries.append((34665, 4, exif))
    if preview is not None:
        with Image.open(io.BytesIO(preview)) as image:
            strip = _strip(image.size, _append(data, preview), len(preview), 7, 6, [8, 8, 8])
        entries.append((330, 4, _append_directory(data, [(254, 4, 1), *strip])))
    struct.pack_into("<I", data, 4, _append_directory(data, entries))
    path.write_bytes(data)
    return path


def jpeg_preview(picture: Image.Image, orientation: int | None = None) -> bytes:
    """Return a JPEG of the picture as it is; with EXIF at its very front if `orientation` is given."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    if orientation is None:
        return out.getvalue()
    with_exif = io.BytesIO()
    piexif.insert(piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}}), out.getvalue(), with_exif)
    data = with_exif.getvalue()
    at = data.index(b"\xff\xe1")  # anything between the start and EXIF goes
    return data[:2] + data[at:]


def _mosaic(picture: Image.Image) -> np.ndarray:
    pixels = ((np.asarray(picture) / 255.0) ** 2.2 * 65535).astype("<u2")
    mosaic = pixels[..., 1].copy()
    mosaic[0::2, 0::2] = pixels[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = pixels[1::2, 1::2, 2]
    return mosaic


def _strip(
    size: tuple[int, int], place: int, length: int, compression: int, photometric: int, bits: list[int]
) -> list[tuple[int, int, Any]]:
    width, height = size
    return [
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, compression),
        (262, 3, photometric),
        (273, 4, place),
        (277, 3, len(bits)),
        (278, 4, height),
        (279, 4, length),
    ]


def _append(data: bytearray, part: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    data += part
    return len(data) - len(part)


def _append_directory(data: bytearray, entries: list[tuple[int, int, Any]]) -> int:
    rows = [_row(data, *entry) for entry in sorted(entries, key=lambda entry: entry[0])]
    return _append(data, struct.pack("<H", len(rows)) + b"".join(rows) + b"\0\0\0\0")


def _row(data: bytearray, tag: int, kind: int, value: Any) -> bytes:
    if kind == _ASCII:
        packed = value.encode() + b"\0"
        count = len(packed)
    else:
        values = value if isinstance(value, list) else [value]
        form = _FORMATS[kind]
        count = len(values) // len(form)
        packed = struct.pack("<" + form * count, *values)
    if len(packed) > 4:
        packed = struct.pack("<I", _append(data, packed))
    return struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0")
