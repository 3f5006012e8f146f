"""Small makers of values for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from engine.selection.candidate import Candidate
from engine.types import Face, Inspected, Metadata, Photo, Role, Score

START = datetime(2026, 6, 1, 12, 0, 0)


def photo(number: int, name: str | None = None) -> Photo:
    name = name or f"IMG_{number:04d}.JPG"
    return Photo(number, name, (Path("/album") / name,))


def inspected(identity: str, seconds: float | None = 0.0) -> Inspected:
    taken = None if seconds is None else START + timedelta(seconds=seconds)
    return Inspected(identity, Metadata(captured_at=taken))


def scene(seed: int) -> np.ndarray:
    """A (48, 64) grey picture unlike that of any other seed."""
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8))
    return np.kron(blocks, np.ones((8, 8))).astype(np.uint8)


def candidate(
    number: int,
    seconds: float | None = 0.0,
    *,
    look: int = 0,
    aesthetic: float | None = 0.5,
    sharpness: float = 0.6,
    quality: float | None = 0.6,
    faces: tuple[Face, ...] = (),
    portrait: float | None = 0.5,
    error: str | None = None,
) -> Candidate:
    scores: dict[Role, Score] = {}
    if aesthetic is not None:
        scores[Role.AESTHETIC] = Score(Role.AESTHETIC, aesthetic, 1 + 9 * aesthetic, sha256="a" * 64)
    if quality is not None:
        details = {"sharpness": sharpness, "exposure": 0.9, "noise": 1.0}
        scores[Role.QUALITY] = Score(Role.QUALITY, quality, quality, details)
    if portrait is not None:
        scores[Role.PORTRAIT] = Score(Role.PORTRAIT, portrait, None, faces=faces)
    features = np.random.default_rng(look).random(64).astype(np.float32)
    return Candidate(
        number,
        f"IMG_{number:04d}.JPG",
        inspected("x", seconds).metadata,
        {} if error else scores,
        features / np.float32(np.linalg.norm(features)),
        scene(look),
        error,
    )


def face(eyes: float | None = 0.9, smile: float | None = 0.0, *, prominent: bool = True) -> Face:
    return Face((0.4, 0.3, 0.2, 0.2), eyes, smile, 0.9, prominent)


def moments() -> list[Candidate]:
    """Three moments of two frames: the aesthetic model turns the pick of the first and of the third."""
    return [
        candidate(0, 0, look=1, aesthetic=0.9, quality=0.5),
        candidate(1, 1, look=1, aesthetic=0.3, quality=0.7),
        candidate(2, 60, look=2, aesthetic=0.6, quality=0.7),
        candidate(3, 61, look=2, aesthetic=0.5, quality=0.5),
        candidate(4, 120, look=3, aesthetic=0.3, quality=0.7),
        candidate(5, 121, look=3, aesthetic=0.9, quality=0.5),
    ]
