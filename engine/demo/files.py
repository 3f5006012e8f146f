"""Writes one shot as the files that a camera would leave: JPEG, HEIC, RAW beside JPEG."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageCms

from engine.demo.dng import write_dng
from engine.demo.exif import exif_of
from engine.demo.plan import Shot

JPEG_QUALITY = 88
HEIC_QUALITY = 70
# How an upright picture has to be turned to be stored with this EXIF orientation.
_TURNS = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
# Red, green and blue of Display P3, adapted to D50, in 1/65536 (ICC s15Fixed16).
_P3_PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def names_of(shot: Shot) -> tuple[str, ...]:
    """Return the names of the shot's files."""
    if shot.format == "heic":
        return (f"{shot.name}.HEIC",)
    return (f"{shot.name}.JPG", f"{shot.name}.DNG") if shot.format == "dng" else (f"{shot.name}.JPG",)


def write_file(path: Path, name: str, shot: Shot, picture: Image.Image) -> None:
    """Write the upright `picture` to `path` as the shot's file called `name`."""
    writers: dict[str, Callable[[Path, Shot, Image.Image], None]] = {".HEIC": _write_heic, ".DNG": _write_dng}
    writers.get(Path(name).suffix, _write_jpeg)(path, shot, picture)


def _write_jpeg(path: Path, shot: Shot, picture: Image.Image) -> None:
    stored = picture.transpose(_TURNS[shot.scene.turn]) if shot.scene.turn in _TURNS else picture
    profile = display_p3() if shot.format == "p3" else None
    if profile is not None:
        stored = _in_profile(stored, profile)
    exif = exif_of(shot, stored.size, shot.scene.turn)
    stored.save(path, "JPEG", quality=JPEG_QUALITY, subsampling="4:2:2", exif=exif, icc_profile=profile)


def _write_heic(path: Path, shot: Shot, picture: Image.Image) -> None:
    import pillow_heif

    exif = exif_of(shot, picture.size, 1)
    speed = {"preset": "ultrafast"}  # of x265; the default takes three times as long
    pillow_heif.from_pillow(picture).save(path, quality=HEIC_QUALITY, exif=exif.tobytes(), enc_params=speed)


def _write_dng(path: Path, shot: Shot, picture: Image.Image) -> None:
    write_dng(path, picture, exif_of(shot, picture.size, 1))


@cache
def display_p3() -> bytes:
    """Return a Display P3 profile: Pillow's sRGB profile, of equal curve and white, with P3's primaries."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for index in range(int.from_bytes(profile[128:132])):
        entry = 132 + 12 * index
        primary = _P3_PRIMARIES.get(bytes(profile[entry : entry + 4]))
        if primary is not None:
            start = int.from_bytes(profile[entry + 4 : entry + 8]) + 8
            values = (round(part * 65536).to_bytes(4, signed=True) for part in primary)
            profile[start : start + 12] = b"".join(values)
    old, new = "sRGB built-in".encode("utf-16-be"), "Display P3   ".encode("utf-16-be")
    return bytes(profile.replace(old, new))


def _in_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    from io import BytesIO

    target = ImageCms.ImageCmsProfile(BytesIO(profile))
    converted = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), target)
    assert converted is not None  # only None with inPlace=True
    return converted
