"""What a run knows of its photos so far."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from engine.errors import PhotoError
from engine.library.marks import PhotoKey
from engine.selection.candidate import Candidate
from engine.selection.grouping import in_capture_order
from engine.types import Inspected, Photo

log = logging.getLogger(__name__)


class KnownPhotos:
    """The photos of an album: first listed, then inspected, then scored (their candidates)."""

    def __init__(self, photos: Sequence[Photo] = ()) -> None:
        self.photos = tuple(photos)
        self.inspected: dict[int, Inspected] = {}
        self.candidates = {photo.id: Candidate(photo.id, photo.name) for photo in photos}

    @property
    def identities(self) -> dict[int, str]:
        """Identity by photo id, of those that could be inspected."""
        return {photo_id: found.identity for photo_id, found in self.inspected.items()}

    def keys(self) -> list[PhotoKey]:
        """Return what the marks of inspected photos are filed under."""
        known = self.inspected
        return [PhotoKey.of(photo, known[photo.id]) for photo in self.photos if photo.id in known]

    def in_capture_order(self) -> list[Photo]:
        """Return the photos in the order in which they are shown, once they were inspected."""
        by_id = {photo.id: photo for photo in self.photos}
        return [by_id[candidate.photo_id] for candidate in in_capture_order(list(self.candidates.values()))]

    def take(self, inspected: Mapping[int, Inspected]) -> None:
        """Add what inspecting found, by photo id."""
        for photo_id, found in inspected.items():
            self.candidates[photo_id].metadata = found.metadata
        self.inspected.update(inspected)

    def fail(self, photo_id: int, error: PhotoError) -> None:
        """Note that a photo cannot be read: its cached scores say nothing of the file any more."""
        candidate = self.candidates[photo_id]
        candidate.error = error.what
        candidate.scores.clear()
        log.warning("Could not read %s: %s", error.path, error.what)
