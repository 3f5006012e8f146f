"""Cuts the square that a network looks at out of a photo, by the rules it was trained with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_REACH = 16  # of the long side, in short sides, beyond which no crop sees


def centre_crop(image: NDArray[np.uint8], resize: int, crop: int) -> NDArray[np.uint8]:
    """Return the centre (crop, crop, 3) of an upright image (height, width, 3), its short side `resize`.

    As torchvision's Resize and CenterCrop on Pillow images: bilinear, the longer side truncated, the offset
    rounded.
    """
    photo = _without_far_ends(Image.fromarray(image))
    short = min(photo.size)
    width, height = (int(resize * side / short) for side in photo.size)
    resized = photo.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (round((side - crop) / 2) for side in (width, height))
    return np.asarray(resized.crop((left, top, left + crop, top + crop)))


def fit_inside(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a whole image (height, width, 3) in the middle of a square: (side, side, 4).

    Its longer side becomes `side` (bilinear), the other is truncated. The fourth channel is 255 where the
    photo is and 0 on the padding around it, whose colours are 0.
    """
    photo = Image.fromarray(image)
    long = max(photo.size)
    width, height = (max(1, int(extent * side / long)) for extent in photo.size)
    small = np.asarray(photo.resize((width, height), Image.Resampling.BILINEAR))
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width, :3] = small
    square[top : top + height, left : left + width, 3] = 255
    return square


def _without_far_ends(photo: Image.Image) -> Image.Image:
    """Return the middle of a very long strip: no crop sees more, and resizing all may take gigabytes."""
    width, height = photo.size
    reach = MOST_REACH * min(width, height)
    left, top = max(0, (width - reach) // 2), max(0, (height - reach) // 2)
    return photo.crop((left, top, width - left, height - top)) if left or top else photo
