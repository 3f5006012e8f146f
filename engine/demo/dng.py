"""Writes a small but complete DNG: an uncompressed RGGB mosaic with a full-size JPEG preview.

Tags and layout after Adobe's Digital Negative specification 1.4 and TIFF 6.0, little-endian.
"""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import IFD, Base

BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL = 1, 2, 3, 4, 5, 10
_FORMATS = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SRATIONAL: "ii"}
# XYZ (D65) to linear sRGB, which is what this camera's sensor sees (IEC 61966-2-1), in 1/10000.
_XYZ_TO_CAMERA = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)
_D65 = 21
_WHITE = 65535
_CFA, _YCBCR = 32803, 6  # PhotometricInterpretation
_UNCOMPRESSED, _JPEG = 1, 7

Entry = tuple[int, int, object]  # tag, type, value


def write_dng(path: Path, picture: Image.Image, exif: Image.Exif) -> None:
    """Write an RGB picture (even sides) as a DNG with the given EXIF."""
    file = _Tiff()
    raw = file.add_directory(_raw_entries(picture, file.add(_mosaic(picture).tobytes())))
    camera = file.add_directory([_exif_entry(tag, value) for tag, value in exif.get_ifd(IFD.Exif).items()])
    preview = BytesIO()
    picture.save(preview, "JPEG", quality=88, exif=exif)
    place = file.add(preview.getvalue())
    entries = _preview_entries(picture, place, len(preview.getvalue()))
    entries += [(Base.Make, ASCII, exif[Base.Make]), (Base.Model, ASCII, exif[Base.Model])]
    entries += [(Base.DateTime, ASCII, exif[Base.DateTime]), (0xC614, ASCII, exif[Base.Model])]
    entries += [(Base.SubIFDs, LONG, raw), (Base.ExifOffset, LONG, camera)]
    path.write_bytes(file.finish(entries))


def _mosaic(picture: Image.Image) -> NDArray[np.uint16]:
    """Return the linear RGGB mosaic (h, w) of an sRGB picture."""
    value = np.arange(256) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    table = np.rint(linear * _WHITE).astype("<u2")
    pixels = np.asarray(picture)
    mosaic = table[pixels[..., 1]]
    mosaic[0::2, 0::2] = table[pixels[0::2, 0::2, 0]]
    mosaic[1::2, 1::2] = table[pixels[1::2, 1::2, 2]]
    return mosaic


def _preview_entries(picture: Image.Image, place: int, size: int) -> list[Entry]:
    return [
        *_strip_entries(picture, place, size, _JPEG, _YCBCR, [8, 8, 8]),
        (Base.NewSubfileType, LONG, 1),  # a preview; the main picture is in SubIFDs
        (Base.Orientation, SHORT, 1),
        (0xC612, BYTE, [1, 4, 0, 0]),  # DNGVersion
        (0xC613, BYTE, [1, 1, 0, 0]),  # DNGBackwardVersion
        (0xC621, SRATIONAL, [part for value in _XYZ_TO_CAMERA for part in (value, 10000)]),  # ColorMatrix1
        (0xC628, RATIONAL, [1, 1, 1, 1, 1, 1]),  # AsShotNeutral
        (0xC65A, SHORT, _D65),  # CalibrationIlluminant1
    ]


def _raw_entries(picture: Image.Image, place: int) -> list[Entry]:
    size = picture.width * picture.height * 2
    return [
        *_strip_entries(picture, place, size, _UNCOMPRESSED, _CFA, [16]),
        (Base.NewSubfileType, LONG, 0),
        (0x828D, SHORT, [2, 2]),  # CFARepeatPatternDim
        (0x828E, BYTE, [0, 1, 1, 2]),  # CFAPattern: red, green, green, blue
        (0xC61D, LONG, _WHITE),  # WhiteLevel
    ]


def _strip_entries(
    picture: Image.Image, place: int, size: int, compression: int, photometric: int, bits: list[int]
) -> list[Entry]:
    return [
        (Base.ImageWidth, LONG, picture.width),
        (Base.ImageLength, LONG, picture.height),
        (Base.BitsPerSample, SHORT, bits),
        (Base.Compression, SHORT, compression),
        (Base.PhotometricInterpretation, SHORT, photometric),
        (Base.StripOffsets, LONG, place),
        (Base.SamplesPerPixel, SHORT, len(bits)),
        (Base.RowsPerStrip, LONG, picture.height),
        (Base.StripByteCounts, LONG, size),
        (Base.PlanarConfiguration, SHORT, 1),
    ]


def _exif_entry(tag: int, value: object) -> Entry:
    if isinstance(value, str):
        return tag, ASCII, value
    if isinstance(value, int):
        return tag, LONG if value > 0xFFFF else SHORT, value
    ratio = [value.numerator, value.denominator]  # type: ignore[attr-defined]
    return tag, SRATIONAL if tag == Base.ExposureBiasValue else RATIONAL, ratio


class _Tiff:
    """A TIFF file that is put together from its parts."""

    def __init__(self) -> None:
        self._bytes = bytearray(b"II\x2a\x00\x00\x00\x00\x00")

    def add(self, data: bytes) -> int:
        """Append data on a word boundary and return its offset."""
        self._bytes += b"\0" * (len(self._bytes) % 2)
        place = len(self._bytes)
        self._bytes += data
        return place

    def add_directory(self, entries: list[Entry]) -> int:
        rows = [self._row(*entry) for entry in sorted(entries, key=lambda entry: entry[0])]
        return self.add(struct.pack("<H", len(rows)) + b"".join(rows) + b"\0\0\0\0")

    def finish(self, entries: list[Entry]) -> bytes:
        struct.pack_into("<I", self._bytes, 4, self.add_directory(entries))
        return bytes(self._bytes)

    def _row(self, tag: int, kind: int, value: object) -> bytes:
        data, count = _packed(kind, value)
        if len(data) > 4:
            data = struct.pack("<I", self.add(data))
        return struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")


def _packed(kind: int, value: object) -> tuple[bytes, int]:
    """Return the bytes of a value and how many values of its type they are."""
    if kind == ASCII:
        text = f"{value}\0".encode("ascii")
        return text, len(text)
    values = value if isinstance(value, list) else [value]
    code = _FORMATS[kind]
    return struct.pack(f"<{len(values)}{code[0]}", *values), len(values) // len(code)
