"""What EXIF tags say, as Metadata. Nonsense becomes None, never an exception."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from PIL.ExifTags import Base

from engine.album.exif import Tags
from engine.types import Metadata

_TIME = re.compile(r"\s*(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)(?!\d)")
_TIME_TAGS = (
    (Base.DateTimeOriginal, Base.SubsecTimeOriginal),
    (Base.DateTimeDigitized, Base.SubsecTimeDigitized),
    (Base.DateTime, Base.SubsecTime),
)
# Words of companies, not of cameras: "NIKON CORPORATION", "OLYMPUS IMAGING CORP.", "EASTMAN KODAK COMPANY".
_COMPANY_WORDS = frozenset(
    ("corporation", "corp", "company", "co", "ltd", "inc", "imaging", "optical", "eastman", "electric")
)
_ISO_IS_ELSEWHERE = 65_535  # EXIF 2.3: the 16-bit tag is full, the value is in RecommendedExposureIndex
_MAX_TEXT = 80


def metadata_of(tags: Tags, width: int | None, height: int | None) -> Metadata:
    """Return the metadata of a photo whose upright size is `width` x `height` pixels."""
    return Metadata(
        width=width,
        height=height,
        captured_at=_captured_at(tags),
        camera=_camera(_text(tags.get(Base.Make)), _text(tags.get(Base.Model))),
        lens=_text(tags.get(Base.LensModel)),
        exposure_time=_positive(tags.get(Base.ExposureTime)),
        f_number=_positive(tags.get(Base.FNumber)),
        iso=_iso(tags),
        focal_length=_positive(tags.get(Base.FocalLength)),
        exposure_bias=_number(tags.get(Base.ExposureBiasValue)),
        exposure_mode=_whole(tags.get(Base.ExposureMode)),
    )


def _captured_at(tags: Tags) -> datetime | None:
    for tag, sub_second_tag in _TIME_TAGS:
        time = _time(_text(tags.get(tag)))
        if time is not None:
            digits = re.match(r"\d+", _text(tags.get(sub_second_tag)) or "")
            return time + timedelta(seconds=float(f"0.{digits[0]}")) if digits else time
    return None


def _time(text: str | None) -> datetime | None:
    found = _TIME.match(text or "")
    try:
        return datetime(*map(int, found.groups())) if found else None  # type: ignore[arg-type]
    except ValueError:
        return None  # "0000:00:00 00:00:00", the 31st of February


def _camera(make: str | None, model: str | None) -> str | None:
    """Return make and model without company words, the make not twice: "NIKON D70"."""
    words = [
        word
        for word in re.split(r"[\s,]+", make or "")
        if word and word.lower().strip(".,") not in _COMPANY_WORDS
    ]
    make = " ".join(words)
    if model is None:
        return make or None
    named_already = bool(words) and model.lower().startswith(words[0].lower().strip(".,"))
    return model if named_already or not make else f"{make} {model}"


def _iso(tags: Tags) -> int | None:
    iso = _whole(tags.get(Base.ISOSpeedRatings))
    if iso == _ISO_IS_ELSEWHERE:
        iso = _whole(tags.get(Base.RecommendedExposureIndex)) or iso
    return iso if iso is not None and iso > 0 else None


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    value = value.split("\0", 1)[0]
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    return text[:_MAX_TEXT] or None


def _number(value: Any) -> float | None:
    if isinstance(value, tuple):
        value = value[0] if value else None
    if value is None or isinstance(value, (str, bytes)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None  # a rational with denominator 0
    return number if math.isfinite(number) else None


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
