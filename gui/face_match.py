"""Tells which face is whose from photo to photo of one moment, by place and size alone."""

from __future__ import annotations

from collections.abc import Sequence

from engine.types import Face

FaceBox = tuple[float, float, float, float]  # x, y, width, height as fractions of the photo
FARTHEST = 1.5  # a face moved by more than so many times its own size is taken for another


def distance(one: FaceBox, other: FaceBox) -> float:
    """Return how far apart two faces are, in mean sides of the faces; a differing size counts as well."""
    side, other_side = one[2] + one[3], other[2] + other[3]
    mean = max((side + other_side) / 4, 1e-6)
    dx = one[0] + one[2] / 2 - other[0] - other[2] / 2
    dy = one[1] + one[3] / 2 - other[1] - other[3] / 2
    larger = max(side, other_side) / max(min(side, other_side), 1e-6)
    return (dx * dx + dy * dy) ** 0.5 / mean + (larger - 1) / 2


def assign(places: Sequence[FaceBox], faces: Sequence[FaceBox]) -> list[int | None]:
    """Return for each place the index of the face that belongs there, each face once; the nearest first."""
    pairs = sorted(
        (distance(place, face), at, number)
        for at, place in enumerate(places)
        for number, face in enumerate(faces)
    )
    found: list[int | None] = [None] * len(places)
    taken: set[int] = set()
    for far, at, number in pairs:
        if far > FARTHEST:
            break
        if found[at] is None and number not in taken:
            found[at] = number
            taken.add(number)
    return found


class FacePlaces:
    """Keeps each person at one place of a row while one steps through a group."""

    def __init__(self) -> None:
        self._group: int | None = None
        self._places: list[FaceBox] = []

    def arrange(self, group: int | None, faces: Sequence[Face]) -> list[Face | None]:
        """Return the faces in their places, None where a person is not seen. Newcomers come last."""
        boxes = [face.box for face in faces]
        if group is None or group != self._group:
            self._group, self._places = group, []
        found = assign(self._places, boxes)
        known = {number for number in found if number is not None}
        new = sorted((n for n in range(len(faces)) if n not in known), key=lambda n: boxes[n][0])
        found += new
        self._places = [
            boxes[n] if n is not None else self._places[at] for at, n in enumerate(found)
        ]  # a person who turned away keeps the place
        return [faces[n] if n is not None else None for n in found]


def partner(face: Face, others: Sequence[Face]) -> Face | None:
    """Return the face of the same person in another photo of the moment, or None."""
    (found,) = assign([face.box], [other.box for other in others])
    return None if found is None else others[found]


def leading(faces: Sequence[Face]) -> Face | None:
    """Return the largest face."""
    return max(faces, key=lambda face: face.box[2] * face.box[3], default=None)
