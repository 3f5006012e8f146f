"""Faces: how many, whose eyes are open, who smiles. "Can't tell" is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.errors import ModelError
from engine.models.hashing import checked_hash
from engine.models.manifest import find_weights
from engine.scoring.base import ModelInfo, ScoreResult
from engine.scoring.center_face import CenterFace, FaceBox
from engine.scoring.eyes import eyes_open
from engine.scoring.face_landmarks import FaceLandmarker
from engine.settings import PortraitAnalysis
from engine.types import Face, Role, Score

NAME = "MediaPipe Face Landmarker, with CenterFace for small faces"
VERSION = "portrait-1"
PROMINENT_AREA = 0.25  # of the largest face's
NEUTRAL = 0.5  # the settings' importances are applied when composing
CROP_MARGIN = 2.0  # side of the square crop over the longer side of the face's box
CROP_SIDE = 384  # pixels, at most
LEAST_FACE = 24  # pixels: eyes of smaller faces cannot be judged


class PortraitScorer:
    """Finds faces with CenterFace and asks the Face Landmarker about each prominent one."""

    def __init__(self, models_dir: Path, settings: PortraitAnalysis) -> None:
        """Check both weights. Raises WeightsMissingError, WeightsCorruptError."""
        self._landmarker_weights = find_weights("face-landmarker")
        self._detector_weights = find_weights("centerface")
        self._landmarker_path = models_dir / self._landmarker_weights.file
        self._detector_path = models_dir / self._detector_weights.file
        self._settings = settings
        landmarker_hash = checked_hash(self._landmarker_path, self._landmarker_weights)
        self._detector_hash = checked_hash(self._detector_path, self._detector_weights)
        self._detector: CenterFace | None = None
        self._landmarker: FaceLandmarker | None = None
        threshold = settings.face_detection_confidence
        self._info = ModelInfo(
            role=Role.PORTRAIT,
            name=NAME,
            version=f"{VERSION}; centerface {self._detector_hash[:8]}; faces from {threshold:g}",
            embedded_default=True,
            checkpoint=str(self._landmarker_path),
            sha256=landmarker_hash,
            device="cpu",
            runtime="MediaPipe, OpenCV",
        )

    @property
    def info(self) -> ModelInfo:
        return self._info

    def load(self) -> None:
        """Load both networks. Raises ModelError."""
        if self._landmarker is None:
            self._detector = CenterFace(self._detector_path)
            self._landmarker = FaceLandmarker(self._landmarker_path)

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per photo, in order."""
        self.load()
        return [self._score(decoded) for decoded in images]

    def close(self) -> None:
        if self._landmarker is not None:
            self._landmarker.close()
        self._landmarker = self._detector = None

    def _score(self, decoded: Decoded) -> ScoreResult:
        try:
            faces = self._faces(decoded.image)
        except ModelError as error:
            return ScoreResult(None, error=str(error))
        return ScoreResult(
            Score(
                Role.PORTRAIT,
                value=NEUTRAL,
                raw=None,
                details=_details(faces, self._detector_hash),
                sha256=self._info.sha256,
                faces=tuple(faces),
            )
        )

    def _faces(self, image: NDArray[np.uint8]) -> list[Face]:
        assert self._detector is not None
        boxes = self._detector.detect(image, self._settings.face_detection_confidence)
        largest = max((box.area for box in boxes), default=0.0)
        return [self._face(image, box, box.area >= PROMINENT_AREA * largest) for box in boxes]

    def _face(self, image: NDArray[np.uint8], box: FaceBox, prominent: bool) -> Face:
        assert self._landmarker is not None
        place = (box.x, box.y, box.width, box.height)
        height, width = image.shape[:2]
        big_enough = max(box.width * width, box.height * height) >= LEAST_FACE
        seen = self._landmarker.expression(_crop(image, box)) if prominent and big_enough else None
        if seen is None:
            return Face(place, None, None, box.confidence, prominent)
        return Face(place, eyes_open(seen, self._settings), round(seen.smile, 4), box.confidence, prominent)


def _crop(image: NDArray[np.uint8], box: FaceBox) -> NDArray[np.uint8]:
    """Return a square around a face, cut from the photo with black where it ends."""
    import cv2

    height, width = image.shape[:2]
    side = max(box.width * width, box.height * height) * CROP_MARGIN
    middle = ((box.x + box.width / 2) * width, (box.y + box.height / 2) * height)
    scale = min(1.0, CROP_SIDE / side)
    pixels = max(1, round(side * scale))
    move: Any = np.array(
        [[scale, 0, pixels / 2 - middle[0] * scale], [0, scale, pixels / 2 - middle[1] * scale]],
        dtype=np.float64,
    )
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(image, move, (pixels, pixels), flags=method), dtype=np.uint8)


def _details(faces: Sequence[Face], detector_hash: str) -> dict[str, Any]:
    prominent = [face for face in faces if face.prominent]
    return {
        "faces": len(faces),
        "prominent": len(prominent),
        "eyes_unknown": sum(face.eyes_open is None for face in prominent),
        "detector": "CenterFace",
        "detector_sha256": detector_hash,
    }
