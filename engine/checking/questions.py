"""Asks a scorer or a comparator about known pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from engine.album.decode import Decoded
from engine.checking.knowledge import Answer
from engine.checking.known_pairs import KnownPhoto, count_images
from engine.comparing.base import Prepared
from engine.errors import ModelError
from engine.events import CancelToken
from engine.scoring.ava_scale import NOT_FINITE
from engine.scoring.base import Scorer, ScoreResult

BATCH = 4
Report = Callable[[int, int], None]  # pictures done, pictures in all


class RawComparator(Protocol):
    """A comparator before its polarity is known: it says class 1 or not, in a stated order."""

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]: ...

    def class_one(self, first: Prepared, second: Prepared) -> float:
        """Return the probability 0..1 of class 1 for this order; not finite when the network is broken."""
        ...


class Stopped(Exception):  # noqa: N818 - no error: it was asked for
    """The check was cancelled."""


def _no_report(done: int, total: int) -> None:
    pass


def ask_scorer(
    scorer: Scorer,
    photos: Sequence[KnownPhoto],
    report: Report = _no_report,
    cancel: CancelToken | None = None,
) -> list[Answer]:
    """Score each photo and its copies. Raises ModelError when the scorer fails, Stopped when cancelled."""
    answers: list[Answer] = []
    for photo in _each(photos, report, cancel):
        copies = photo.copies()
        original, *worse = [
            _value(result) for batch in _batches(photo, copies) for result in scorer.score(batch)
        ]
        for (distortion, _), score in zip(copies, worse, strict=True):
            answers.append(Answer(photo.name, distortion.type, original - score, (original, score)))
    return answers


def ask_comparator(
    comparator: RawComparator,
    photos: Sequence[KnownPhoto],
    report: Report = _no_report,
    cancel: CancelToken | None = None,
) -> list[Answer]:
    """Compare each photo with its copies, in both orders. Raises ModelError, Stopped when cancelled."""
    answers: list[Answer] = []
    for photo in _each(photos, report, cancel):
        copies = photo.copies()
        original, *worse = [p for batch in _batches(photo, copies) for p in comparator.prepare(batch)]
        for (distortion, _), copy in zip(copies, worse, strict=True):
            first = float(comparator.class_one(original, copy))
            last = float(comparator.class_one(copy, original))
            flipped = (first > 0.5) == (last > 0.5)
            answers.append(Answer(photo.name, distortion.type, (first - last) / 2, (first, last), flipped))
    return answers


def _each(photos: Sequence[KnownPhoto], report: Report, cancel: CancelToken | None) -> Iterator[KnownPhoto]:
    total = count_images(photos)
    for number, photo in enumerate(photos):
        if cancel is not None and cancel.cancelled:
            raise Stopped
        report(number * total // len(photos), total)
        yield photo
    report(total, total)


def _batches(photo: KnownPhoto, copies: Sequence[tuple[object, Decoded]]) -> Iterator[list[Decoded]]:
    images = [photo.original, *(copy for _, copy in copies)]
    for start in range(0, len(images), BATCH):
        yield images[start : start + BATCH]


def _value(result: ScoreResult) -> float:
    if result.score is not None:
        return float(result.score.value)
    if result.error == NOT_FINITE:
        return float("nan")
    raise ModelError(result.error or "the model gave no score")
