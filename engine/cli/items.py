"""Makes export items of a finished run and of what was decided."""

from __future__ import annotations

from engine.export.items import ExportItem
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.paths import DataDir
from engine.report import CullResult
from engine.types import Marks, Metadata


def items_of(result: CullResult, data_dir: DataDir) -> list[ExportItem]:
    """Return all photos of a result, in its order, with marks, scores and places in the selection."""
    marks = _marks_of(result, data_dir)
    items: list[ExportItem] = []
    for photo in result.in_order:
        inspected = result.inspected.get(photo.id)
        items.append(
            ExportItem(
                photo,
                marks.get(photo.id, Marks()),
                inspected.metadata if inspected else Metadata(),
                result.selection.ranked.get(photo.id),
                result.scores.get(photo.id, {}),
                inspected.identity if inspected else None,
                result.errors.get(photo.id),
            )
        )
    return items


def _marks_of(result: CullResult, data_dir: DataDir) -> dict[int, Marks]:
    keys = [PhotoKey.of(p, result.inspected[p.id]) for p in result.photos if p.id in result.inspected]
    store = DecisionStore(data_dir.library)
    try:
        return store.marks(result.album, keys)
    finally:
        store.close()
