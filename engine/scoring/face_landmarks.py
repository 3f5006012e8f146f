"""MediaPipe Face Landmarker on single faces: are the eyes open, is there a smile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.native_noise import native_noise_logged

# Soukupova and Cech (2016), in the landmark numbers of MediaPipe's face mesh.
LEFT_EYE = (33, 160, 158, 133, 153, 144)
RIGHT_EYE = (362, 385, 387, 263, 373, 380)
NOSE_TIP, LEFT_CHEEK, RIGHT_CHEEK = 1, 234, 454


@dataclass(frozen=True, slots=True)
class Expression:
    """What the landmarker says of one face. Blendshapes are 0..1; left and right are the person's own."""

    blink_left: float
    blink_right: float
    look_down: float
    squint: float
    smile: float
    ear_left: float  # eye aspect ratio
    ear_right: float
    turn: float  # -1..1: how far the nose is from the middle between the cheeks; 0 looks at the camera


class FaceLandmarker:
    """Wraps MediaPipe's task. Close it: MediaPipe complains when the interpreter ends first."""

    def __init__(self, path: Path) -> None:
        """Load the task file. Raises ModelError."""
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(path)),
            running_mode=vision.RunningMode.IMAGE,
            num_faces=1,
            output_face_blendshapes=True,
        )
        try:
            with native_noise_logged():
                self._task: Any = vision.FaceLandmarker.create_from_options(options)
                self.expression(np.zeros((64, 64, 3), np.uint8))  # it warns once more when first used
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path} cannot be loaded as a Face Landmarker: {error}") from error

    def expression(self, crop: NDArray[np.uint8]) -> Expression | None:
        """Return the expression of the face in an sRGB crop (H, W, 3), or None where it finds none."""
        import mediapipe as mp

        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(crop))
        found = self._task.detect(image)
        if not found.face_landmarks:
            return None
        shapes = {shape.category_name: float(shape.score) for shape in found.face_blendshapes[0]}
        height, width = crop.shape[:2]
        points = np.array([(p.x * width, p.y * height) for p in found.face_landmarks[0]], dtype=np.float64)
        return Expression(
            blink_left=shapes["eyeBlinkLeft"],
            blink_right=shapes["eyeBlinkRight"],
            look_down=_mean(shapes, "eyeLookDownLeft", "eyeLookDownRight"),
            squint=_mean(shapes, "eyeSquintLeft", "eyeSquintRight"),
            smile=_mean(shapes, "mouthSmileLeft", "mouthSmileRight"),
            ear_left=eye_aspect_ratio(points[list(LEFT_EYE)]),
            ear_right=eye_aspect_ratio(points[list(RIGHT_EYE)]),
            turn=_turn(points),
        )

    def close(self) -> None:
        self._task.close()


def eye_aspect_ratio(points: NDArray[np.float64]) -> float:
    """Return (|p2 p6| + |p3 p5|) / (2 |p1 p4|) of six points (6, 2)."""
    p1, p2, p3, p4, p5, p6 = points
    across = math.dist(p1, p4)
    return (math.dist(p2, p6) + math.dist(p3, p5)) / (2 * across) if across > 0 else 0.0


def _mean(shapes: dict[str, float], left: str, right: str) -> float:
    return (shapes[left] + shapes[right]) / 2


def _turn(points: NDArray[np.float64]) -> float:
    """Return where the nose is between the cheeks: -1 at one of them, 0 in the middle, 1 at the other."""
    left, nose, right = (points[i] for i in (LEFT_CHEEK, NOSE_TIP, RIGHT_CHEEK))
    axis = right - left
    length = float(axis @ axis)
    if length == 0:
        return 1.0
    return max(-1.0, min(1.0, 2 * float((nose - left) @ axis) / length - 1))
