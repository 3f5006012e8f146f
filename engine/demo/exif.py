"""Camera EXIF of the demo's frames, written with Pillow alone."""

from __future__ import annotations

from fractions import Fraction

from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.TiffImagePlugin import IFDRational

from engine.demo.bursts import STOPS, iso_of
from engine.demo.plan import Shot

MAKE = "Framepick Demo"
AUTO, MANUAL, AUTO_BRACKET = 0, 1, 2  # ExposureMode
SHAKY_SECONDS = 1 / 15


def exif_of(shot: Shot, size: tuple[int, int], orientation: int) -> Image.Exif:
    """Return the EXIF of a file whose stored size is `size`."""
    exif = Image.Exif()
    exif[Base.Make] = MAKE
    exif[Base.Model] = shot.scene.camera.model
    exif[Base.Orientation] = orientation
    exif[Base.Software] = "engine.demo"
    exif[Base.DateTime] = f"{shot.taken:%Y:%m:%d %H:%M:%S}"
    tags = exif.get_ifd(IFD.Exif)
    tags[Base.DateTimeOriginal] = tags[Base.DateTimeDigitized] = exif[Base.DateTime]
    tags[Base.SubsecTimeOriginal] = f"{shot.taken.microsecond // 1000:03d}"
    tags[Base.OffsetTimeOriginal] = "+02:00"
    seconds = Fraction(_seconds(shot)).limit_denominator(8000)
    tags[Base.ExposureTime] = IFDRational(seconds.numerator, seconds.denominator)
    tags[Base.FNumber] = IFDRational(round(shot.scene.exposure.f_number * 10), 10)
    tags[Base.ISOSpeedRatings] = iso_of(shot)
    tags[Base.FocalLength] = IFDRational(round(shot.scene.exposure.focal_length))
    tags[Base.ExposureBiasValue] = IFDRational(_bias(shot))
    tags[Base.ExposureMode] = _mode(shot)
    tags[Base.ExifImageWidth], tags[Base.ExifImageHeight] = size
    return exif


def _seconds(shot: Shot) -> float:
    seconds = shot.scene.exposure.seconds
    if shot.kind == "motion":
        return max(seconds, SHAKY_SECONDS)
    return seconds * 2.0 ** STOPS.get(shot.kind, 0.0)


def _bias(shot: Shot) -> int:
    return int(STOPS.get(shot.kind, 0)) if shot.kind.startswith("ev") else 0


def _mode(shot: Shot) -> int:
    if shot.kind.startswith("ev"):
        return AUTO_BRACKET
    return MANUAL if shot.kind.startswith("pano") else AUTO
