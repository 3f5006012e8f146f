"""Derives the frames of a burst from one photograph: framing, shake, focus, exposure and grain."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.demo.plan import PANORAMA_FRAMES, Scene, Shot

Random = np.random.Generator
Shift = tuple[float, float]

ZOOM = (1.03, 1.05)  # how far a burst frame is cropped in; the rest is room for the hand to wander
WANDER = 0.008  # of the frame's side
TILT = 0.4  # degrees
SHAKE = 0.025  # length of the smear, of the frame's width
DEFOCUS = 0.007  # radius of the blur disk, of the frame's width
STOPS = {"dark": -1.8, "bright": 1.5, "ev-2": -2.0, "ev+2": 2.0}
NOISY_ISO = 12_800
GRAIN_AT_ISO_100 = 1.1  # standard deviation in 8-bit steps


def photograph(image: Image.Image, shot: Shot) -> Image.Image:
    """Return the picture (RGB, upright) that `shot` is, at its full size. The same shot, the same pixels."""
    random = np.random.default_rng(zlib.crc32(shot.name.encode()))
    framed = _framed(image, shot, random)
    if shot.kind == "motion":
        framed = _averaged(framed, _shake(framed.width * SHAKE, random))
    elif shot.kind == "soft":
        framed = _averaged(framed, _disk(framed.width * DEFOCUS))
    if shot.kind in STOPS:
        framed = framed.point(exposure_table(STOPS[shot.kind]) * 3)
    large = framed.resize(_size(shot.scene), Image.Resampling.LANCZOS)
    return _with_grain(large, iso_of(shot), random)


def iso_of(shot: Shot) -> int:
    return NOISY_ISO if shot.kind == "noisy" else shot.scene.exposure.iso


def exposure_table(stops: float) -> list[int]:
    """Return the table of 256 values that exposes an sRGB channel by `stops` more (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * 2.0**stops, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(encoded * 255).astype(int).tolist()


def _size(scene: Scene) -> tuple[int, int]:
    """Return width and height, upright, as multiples of 16."""
    width = math.sqrt(scene.megapixels * 1e6 * scene.aspect)
    return round(width / 16) * 16, round(width / scene.aspect / 16) * 16


def _framed(image: Image.Image, shot: Shot, random: Random) -> Image.Image:
    if shot.kind.startswith("pano"):
        return _panorama_part(image, int(shot.kind.removeprefix("pano")) - 1, shot.scene.aspect)
    image = _cropped(image, shot.scene)
    if shot.kind.startswith("ev"):
        return image  # on a tripod
    return _reframed(image, random)


def _cropped(image: Image.Image, scene: Scene) -> Image.Image:
    """Return the largest crop of the scene's aspect that lies inside the picture."""
    width = min(image.width, image.height * scene.aspect)
    height = width / scene.aspect
    left = min(max(scene.centre[0] * image.width - width / 2, 0), image.width - width)
    top = min(max(scene.centre[1] * image.height - height / 2, 0), image.height - height)
    return image.crop((round(left), round(top), round(left + width), round(top + height)))


def _panorama_part(image: Image.Image, index: int, aspect: float) -> Image.Image:
    width = image.height * aspect
    left = (image.width - width) * index / (PANORAMA_FRAMES - 1)
    return image.crop((round(left), 0, round(left + width), image.height))


def _reframed(image: Image.Image, random: Random) -> Image.Image:
    """Return the picture as a hand-held camera frames it a second later."""
    zoom = random.uniform(*ZOOM)
    angle = math.radians(random.uniform(-TILT, TILT))
    cosine, sine = math.cos(angle) / zoom, math.sin(angle) / zoom
    x, y = image.width / 2, image.height / 2
    x_from = x + random.uniform(-WANDER, WANDER) * image.width
    y_from = y + random.uniform(-WANDER, WANDER) * image.height
    matrix = (cosine, sine, x_from - cosine * x - sine * y, -sine, cosine, y_from + sine * x - cosine * y)
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _shake(length: float, random: Random) -> list[Shift]:
    """Return a slightly bent path of the given length in pixels."""
    angle, bend = random.uniform(0, math.pi), random.uniform(-0.5, 0.5)
    steps = np.linspace(-0.5, 0.5, max(8, round(length * 2)))
    return [
        (length * step * math.cos(angle + bend * step), length * step * math.sin(angle + bend * step))
        for step in steps
    ]


def _disk(radius: float, points: int = 48) -> list[Shift]:
    """Return shifts that fill a disk evenly (sunflower spiral)."""
    golden = math.pi * (3 - math.sqrt(5))
    spiral = ((radius * math.sqrt((i + 0.5) / points), i * golden) for i in range(points))
    return [(r * math.cos(angle), r * math.sin(angle)) for r, angle in spiral]


def _averaged(image: Image.Image, shifts: Sequence[Shift]) -> Image.Image:
    """Return the mean of shifted copies; past its edges the picture goes on as its border."""
    margin = math.ceil(max(max(abs(x), abs(y)) for x, y in shifts)) + 1
    pixels = np.asarray(image)
    padded = Image.fromarray(np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="edge"))
    total = np.zeros(pixels.shape, np.float32)
    for x, y in shifts:
        matrix = (1, 0, margin + x, 0, 1, margin + y)
        total += np.asarray(
            padded.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        )
    return Image.fromarray(np.rint(total / len(shifts)).astype(np.uint8))


def _with_grain(image: Image.Image, iso: int, random: Random) -> Image.Image:
    """Add sensor noise: fine and grey at low ISO, coarse and coloured at very high ISO."""
    deviation = GRAIN_AT_ISO_100 * math.sqrt(iso / 100)
    if iso >= NOISY_ISO:
        noise = _coarse_noise(image.size, deviation, random)
    else:
        noise = _noise((image.height, image.width, 1), deviation, random)
    noisy = np.asarray(image) + noise
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _noise(shape: tuple[int, int, int], deviation: float, random: Random) -> NDArray[np.int16]:
    values = random.standard_normal(shape, dtype=np.float32)
    return np.rint(values * np.float32(deviation)).astype(np.int16)


def _coarse_noise(size: tuple[int, int], deviation: float, random: Random) -> NDArray[np.int16]:
    width, height = size
    blocks = _noise((height // 2, width // 2, 3), deviation, random)
    return blocks.repeat(2, axis=0).repeat(2, axis=1)
