"""What of an album can be exported."""

from __future__ import annotations

from collections.abc import Sequence

from engine.export.items import ExportItem, warnings_of
from engine.types import Metadata, ModelStatus
from gui.album_model import AlbumModel


def shown_photos(model: AlbumModel) -> frozenset[int]:
    """Return the ids of the photos that pass the filter."""
    return frozenset(model.passing())


def export_items(model: AlbumModel, statuses: Sequence[ModelStatus] = ()) -> list[ExportItem]:
    """Return all photos with what is known of them, in the order of the grid, whatever the filter."""
    warnings = warnings_of(statuses)
    return [
        ExportItem(
            entry.photo,
            entry.marks,
            entry.inspected.metadata if entry.inspected else Metadata(),
            entry.ranked,
            {score.role: score for score in entry.scores},
            entry.inspected.identity if entry.inspected else None,
            entry.error,
            model.verdicts(entry),
            warnings,
        )
        for entry in model.entries()
    ]
