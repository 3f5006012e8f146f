"""Files and folders that mean harm: bombs, huge sides, loops, names that forge, things that are no files."""

from __future__ import annotations

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

from PIL import Image
from PIL.ExifTags import Base

from engine.benchmark.survival.samples import exif_of, picture, with_sides

_NAMES = (
    "line\nbreak.jpg",
    "tab\tand\x1b[31mred.jpg",
    "..hidden.jpg",
    "...jpg",
    "-rf.jpg",
    "$(touch x).jpg",
    "\u202egpj.exe.jpg",
    "\u200f\u2067rtl.jpg",
    "ünï 日本 📷.jpg",
    "e\u0301 and \u00e9.jpg",
    " leading and trailing .jpg",
    "a" * 251 + ".jpg",
    "%s%n{0}{name}.jpg",
    "<b>&amp;.jpg",
)


def write_hostile(folder: Path) -> int:
    """Fill a folder; returns how many entries were made. What the system refuses to make is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    _images(folder)
    _names(folder)
    _things(folder)
    return sum(1 for _ in folder.iterdir())


def _images(folder: Path) -> None:
    (folder / "bomb.png").write_bytes(_png(30_000, 30_000))
    (folder / "bomb_rows.png").write_bytes(_png(65_535, 65_535))
    (folder / "just_allowed.png").write_bytes(_png(15_000, 16_000))
    (folder / "flat.png").write_bytes(_png(1, 2_000_000))
    (folder / "zero.png").write_bytes(_png(0, 0))
    Image.new("L", (65_500, 4)).save(folder / "wide.jpg", quality=20)
    Image.new("L", (4, 65_500)).save(folder / "high.jpg", quality=20)
    (folder / "sides.jpg").write_bytes(with_sides((folder / "wide.jpg").read_bytes(), 65_535, 65_535))
    Image.new("1", (17_000, 15_000)).save(folder / "group4.tif", compression="group4")
    (folder / "exif_loop.jpg").write_bytes(exif_loop())
    (folder / "tiff_loop.tif").write_bytes(_tiff_loop())
    (folder / "tiff_loop.dng").write_bytes(_tiff_loop())
    (folder / "heic_sides.heic").write_bytes(_heic(60_000, 60_000))
    for suffix in ("jpg", "png", "tif", "webp", "heic", "cr2", "cr3", "nef", "raf", "dng"):
        (folder / f"empty.{suffix}").touch()
        (folder / f"zeros.{suffix}").write_bytes(bytes(10_000))


def _png(width: int, height: int) -> bytes:
    """Return a small file that says it is a picture of that size; its pixels are there, all black."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(1)
    pixels = packer.compress(row * min(height, 2000))
    for _ in range(max(0, min(height, 30_000) // 2000 - 1)):
        pixels += packer.compress(row * 2000)
    pixels += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _loop_ifd() -> bytes:
    """Return a TIFF whose Exif IFD, SubIFDs and next IFD all lead back to the first IFD."""
    entries = [(0x8769, 4, 1, 8), (0x014A, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8)]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in sorted(entries))
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", 8)


def exif_loop() -> bytes:
    """Return a JPEG whose EXIF leads back to its own start."""
    exif = b"Exif\0\0" + _loop_ifd()
    plain = _jpeg()
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]


def _tiff_loop() -> bytes:
    return _loop_ifd() + bytes(70_000)


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    picture(3).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _heic(width: int, height: int) -> bytes:
    """Return a HEIC whose header states huge sides."""
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture(4)).save(buffer, quality=40)
    data = bytearray(buffer.getvalue())
    at = data.find(b"ispe")
    if at > 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def _names(folder: Path) -> None:
    jpeg = _jpeg()
    names: list[bytes] = [name.encode() for name in _NAMES]
    names += [b"not-utf8-\xff\xfe\xe4.jpg", "ü".encode() * 125 + b".jpg"]
    for name in names:
        with suppress(OSError, ValueError):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(jpeg)


def _things(folder: Path) -> None:
    """Make links that lead nowhere or in circles, pipes, sockets, devices and folders named like photos."""
    with suppress(OSError):
        (folder / "itself.jpg").symlink_to(folder / "itself.jpg")
        (folder / "ping.jpg").symlink_to(folder / "pong.jpg")
        (folder / "pong.jpg").symlink_to(folder / "ping.jpg")
        (folder / "nowhere.jpg").symlink_to(folder / "gone.jpg")
        (folder / "up").symlink_to(folder, target_is_directory=True)
        (folder / "zero_device.jpg").symlink_to("/dev/zero")
        (folder / "random_device.dng").symlink_to("/dev/urandom")
    (folder / "folder.jpg").mkdir(exist_ok=True)
    if hasattr(os, "mkfifo"):
        with suppress(OSError):
            os.mkfifo(folder / "pipe.jpg")
    secret = folder / "unreadable.jpg"
    picture(5).save(secret, "JPEG", exif=exif_of(5))
    secret.chmod(0)
    odd = Image.Exif()
    odd[Base.DateTime], odd[Base.Make] = "9999:99:99 99:99:99", "\x1b]0;owned\x07" * 100
    picture(6).save(folder / "odd_exif.jpg", exif=odd)
