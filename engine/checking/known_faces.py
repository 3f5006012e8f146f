"""What is known of faces in photographs of installed packages, and whether a portrait model finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.album.decode import Decoded
from engine.album.shrink import shrunk
from engine.checking.knowledge import Knowledge, Verdict, judge_kinds
from engine.checking.known_pairs import KnownPhoto
from engine.checking.questions import Report, Stopped
from engine.errors import ModelError, NothingToDoError
from engine.events import CancelToken
from engine.scoring.base import Scorer
from engine.types import Face

FACES = ("astronaut", "grace_hopper")  # one face each, eyes open
NO_FACE = ("coffee", "rocket", "motorcycle", "china", "flower", "chelsea")
ONE, EYES, NONE, SEVERAL = "one face", "eyes open", "no face", "several faces"
OPEN = 0.5  # of a face's `eyes_open`
SIDE = 512  # pixels: height of the picture of several faces


@dataclass(frozen=True, slots=True)
class _Known:
    """A picture and what has to be found in it."""

    photo: str
    image: Decoded
    truths: dict[str, Callable[[Sequence[Face]], bool]]  # by kind


def ask_faces(scorer: Scorer, photos: Sequence[KnownPhoto], report: Report, cancel: CancelToken) -> Knowledge:
    """Look for faces where it is known what is there. Raises ModelError, NothingToDoError, Stopped."""
    known = list(_known(photos))
    if not any(ONE in each.truths for each in known):
        raise NothingToDoError("There are no photos of faces to check with: scikit-image is not installed.")
    kinds: dict[str, list[bool]] = {}
    found: list[Sequence[Face]] = []
    for done, each in enumerate(known):
        if cancel.cancelled:
            raise Stopped
        report(done, len(known))
        found.append(_faces(scorer, each.image))
        for kind, truth in each.truths.items():
            kinds.setdefault(kind, []).append(truth(found[-1]))
    report(len(known), len(known))
    return judge_kinds(kinds, len(known), _fault(found))


def _faces(scorer: Scorer, image: Decoded) -> Sequence[Face]:
    (result,) = scorer.score([image])
    if result.score is None:
        raise ModelError(result.error or "the model gave no answer")
    return result.score.faces


def _fault(found: Sequence[Sequence[Face]]) -> Verdict | None:
    """Return what is wrong with the answers as such, whether or not they are right."""
    numbers = [number for faces in found for face in faces for number in (*face.box, face.confidence)]
    if not np.isfinite(numbers).all():
        return Verdict.NAN
    return Verdict.SAME if len({len(faces) for faces in found}) == 1 else None


def _known(photos: Sequence[KnownPhoto]) -> Iterator[_Known]:
    faces = [photo for photo in photos if photo.name in FACES]
    for photo in faces:
        yield _Known(photo.name, photo.original, {ONE: lambda found: len(found) == 1, EYES: _eyes_open})
    for photo in photos:
        if photo.name in NO_FACE:
            yield _Known(photo.name, photo.original, {NONE: lambda found: not found})
    if len(faces) == len(FACES):
        together = np.hstack([_of_height(photo.image) for photo in faces])
        decoded = Decoded(together, full_width=together.shape[1], full_height=together.shape[0])
        yield _Known("both", decoded, {SEVERAL: lambda found: len(found) == len(FACES)})


def _eyes_open(found: Sequence[Face]) -> bool:
    return bool(found) and (found[0].eyes_open or 0.0) > OPEN


def _of_height(image: np.ndarray) -> np.ndarray:
    return shrunk(image, round(image.shape[1] * SIDE / image.shape[0]), SIDE)
