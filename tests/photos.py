"""Real photographs, taken from installed packages, and the JPEG files that tests make of them."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from pathlib import Path
from typing import Any

import piexif
from PIL import Image

_FILES = {
    "astronaut": ("skimage", "data/astronaut.png"),  # one face
    "chelsea": ("skimage", "data/chelsea.png"),  # a cat
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "camera": ("skimage", "data/camera.png"),  # grey
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}
NAMES = tuple(_FILES)


def photo_file(name: str) -> Path:
    """Return the file of one photograph without importing the package it lies in."""
    package, member = _FILES[name]
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations, f"{package} is not installed"
    return Path(spec.submodule_search_locations[0]) / member


def open_photo(name: str) -> Image.Image:
    with Image.open(photo_file(name)) as image:
        return image.convert("RGB")


def wide(image: Image.Image, width: int) -> Image.Image:
    """Return the picture `width` pixels wide, in its own aspect ratio."""
    height = round(image.height * width / image.width)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def write_jpeg(
    path: Path,
    image: Image.Image,
    *,
    captured_at: datetime | None = None,
    orientation: int | None = None,
    zeroth: dict[int, Any] | None = None,
    exif: dict[int, Any] | None = None,
    quality: int = 90,
    **save: Any,
) -> Path:
    """Write a JPEG with the EXIF asked for; `zeroth` and `exif` are further piexif tags of those IFDs."""
    main, sub = dict(zeroth or {}), dict(exif or {})
    if orientation is not None:
        main[piexif.ImageIFD.Orientation] = orientation
    if captured_at is not None:
        sub[piexif.ExifIFD.DateTimeOriginal] = captured_at.strftime("%Y:%m:%d %H:%M:%S")
        sub[piexif.ExifIFD.SubSecTimeOriginal] = f"{captured_at.microsecond:06d}"
    if main or sub:
        save["exif"] = piexif.dump({"0th": main, "Exif": sub})
    image.save(path, "JPEG", quality=quality, **save)
    return path


def many_links(album: Path, folder: Path, number: int) -> Path:
    """Make an album of links to the photos of another, again and again: a run that lasts."""
    folder.mkdir()
    photos = sorted(album.iterdir())
    for count in range(number):
        photo = photos[count % len(photos)]
        (folder / f"{count:05d}{photo.suffix}").symlink_to(photo.absolute())
    return folder
