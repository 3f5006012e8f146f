"""Makes export items of a finished run and of what was decided."""

from __future__ import annotations

from engine.cli.cull import decisions_of
from engine.export.items import ExportItem
from engine.paths import DataDir
from engine.report import CullResult
from engine.types import Decision, Marks, Metadata


def items_of(result: CullResult, data_dir: DataDir) -> list[ExportItem]:
    """Return all photos of a result, in its order, with marks, scores and places in the selection."""
    decisions = decisions_of(result, data_dir)
    items: list[ExportItem] = []
    for photo in result.in_order:
        inspected = result.inspected.get(photo.id)
        items.append(
            ExportItem(
                photo,
                Marks(decisions.get(photo.id, Decision.NONE)),
                inspected.metadata if inspected else Metadata(),
                result.selection.ranked.get(photo.id),
                result.scores.get(photo.id, {}),
                inspected.identity if inspected else None,
                result.errors.get(photo.id),
            )
        )
    return items
