"""What can be laid over a photo: clipped tones, what is in focus; and its histogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

BRIGHT, DARK = 254, 1  # 8-bit tones from which and up to which nothing is left to see
EDGE = 0.10  # luma difference between neighbours, of full scale, that counts as in focus
MOST_PIXELS = 1_100_000  # looked at: more would hold the window up

# ARGB, premultiplied
_HIGHLIGHT, _SHADOW, _FOCUSED = 0xFFFF3B30, 0xFF3478F6, 0xFF5CFF4A


def clipping(image: QImage) -> QImage:
    """Return red where a channel is blown out and blue where all are black; clear elsewhere."""
    pixels = _rgb(image)
    mask = np.zeros(pixels.shape[:2], np.uint32)
    mask[pixels.max(axis=2) >= BRIGHT] = _HIGHLIGHT
    mask[pixels.max(axis=2) <= DARK] = _SHADOW
    return _picture(mask)


def peaking(image: QImage) -> QImage:
    """Return green along the edges that are sharp at the size shown; clear elsewhere."""
    pixels = _rgb(image)
    luma = pixels[:, :, 1].astype(np.int16)  # green is most of what the eye sees as brightness
    mask = np.zeros(luma.shape, np.uint32)
    across = np.abs(luma[1:-1, 2:] - luma[1:-1, :-2])
    down = np.abs(luma[2:, 1:-1] - luma[:-2, 1:-1])
    mask[1:-1, 1:-1][np.maximum(across, down) > 2 * EDGE * 255] = _FOCUSED
    return _picture(mask)


def histogram(image: QImage) -> NDArray[np.float32]:
    """Return (3, 256) shares of red, green and blue tones, the highest inner bin at 1."""
    pixels = _rgb(image)[::2, ::2].reshape(-1, 3)
    bins = np.stack([np.bincount(pixels[:, channel], minlength=256) for channel in range(3)])
    top = max(1, int(bins[:, 1:-1].max()))  # clipped tones would flatten all others
    return np.minimum(bins / top, 1.0).astype(np.float32)


def _rgb(image: QImage) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8, made smaller where the image is large."""
    if image.width() * image.height() > MOST_PIXELS:
        shrink = (MOST_PIXELS / (image.width() * image.height())) ** 0.5
        image = image.scaledToWidth(
            max(1, round(image.width() * shrink)), Qt.TransformationMode.SmoothTransformation
        )
    image = image.convertToFormat(QImage.Format.Format_RGBX8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[:, :, :3].copy()


def _picture(mask: NDArray[np.uint32]) -> QImage:
    height, width = mask.shape
    mask = np.ascontiguousarray(mask)
    view = QImage(mask.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return view.copy()
