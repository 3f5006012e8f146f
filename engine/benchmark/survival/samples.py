"""Whole files of every supported format, made from noise and gradients, to be damaged or copied."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.ExifTags import IFD, Base

from engine.demo.dng import write_dng

_WIDTH, _HEIGHT = 480, 320


def picture(seed: int, width: int = _WIDTH, height: int = _HEIGHT) -> Image.Image:
    """Return a picture with edges, gradients and grain, unlike that of any other seed."""
    dice = np.random.default_rng(seed)
    blocks = np.kron(dice.integers(0, 200, (8, 12, 3)), np.ones((height // 8, width // 12, 1)))
    ramp = np.linspace(0, 40, blocks.shape[1])[None, :, None]
    grain = dice.normal(0, 6, blocks.shape)
    return Image.fromarray(np.clip(blocks + ramp + grain, 0, 255).astype(np.uint8))


def exif_of(seed: int) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Orientation] = "Framepick", "Sample", 1
    exif[Base.DateTime] = f"2026:06:01 12:{seed // 60 % 60:02d}:{seed % 60:02d}"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = exif[Base.DateTime]
    return exif


def write_jpegs(folder: Path, count: int) -> list[Path]:
    """Write `count` JPEGs of one shoot."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"IMG_{number:04d}.JPG" for number in range(count)]
    for number, file in enumerate(files):
        picture(number // 4).save(file, "JPEG", quality=88, exif=exif_of(number))
    return files


def write_formats(folder: Path) -> list[Path]:
    """Write one file of each format that can be written here, several kinds of some."""
    import pillow_heif

    folder.mkdir(parents=True, exist_ok=True)
    image, exif = picture(1), exif_of(1)
    image.save(folder / "baseline.jpg", quality=88, exif=exif)
    image.save(folder / "progressive.jpg", quality=80, progressive=True, exif=exif)
    image.save(folder / "rgb.png", exif=exif)
    image.quantize(32).save(folder / "palette.png")
    image.save(folder / "plain.tif", exif=exif)
    image.save(folder / "lzw.tif", compression="tiff_lzw")
    image.save(folder / "jpeg.tif", compression="jpeg")
    image.save(folder / "lossy.webp", exif=exif)
    image.save(folder / "lossless.webp", lossless=True)
    pillow_heif.from_pillow(image).save(folder / "photo.heic", quality=60)
    write_dng(folder / "raw.dng", picture(2), exif)
    return sorted(folder.iterdir())


def frame_at(jpeg: bytes) -> int:
    """Return where the start of frame is: marker, length, precision, height, width (ITU-T T.81, B.2.2)."""
    return next(at for marker in (b"\xff\xc0", b"\xff\xc2") if (at := jpeg.find(marker)) > 0)


def with_sides(jpeg: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose header states these sides."""
    at = frame_at(jpeg) + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]
