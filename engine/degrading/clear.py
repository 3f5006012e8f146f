"""Copies that anyone calls worse: the distortions of known pairs.

They push a photo in unlike directions (darker and brighter, smoother and noisier, paler and tinted), because
a network that knows nothing answers all that goes one way alike. Crops are left out: "shows more of the
scene" is no quality. Levels are for photos of about 640 pixels.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.degrading.distortions import (
    BLUR,
    DISTORTIONS,
    JPEG,
    Distortion,
    Pixels,
    exposure,
)

DARK, BRIGHT, NOISE, FADED, CAST = "too dark", "too bright", "noise", "faded", "colour cast"
GREEN, MAGENTA = (0.5, 1.3, 0.5), (1.4, 0.5, 1.4)  # factors of red, green and blue


def noise(image: Pixels, sigma: float) -> Pixels:
    """Add normal noise of standard deviation `sigma` (of 255); the same noise each time."""
    added = np.random.default_rng(0).normal(0.0, sigma, image.shape)
    return _rounded(image + added)


def faded(image: Pixels, contrast: float) -> Pixels:
    """Draw all values towards middle grey; `contrast` is what is left of the distance, 0..1."""
    return _rounded(128 + (image - 128.0) * contrast)


def colour_cast(image: Pixels, factors: tuple[float, float, float]) -> Pixels:
    return _rounded(image * np.array(factors))


def _rounded(values: np.ndarray) -> Pixels:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _all() -> tuple[Distortion, ...]:
    shared = [d for d in DISTORTIONS if (d.type, d.level) in _SHARED]
    return (
        *shared,
        *(Distortion(DARK, f"{s}stops", partial(exposure, stops=s)) for s in (-2, -3)),
        *(Distortion(BRIGHT, f"+{s}stops", partial(exposure, stops=s)) for s in (2, 3)),
        *(Distortion(NOISE, f"sigma{s}", partial(noise, sigma=s)) for s in (25, 60)),
        *(Distortion(FADED, f"{round(c * 100)}%", partial(faded, contrast=c)) for c in (0.3, 0.15)),
        Distortion(CAST, "green", partial(colour_cast, factors=GREEN)),
        Distortion(CAST, "magenta", partial(colour_cast, factors=MAGENTA)),
    )


_SHARED = {(BLUR, "sigma4"), (BLUR, "sigma8"), (JPEG, "q20"), (JPEG, "q10")}
CLEAR_DISTORTIONS = _all()
KINDS = tuple(dict.fromkeys(d.type for d in CLEAR_DISTORTIONS))
