"""Makes export items of a finished run and of what was decided."""

from __future__ import annotations

from engine.export.items import ExportItem, warnings_of
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.paths import DataDir
from engine.report import CullResult
from engine.types import Marks, Metadata, Verdict


def items_of(result: CullResult, data_dir: DataDir) -> list[ExportItem]:
    """Return all photos of a result, in its order, with marks, scores and places in the selection."""
    marks, warnings = _marks_of(result, data_dir), warnings_of(result.statuses)
    verdicts = _verdicts_of(result)
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
                verdicts.get(photo.id, ()),
                warnings,
            )
        )
    return items


def _verdicts_of(result: CullResult) -> dict[int, list[tuple[Verdict, str]]]:
    """Return the verdicts on each photo, by photo id, with the name of the other one."""
    names = {photo.id: photo.name for photo in result.photos}
    found: dict[int, list[tuple[Verdict, str]]] = {}
    for verdict in result.selection.verdicts:
        for photo, other in ((verdict.a, verdict.b), (verdict.b, verdict.a)):
            found.setdefault(photo, []).append((verdict, names[other]))
    return found


def _marks_of(result: CullResult, data_dir: DataDir) -> dict[int, Marks]:
    keys = [PhotoKey.of(p, result.inspected[p.id]) for p in result.photos if p.id in result.inspected]
    store = DecisionStore(data_dir.library)
    try:
        return store.marks(result.album, keys)
    finally:
        store.close()
