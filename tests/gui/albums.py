"""Events of a made-up album, for tests of the window's models without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engine.events import AlbumListed, PhotoScored, PhotosInspected, Selected
from engine.types import (
    SCORING_ROLES,
    Face,
    Inspected,
    Metadata,
    Photo,
    Ranked,
    Role,
    Score,
    Selection,
    SequenceKind,
    Verdict,
)

JOB = 7  # that the model is told of
GROUP = 3  # photos per group
START = datetime(2026, 6, 1, 12, 0, 0)


def photos(count: int, folder: Path = Path("/nowhere")) -> tuple[Photo, ...]:
    return tuple(Photo(i, f"IMG_{i:04d}.JPG", (folder / f"IMG_{i:04d}.JPG",)) for i in range(count))


def listed(count: int, folder: Path = Path("/nowhere")) -> AlbumListed:
    return AlbumListed(photos(count, folder))


def inspected(count: int) -> PhotosInspected:
    return PhotosInspected(
        {i: Inspected(f"{i:032x}", Metadata(captured_at=START + timedelta(seconds=i))) for i in range(count)}
    )


def scored(photo_id: int, value: float = 0.5, faces: tuple[Face, ...] = ()) -> PhotoScored:
    return PhotoScored(
        photo_id,
        tuple(
            Score(role, value, None, sha256="ab" * 32, faces=faces if role is Role.PORTRAIT else ())
            for role in SCORING_ROLES
        ),
    )


def selected(
    order: Sequence[int],
    verdicts: tuple[Verdict, ...] = (),
    roles: tuple[Role, ...] = SCORING_ROLES,
    sequence: SequenceKind | None = None,
) -> Selected:
    """Groups of three in the order given; the first of each is the pick."""
    ranked = {
        photo: Ranked(
            photo, at // GROUP, at % GROUP, at % GROUP == 0, 0.72, roles, ("softer than the pick",), sequence
        )
        for at, photo in enumerate(order)
    }
    return Selected(Selection(tuple(order), ranked, verdicts))
