"""The 27 degraded variants of a photo, as owners' published benchmark defines them.

Each is a pure function of uint8 RGB pixels. What must differ by nothing else (a file on disk) is made by
`encoded`: JPEG quality 95, unless the variant is JPEG itself.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # (height, width, 3), RGB

FILE_QUALITY = 95  # of variants that are not JPEG themselves
BLUR, JPEG, EXPOSURE = "blur", "jpeg", "exposure"
EDGE, CORNER, ASPECT, CENTRE = "crop_edge", "crop_corner", "crop_aspect", "crop_centre"


@dataclass(frozen=True, slots=True)
class Distortion:
    """One way to make a photo worse. `type` and `level` name it in tables, `name` in file names."""

    type: str
    level: str
    apply: Callable[[Pixels], Pixels]
    file_quality: int = FILE_QUALITY

    @property
    def name(self) -> str:
        return f"{self.type}_{self.level}"

    def encoded(self, image: Pixels) -> bytes:
        """Return the variant as the bytes of a JPEG file; a JPEG variant is compressed once only."""
        worse = image if self.type == JPEG else self.apply(image)
        return jpeg_bytes(worse, self.file_quality)


def gaussian_blur(image: Pixels, sigma: float) -> Pixels:
    """Blur with a kernel of 2 ceil(3 sigma) + 1 pixels."""
    import cv2

    size = 2 * math.ceil(3 * sigma) + 1
    return np.asarray(cv2.GaussianBlur(image, (size, size), sigma), dtype=np.uint8)


def jpeg(image: Pixels, quality: int) -> Pixels:
    """Compress as JPEG (quality 1..95) and decompress."""
    with Image.open(io.BytesIO(jpeg_bytes(image, quality))) as decoded:
        return np.asarray(decoded.convert("RGB"))


def jpeg_bytes(image: Pixels, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def exposure(image: Pixels, stops: float) -> Pixels:
    """Multiply by 2^stops, saturating at 255."""
    return np.rint(np.minimum(image * np.float32(2.0**stops), 255)).astype(np.uint8)


def crop(image: Pixels, width: float, height: float, left: float = 0.0, top: float = 0.0) -> Pixels:
    """Keep the fractions `width` and `height` (0..1) of the sides.

    `left` and `top` say how much of what is removed goes on that side: 0 none, 0.5 half, 1 all.
    """
    whole_height, whole_width = image.shape[:2]
    kept_height, kept_width = (
        max(1, round(side * kept)) for side, kept in ((whole_height, height), (whole_width, width))
    )
    y, x = round((whole_height - kept_height) * top), round((whole_width - kept_width) * left)
    return np.ascontiguousarray(image[y : y + kept_height, x : x + kept_width])


def _all() -> tuple[Distortion, ...]:
    blurs = [Distortion(BLUR, f"sigma{s}", partial(gaussian_blur, sigma=s)) for s in (1, 2, 4, 8)]
    jpegs = [Distortion(JPEG, f"q{q}", partial(jpeg, quality=q), q) for q in (80, 60, 40, 20, 10)]
    exposures = [
        Distortion(EXPOSURE, f"{stops:+d}stops", partial(exposure, stops=stops)) for stops in (-2, -1, 1, 2)
    ]
    return (*blurs, *jpegs, *exposures, *_crops())


def _crops() -> list[Distortion]:
    def cropped(kind: str, level: str, width: float, height: float, left: float, top: float) -> Distortion:
        return Distortion(kind, level, partial(crop, width=width, height=height, left=left, top=top))

    edges = [(removed, 1 - removed / 100) for removed in (20, 30)]
    return [
        *(cropped(EDGE, f"right{removed}", kept, 1, 0, 0) for removed, kept in edges),
        *(cropped(EDGE, f"bottom{removed}", 1, kept, 0, 0) for removed, kept in edges),
        *(cropped(CORNER, f"topleft{kept}", kept / 100, kept / 100, 0, 0) for kept in (70, 60)),
        *(cropped(CORNER, f"bottomright{kept}", kept / 100, kept / 100, 1, 1) for kept in (70, 60)),
        *(cropped(ASPECT, f"tall{kept}", kept / 100, 1, 0.5, 0) for kept in (60, 50)),
        *(cropped(ASPECT, f"wide{kept}", 1, kept / 100, 0, 0.5) for kept in (60, 50)),
        *(cropped(CENTRE, f"centre{kept}", kept / 100, kept / 100, 0.5, 0.5) for kept in (70, 60)),
    ]


DISTORTIONS = _all()
