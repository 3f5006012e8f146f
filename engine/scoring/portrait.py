"""Faces: how many, whose eyes are open, who smiles. "Can't tell" is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded, closer
from engine.errors import ModelError, PhotoError
from engine.models.hashing import checked_hash
from engine.models.manifest import find_weights
from engine.models.runtime import Runtime
from engine.scoring.base import ModelInfo, ScoreResult
from engine.scoring.center_face import CenterFace, FaceBox
from engine.scoring.eyes import LEAST_CLOSED, eyes_open
from engine.scoring.face_landmarks import CROP_SIDE, Expression, FaceLandmarker
from engine.settings import PortraitAnalysis
from engine.types import Face, Role, Score

NAME = "MediaPipe Face Landmarker, with CenterFace for small faces"
VERSION = "portrait-4"
PROMINENT_AREA = 0.25  # of the largest face's
NEUTRAL = 0.5  # the settings' importances are applied when composing
CROP_MARGINS = (2.0, 1.5)  # side of the square crop over the longer side of the face's box: first, second try
OUTSIDE = 128  # grey where the crop reaches beyond the photo
LEAST_FACE = 40  # pixels of the decoded photo: eyes of smaller faces cannot be judged
CROWD = 60  # prominent faces: in a photo of more nobody asks for everybody's eyes


class PortraitScorer:
    """Finds faces with CenterFace and asks the Face Landmarker about each prominent one."""

    def __init__(
        self,
        models_dir: Path,
        settings: PortraitAnalysis,
        runtime: Runtime = Runtime(),  # noqa: B008 -- frozen
    ) -> None:
        """Check both weights. Raises WeightsMissingError, WeightsCorruptError."""
        self._landmarker_weights = find_weights("face-landmarker")
        self._detector_weights = find_weights("centerface")
        self._landmarker_path = models_dir / self._landmarker_weights.file
        self._detector_path = models_dir / self._detector_weights.file
        self._settings, self._runtime = settings, runtime
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
        )

    @property
    def info(self) -> ModelInfo:
        """What runs where, as of now: runtime and note change when OpenVINO fails in use."""
        if self._detector is None:
            return self._info
        return replace(self._info, runtime=f"MediaPipe, {self._detector.runtime}", note=self._detector.note)

    def load(self) -> None:
        """Load both networks. Raises ModelError."""
        if self._landmarker is None:
            self._detector = CenterFace(self._detector_path, self._detector_hash, self._runtime)
            self._landmarker = FaceLandmarker(self._landmarker_path)

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per photo, in order."""
        self.load()
        return [self._score(decoded) for decoded in images]

    def close(self) -> None:
        self._info = self.info  # still says where it ran
        if self._landmarker is not None:
            self._landmarker.close()
        self._landmarker = self._detector = None

    def _score(self, decoded: Decoded) -> ScoreResult:
        try:
            faces = self._faces(decoded)
        except ModelError as error:
            return ScoreResult(None, error=str(error))
        except PhotoError as error:  # the file is gone since it was decoded, say
            return ScoreResult(None, error=error.what)
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

    def _faces(self, decoded: Decoded) -> list[Face]:
        assert self._detector is not None
        boxes = self._detector.detect(decoded.image, self._settings.face_detection_confidence)
        largest = max((box.area for box in boxes), default=0.0)
        prominent = [box.area >= PROMINENT_AREA * largest for box in boxes]
        image = _close_enough(decoded, [box for box, is_one in zip(boxes, prominent, strict=True) if is_one])
        return [self._face(image, box, is_one) for box, is_one in zip(boxes, prominent, strict=True)]

    def _face(self, image: NDArray[np.uint8], box: FaceBox, prominent: bool) -> Face:
        place = (box.x, box.y, box.width, box.height)
        pixels = _long_side(box, image)
        seen = self._seen(image, box) if prominent and pixels >= LEAST_FACE else None
        if seen is None:
            return Face(place, None, None, box.confidence, prominent)
        return Face(place, eyes_open(seen, pixels), round(seen.smile, 4), box.confidence, prominent)

    def _seen(self, image: NDArray[np.uint8], box: FaceBox) -> Expression | None:
        """Return what the landmarker says of this face, on the first crop where it finds it."""
        assert self._landmarker is not None
        tries = (self._landmarker.expression(_crop(image, box, margin)) for margin in CROP_MARGINS)
        return next((seen for seen in tries if seen is not None), None)


def _close_enough(decoded: Decoded, faces: Sequence[FaceBox]) -> NDArray[np.uint8]:
    """Return a picture of the photo that shows these faces large enough to judge, as far as its file does.

    Decoding once more costs as much as the first time: only photos of groups that are neither large on the
    picture nor a crowd are worth it. Raises PhotoError.
    """
    small = any(_long_side(face, decoded.image) < LEAST_CLOSED for face in faces)
    return closer(decoded).image if small and len(faces) <= CROWD else decoded.image


def _long_side(face: FaceBox, image: NDArray[np.uint8]) -> float:
    """Return the longer side of a face in pixels of `image`."""
    height, width = image.shape[:2]
    return max(face.width * width, face.height * height)


def _crop(image: NDArray[np.uint8], box: FaceBox, margin: float) -> NDArray[np.uint8]:
    """Return a square (CROP_SIDE, CROP_SIDE, 3) around a face, grey where the photo ends."""
    import cv2

    height, width = image.shape[:2]
    side = _long_side(box, image) * margin
    left = (box.x + box.width / 2) * width - side / 2
    top = (box.y + box.height / 2) * height - side / 2
    x, y = max(0, int(left)), max(0, int(top))
    part = image[y : min(height, int(top + side) + 1), x : min(width, int(left + side) + 1)]
    scale = CROP_SIDE / side
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = np.asarray(cv2.resize(part, size, interpolation=method), dtype=np.uint8)
    canvas = np.full((CROP_SIDE, CROP_SIDE, 3), OUTSIDE, np.uint8)
    column, row = max(0, round((x - left) * scale)), max(0, round((y - top) * scale))
    part = part[: CROP_SIDE - row, : CROP_SIDE - column]
    canvas[row : row + part.shape[0], column : column + part.shape[1]] = part
    return canvas


def _details(faces: Sequence[Face], detector_hash: str) -> dict[str, Any]:
    prominent = [face for face in faces if face.prominent]
    return {
        "faces": len(faces),
        "prominent": len(prominent),
        "eyes_unknown": sum(face.eyes_open is None for face in prominent),
        "detector": "CenterFace",
        "detector_sha256": detector_hash,
    }
