"""Photos whose clearly degraded copies everyone calls worse: the pairs that models are checked on.

The photos lie in packages that Framepick needs anyway. They are read as files; no package is imported.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine.album.decode import Decoded, decode
from engine.album.scan import scan
from engine.album.shrink import fit, shrunk
from engine.degrading.clear import CLEAR_DISTORTIONS
from engine.degrading.distortions import Distortion, Pixels
from engine.errors import NothingToDoError, PhotoError, UsageError
from engine.words import counted

LONG_SIDE = 640  # pixels; what a distortion does to a photo depends on its size
MAX_PHOTOS = 50  # of a folder; more would only take longer
# Photos by name: the package, and the file in it. Free to use: see engine/demo/sources.py.
_PACKAGED = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "camera": ("skimage", "data/camera.png"),
    "motorcycle": ("skimage", "data/motorcycle_left.png"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
    "grace_hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo (long side 640 px at most) and what is done to it."""

    name: str
    image: Pixels

    def copies(self) -> list[tuple[Distortion, Decoded]]:
        """Return the degraded copies, made anew on each call: they are large."""
        return [(distortion, _decoded(distortion.apply(self.image))) for distortion in CLEAR_DISTORTIONS]

    @property
    def original(self) -> Decoded:
        return _decoded(self.image)


@dataclass(frozen=True, slots=True)
class KnownPhotos:
    """The photos to check with, where they come from, and what is lacking, in words."""

    photos: tuple[KnownPhoto, ...]
    source: str
    lacking: str | None = None


def known_photos(folder: Path | None = None) -> KnownPhotos:
    """Return the photos of `folder`, or those of the installed packages.

    Raises UsageError for a folder that cannot be read and NothingToDoError when there is no photo.
    """
    return _of_packages() if folder is None else _of_folder(folder)


def _of_packages() -> KnownPhotos:
    photos: list[KnownPhoto] = []
    missing: dict[str, None] = {}
    for name, (package, member) in _PACKAGED.items():
        image = _packaged_image(package, member)
        if image is None:
            missing[package] = None
        else:
            photos.append(KnownPhoto(name, image))
    if not photos:
        raise NothingToDoError(
            f"There are no photos to check with: {', '.join(missing)} are not installed. "
            "Name a folder of good photos with --photos."
        )
    lacking = f"photos of {', '.join(missing)} are not installed" if missing else None
    return KnownPhotos(tuple(photos), "photos of installed packages", lacking)


def _packaged_image(package: str, member: str) -> Pixels | None:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        with Image.open(Path(spec.submodule_search_locations[0]) / member) as image:
            return _small(np.asarray(image.convert("RGB")))
    except OSError:
        return None


def _of_folder(folder: Path) -> KnownPhotos:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Give the folder that holds the photos.")
    photos: list[KnownPhoto] = []
    unreadable = 0
    for photo in scan(folder)[:MAX_PHOTOS]:
        try:
            photos.append(KnownPhoto(photo.name, _small(decode(photo, LONG_SIDE).image)))
        except PhotoError:
            unreadable += 1
    if not photos:
        raise NothingToDoError(f"There are no photos in {folder} that could be read.")
    lacking = f"{counted(unreadable, 'photo')} of {folder} could not be read" if unreadable else None
    return KnownPhotos(tuple(photos), str(folder), lacking)


def _small(image: Pixels) -> Pixels:
    if max(image.shape[:2]) <= LONG_SIDE:
        return np.ascontiguousarray(image)
    return shrunk(image, *fit(image, LONG_SIDE))


def _decoded(image: Pixels) -> Decoded:
    image.flags.writeable = False
    return Decoded(image, full_width=image.shape[1], full_height=image.shape[0])


def count_images(photos: Sequence[KnownPhoto]) -> int:
    """Return how many pictures a check looks at: each photo and its copies."""
    return len(photos) * (1 + len(CLEAR_DISTORTIONS))
