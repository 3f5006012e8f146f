"""Faults put into clean photos, by rising strength 0..1: what a photographer does wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height, width, RGB
Fault = Callable[[Picture, float, np.random.Generator], Picture]


def soft(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Gaussian blur, sigma 0.6..8 px."""
    import cv2

    return _u8(np.asarray(cv2.GaussianBlur(image, (0, 0), 0.6 * (8 / 0.6) ** strength)))


def defocus(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A disc of 1.2..8 px, as a lens out of focus draws it."""
    import cv2

    radius = 1.2 * (8 / 1.2) ** strength
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return _u8(np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)))


def shaken(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A straight smear of 3..32 px in a random direction."""
    import cv2

    length = 3 * (32 / 3) ** strength
    size = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((size, size), np.float32)
    angle = rng.uniform(0, np.pi)
    for step in np.linspace(-length / 2, length / 2, 4 * size):
        x, y = size // 2 + step * np.cos(angle), size // 2 + step * np.sin(angle)
        kernel[round(y), round(x)] += 1
    return _u8(np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)))


def squeezed(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """JPEG of quality 70 down to 6."""
    import cv2

    quality = round(70 * (6 / 70) ** strength)
    done, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    found = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert found is not None
    return _u8(found[..., ::-1])


def bright(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Overexposed, highlights clipped: by linear light, or by pixel values, 0.6..2.5 stops."""
    return _exposed(image, 0.6 + 1.9 * strength, rng)


def dark(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Underexposed by 0.8..3.5 stops."""
    return _exposed(image, -0.8 - 2.7 * strength, rng)


def noisy(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Sensor noise, standard deviation 6..55, partly coarse as after a camera's own smoothing."""
    import cv2

    sigma = 6 * (55 / 6) ** strength
    noise = rng.normal(0, sigma, image.shape).astype(np.float32)
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 2.2
    return _u8(image + noise)


def miscoloured(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """White balance off: red and blue pulled apart by 1.15..1.9."""
    gain = 1.15 * (1.9 / 1.15) ** strength
    gains = np.array([gain, 1, 1 / gain] if rng.random() < 0.5 else [1 / gain, 1, gain])
    return _u8(image * gains)


def flat(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Haze: contrast lost, 25..80%."""
    part = 0.25 + 0.55 * strength
    return _u8(image * (1 - part) + part * rng.uniform(110, 220))


FAULTS: dict[str, Fault] = {
    "soft": soft,
    "defocus": defocus,
    "shaken": shaken,
    "squeezed": squeezed,
    "bright": bright,
    "dark": dark,
    "noisy": noisy,
    "miscoloured": miscoloured,
    "flat": flat,
}


def tilted(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """The camera held askew by 3..18 degrees, enlarged until no corner is empty."""
    import cv2

    angle = 3 * (18 / 3) ** strength * rng.choice((-1, 1))
    height, width = image.shape[:2]
    turn = np.deg2rad(abs(angle))
    fill = np.cos(turn) + np.sin(turn) * max(width / height, height / width)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, fill)
    return _u8(np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)))


def missed(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """The subject half out of the frame: 20..50% cut away on one side, or on two at a corner."""
    height, width = image.shape[:2]
    part = 0.2 + 0.3 * strength
    rows, columns = ((1, 1 - part), (1 - part, 1), (1 - part, 1 - part))[rng.integers(3)]
    top = int(rng.choice((0, 1)) * height * (1 - rows))
    left = int(rng.choice((0, 1)) * width * (1 - columns))
    return image[top : top + int(height * rows), left : left + int(width * columns)].copy()


def tight(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Cropped to the middle 80..45% of both sides, or of one."""
    height, width = image.shape[:2]
    part = 0.8 - 0.35 * strength
    rows, columns = ((part, part), (1, part), (part, 1))[rng.integers(3)]
    top, left = int(height * (1 - rows) / 2), int(width * (1 - columns) / 2)
    return image[top : top + int(height * rows), left : left + int(width * columns)].copy()


# Of the picture's frame: only the comparator is shown these, and they are fewer than the faults above.
FRAMING_FAULTS: dict[str, Fault] = {"tilted": tilted, "missed": missed, "tight": tight}
CROPS = ("missed", "tight")  # those that leave a part of the picture as it was


def _exposed(image: Picture, stops: float, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.5:
        return _u8(image * 2.0**stops)
    light = (image / 255.0) ** 2.2 * 2.0**stops
    return _u8(255 * np.clip(light, 0, 1) ** (1 / 2.2))


def _u8(values: NDArray[Any]) -> Picture:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
