"""Any image that Pillow can open, as 8-bit sRGB."""

from __future__ import annotations

import io
import logging
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

logger = logging.getLogger(__name__)

_STRIP = 32  # rows
_BEHIND_ALPHA = (128, 128, 128, 255)  # neutral grey: neither a highlight nor a shadow to the scorers


def to_srgb(image: Image.Image) -> Image.Image:
    """Return `image` in mode RGB and the sRGB colour space, by its embedded profile where it has one."""
    profile = image.info.get("icc_profile")
    image = _to_profiled_mode(image)
    transform = _transform(profile, image.mode) if profile or image.mode == "LAB" else None
    if transform is not None:
        return ImageCms.applyTransform(image, transform) or image
    return image if image.mode == "RGB" else image.convert("RGB")


def pixels_to_srgb(pixels: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Return RGB pixels (H, W, 3) in the sRGB colour space, by their embedded profile where they have one."""
    transform = _transform(profile, "RGB") if profile else None
    if transform is None:
        return pixels
    # In strips: Pillow holds the interpreter, and the window up, while it takes pixels and gives them back.
    strips = (Image.fromarray(pixels[top : top + _STRIP]) for top in range(0, len(pixels), _STRIP))
    return np.concatenate([np.asarray(ImageCms.applyTransform(each, transform) or each) for each in strips])


def to_8_bit(image: Image.Image) -> Image.Image:
    """Return a copy in mode L of an image with more than 8 bits in its one channel; any other as it is."""
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_scaled_to_255(np.asarray(image)))
    return image


def _scaled_to_255(values: np.ndarray) -> np.ndarray:
    if values.dtype == np.uint16:
        return (values >> 8).astype(np.uint8)
    top = float(values.max(initial=0))
    whole = 1.0 if values.dtype.kind == "f" and top <= 1.0 else 255.0 if top <= 255 else 65_535.0
    return (np.nan_to_num(values) * (255.0 / whole)).clip(0, 255).astype(np.uint8)


def _to_profiled_mode(image: Image.Image) -> Image.Image:
    """Return the image in L, RGB, CMYK or LAB, the modes that an embedded profile can speak of."""
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        front = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, _BEHIND_ALPHA), front).convert("RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


@lru_cache(maxsize=32)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what turns colours of `profile` into sRGB; None when they are that, or nobody can tell."""
    try:
        lab = ImageCms.createProfile("LAB") if mode == "LAB" else None
        source = ImageCms.ImageCmsProfile(lab or io.BytesIO(profile or b""))
        name = ImageCms.getProfileDescription(source).lower()
        if mode == "RGB" and "srgb" in name and "linear" not in name:
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        logger.info("colour profile ignored: %s", error)
        return None
