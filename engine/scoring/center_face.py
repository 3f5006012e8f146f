"""CenterFace: a small detector that sees the faces of a group photo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.album.shrink import shrunk
from engine.models.runtime import Runtime
from engine.scoring.face_networks import open_face_network

LONG_SIDE = 480  # pixels of the network's input; finds faces from about 3.5% of the long side
FINE_LONG_SIDE = 1280  # for a closer look at photos that may hold a crowd: faces from 1.5%
HINT = 0.15  # confidence of a small face that may be one
HINT_SIZE = 0.06  # of the long side, at most
HINTS = 2  # that make a closer look worth its time
STRIDE = 4  # of the network's output
MULTIPLE = 32  # sides must be multiples of it
OVERLAP = 0.3  # intersection over union above which two boxes are one face
MOST_BOXES = 4000
MOST_FACES = 200


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A detected face; x, y, width, height as fractions 0..1 of the image."""

    x: float
    y: float
    width: float
    height: float
    confidence: float

    @property
    def area(self) -> float:
        return self.width * self.height


class CenterFace:
    """The detector of Xu et al. (2019), "CenterFace: Joint Face Detection and Alignment"."""

    def __init__(self, path: Path, sha256: str, runtime: Runtime) -> None:
        """Load the network. Raises ModelError when the file is no such network."""
        self._network = open_face_network(path, sha256, runtime)

    @property
    def runtime(self) -> str:
        return self._network.runtime

    @property
    def note(self) -> str | None:
        """What was changed on the way, in words."""
        return self._network.note

    def detect(self, image: NDArray[np.uint8], threshold: float) -> list[FaceBox]:
        """Return faces of an sRGB image (H, W, 3) with at least that confidence (0..1), the largest first.

        Looks closer where the first look hints at several small faces.
        """
        faces = self._look(image, min(HINT, threshold), LONG_SIDE)
        hints = [f for f in faces if f.confidence < threshold and max(f.width, f.height) < HINT_SIZE]
        if len(hints) >= HINTS:
            faces = self._look(image, threshold, FINE_LONG_SIDE)
        sure = [face for face in faces if face.confidence >= threshold]
        return sorted(sure, key=lambda face: face.area, reverse=True)

    def _look(self, image: NDArray[np.uint8], threshold: float, long_side: int) -> list[FaceBox]:
        width, height = _input_size(image.shape[1], image.shape[0], long_side)
        heat, scale, offset = self._network.maps(shrunk(image, width, height))
        boxes = _without_overlaps(_boxes(heat, scale, offset, threshold))
        faces = [_as_fraction(box, width, height) for box in boxes]
        return [face for face in faces if face.area > 0]


def _input_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    scale = long_side / max(width, height)
    fit = [max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height)]
    return fit[0], fit[1]


def _boxes(
    heat: NDArray[np.float32], scale: NDArray[np.float32], offset: NDArray[np.float32], threshold: float
) -> NDArray[np.float32]:
    """Return (n, 5) boxes x, y, width, height, confidence in pixels of the input."""
    rows, columns = np.nonzero(heat >= threshold)
    heights = np.exp(scale[0, rows, columns]) * STRIDE
    widths = np.exp(scale[1, rows, columns]) * STRIDE
    middle_y = (rows + offset[0, rows, columns] + 0.5) * STRIDE
    middle_x = (columns + offset[1, rows, columns] + 0.5) * STRIDE
    boxes = (middle_x - widths / 2, middle_y - heights / 2, widths, heights, heat[rows, columns])
    return np.stack(boxes, axis=1).astype(np.float32)


def _without_overlaps(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    if len(boxes) == 0:
        return boxes
    # `top_k` counts boxes before overlaps are taken away, and each face has several.
    kept = cv2.dnn.NMSBoxes(boxes[:, :4].tolist(), boxes[:, 4].tolist(), 0.0, OVERLAP, top_k=MOST_BOXES)
    return boxes[np.asarray(kept, dtype=np.intp)[:MOST_FACES]]


def _as_fraction(box: NDArray[np.float32], width: int, height: int) -> FaceBox:
    """Clip a box to the image and express it in fractions of it."""
    left, top = max(0.0, float(box[0])), max(0.0, float(box[1]))
    right, bottom = min(width, float(box[0] + box[2])), min(height, float(box[1] + box[3]))
    return FaceBox(
        left / width,
        top / height,
        max(0.0, right - left) / width,
        max(0.0, bottom - top) / height,
        min(1.0, float(box[4])),
    )
