"""Degradations of what a photo shows: its subject removed or cut, its background exchanged.

The subject is found by rules (saliency, then GrabCut), so it may be the wrong one: reports show the pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.album.shrink import fit, shrunk
from engine.degrading.distortions import Pixels

REMOVED, CUT, SWAPPED = "subject_removed", "subject_cut", "background_swapped"
KINDS = (REMOVED, CUT, SWAPPED)

Mask = NDArray[np.float32]  # (height, width), 1 on the subject, soft at its edge

_WORK_SIDE = 320  # pixels: the long side at which the subject is looked for
_SALIENCY_SIDE = 64  # pixels, as in the paper
_ROUNDS = 3  # of GrabCut
_SMALLEST, _LARGEST = 0.02, 0.6  # share of the frame that a subject takes
_FILL_RADIUS = 4  # pixels, of inpainting
_FEATHER = 3  # pixels at the working size


@dataclass(frozen=True, slots=True)
class Subject:
    """Where the subject is; `box` left, top, right, bottom as fractions 0..1."""

    mask: NDArray[np.uint8]  # at the working size, 0 or 1
    box: tuple[float, float, float, float]


def find_subject(image: Pixels) -> Subject | None:
    """Return the subject of a photo, None where nothing stands out or nearly everything does."""
    import cv2

    small = shrunk(image, *fit(image, _WORK_SIDE))
    start = _salient_box(small)
    if start is None:
        return None
    mask = np.zeros(small.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # GrabCut clusters colours by chance
    cv2.grabCut(small, mask, start, *models, _ROUNDS, cv2.GC_INIT_WITH_RECT)
    found = _largest_part(((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8))
    if not _SMALLEST <= float(found.mean()) <= _LARGEST:
        return None
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    height, width = found.shape
    left, right = float(columns[0] / width), float((columns[-1] + 1) / width)
    top, bottom = float(rows[0] / height), float((rows[-1] + 1) / height)
    return Subject(found, (left, top, right, bottom))


def degraded(kind: str, image: Pixels, subject: Subject, background: Pixels) -> Pixels:
    """Return the photo with its subject removed or cut, or before `background`, another photo."""
    if kind == REMOVED:
        return _without(image, subject)
    if kind == CUT:
        return _cut(image, subject)
    return _before(image, subject, background)


def saliency(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what stands out of a grey image, by the spectral residual (Hou and Zhang 2007); same shape."""
    import cv2

    spectrum = np.fft.fft2(grey.astype(np.float32))
    amplitude = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return np.asarray(cv2.GaussianBlur(back.astype(np.float32), (0, 0), 3), np.float32)


def _salient_box(small: Pixels) -> tuple[int, int, int, int] | None:
    """Return left, top, width, height, in pixels, of what stands out; never the whole frame.

    None where nothing does.
    """
    import cv2

    height, width = small.shape[:2]
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found = saliency(shrunk(np.asarray(grey, np.uint8), _SALIENCY_SIDE, _SALIENCY_SIDE))
    strong = _largest_part((found > 2 * found.mean()).astype(np.uint8))
    if not strong.any():
        return None
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    top, bottom = (int(edge * height / _SALIENCY_SIDE) for edge in (rows[0] - 4, rows[-1] + 5))
    left, right = (int(edge * width / _SALIENCY_SIDE) for edge in (columns[0] - 4, columns[-1] + 5))
    left, top = max(1, left), max(1, top)
    return left, top, max(2, min(width - 1, right) - left), max(2, min(height - 1, bottom) - top)


def _largest_part(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    return (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)


def _soft_mask(image: Pixels, subject: Subject) -> Mask:
    import cv2

    soft = cv2.GaussianBlur(subject.mask.astype(np.float32), (0, 0), _FEATHER)
    large = cv2.resize(soft, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


def _blend(front: Pixels, back: Pixels, mask: Mask) -> Pixels:
    share = mask[..., None]
    return np.rint(front * share + back * (1 - share)).astype(np.uint8)


def _without(image: Pixels, subject: Subject) -> Pixels:
    """Fill the subject's place from around it (Telea 2004), at the working size."""
    import cv2

    height, width = subject.mask.shape
    reach = np.ones((2 * _FEATHER + 1, 2 * _FEATHER + 1), np.uint8)
    hole = cv2.dilate(subject.mask, reach, iterations=2)
    filled = cv2.inpaint(shrunk(image, width, height), hole, _FILL_RADIUS, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_CUBIC)
    grown = Subject(np.asarray(cv2.dilate(subject.mask, reach), np.uint8), subject.box)
    return _blend(np.asarray(large, np.uint8), image, _soft_mask(image, grown))


def _cut(image: Pixels, subject: Subject) -> Pixels:
    """End the frame in the middle of the subject, on the side that leaves more of the photo."""
    height, width = image.shape[:2]
    left, top, right, bottom = subject.box
    across, down = (left + right) / 2, (top + bottom) / 2
    keeps = {"left": across, "right": 1 - across, "top": down, "bottom": 1 - down}
    side = max(keeps, key=lambda name: keeps[name])
    x, y = round(across * width), round(down * height)
    kept = {"left": image[:, :x], "right": image[:, x:], "top": image[:y], "bottom": image[y:]}[side]
    return np.ascontiguousarray(kept)


def _before(image: Pixels, subject: Subject, background: Pixels) -> Pixels:
    """Put the subject before another photo, which fills the frame."""
    height, width = image.shape[:2]
    scale = max(height / background.shape[0], width / background.shape[1])
    covering = shrunk(
        background,
        max(width, round(background.shape[1] * scale)),
        max(height, round(background.shape[0] * scale)),
    )
    top, left = (covering.shape[0] - height) // 2, (covering.shape[1] - width) // 2
    return _blend(image, covering[top : top + height, left : left + width], _soft_mask(image, subject))
