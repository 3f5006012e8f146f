"""MediaPipe Face Landmarker on single faces: are the eyes open, is there a smile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.mediapipe_import import import_mediapipe
from engine.models.native_noise import native_noise_logged

CROP_SIDE = 256  # pixels given to the landmarker; more gains nothing
# Landmark numbers of MediaPipe's face mesh: skin just below the eyes, and the cheeks.
BELOW_EYES = (230, 231, 232, 450, 451, 452, 119, 348)
CHEEKS = (50, 280, 205, 425, 187, 411)
PATCH = 4  # pixels around a landmark
OFF_CENTRE = 0.2  # of the crop: landmarks further off are of a neighbour

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expression:
    """What the landmarker says of one face. Blink and smile are blendshapes, 0..1, means of both sides."""

    blink: float
    smile: float
    yaw: float  # degrees
    pitch: float  # degrees; positive: the head is bowed
    below_eyes: float  # brightness of the skin below the eyes over that of the cheeks; dark lenses lower it


class FaceLandmarker:
    """Wraps MediaPipe's task. Close it: MediaPipe complains when the interpreter ends first."""

    def __init__(self, path: Path) -> None:
        """Load the task file. Raises ModelError."""
        import_mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(path)),
            running_mode=vision.RunningMode.IMAGE,
            num_faces=1,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        try:
            with native_noise_logged():
                self._task: Any = vision.FaceLandmarker.create_from_options(options)
                self.expression(np.zeros((64, 64, 3), np.uint8))  # it warns once more when first used
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path} cannot be loaded as a Face Landmarker: {error}") from error

    def expression(self, crop: NDArray[np.uint8]) -> Expression | None:
        """Return the expression of the face in the middle of a square sRGB crop (side, side, 3), or None."""
        import mediapipe as mp

        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(crop))
        found = self._task.detect(image)
        if not found.face_landmarks:
            return None
        height, width = crop.shape[:2]
        points = np.array([(p.x * width, p.y * height) for p in found.face_landmarks[0]], dtype=np.float64)
        if not _centred(points, width):
            return None
        shapes = {shape.category_name: float(shape.score) for shape in found.face_blendshapes[0]}
        yaw, pitch = head_angles(np.asarray(found.facial_transformation_matrixes[0]))
        return Expression(
            blink=(shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2,
            smile=(shapes["mouthSmileLeft"] + shapes["mouthSmileRight"]) / 2,
            yaw=yaw,
            pitch=pitch,
            below_eyes=_brightness(crop, points, BELOW_EYES) / (_brightness(crop, points, CHEEKS) + 4),
        )

    def close(self) -> None:
        self._task.close()


def head_angles(pose: Points) -> tuple[float, float]:
    """Return yaw and pitch in degrees of a 4 x 4 pose matrix."""
    yaw = np.degrees(np.arctan2(-pose[2, 0], np.hypot(pose[0, 0], pose[1, 0])))
    pitch = np.degrees(np.arctan2(pose[2, 1], pose[2, 2]))
    return float(yaw), float(pitch)


def _centred(points: Points, side: int) -> bool:
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return bool(np.abs(middle - side / 2).max() < side * OFF_CENTRE)


def _brightness(crop: NDArray[np.uint8], points: Points, numbers: tuple[int, ...]) -> float:
    """Return the median grey (0..255) around some landmarks."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    medians: list[float] = []
    for x, y in points[list(numbers)].astype(int):
        patch = grey[max(0, y - PATCH) : max(0, y + PATCH + 1), max(0, x - PATCH) : max(0, x + PATCH + 1)]
        if patch.size:
            medians.append(float(np.median(patch)))
    return float(np.median(medians)) if medians else 255.0
