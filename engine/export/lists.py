"""Lists of a selection with everything that is known of each photo: CSV, JSON, plain names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import ExportError
from engine.export.items import ExportItem
from engine.types import SCORING_ROLES, Role, Score, Verdict
from engine.words import as_unicode, printable

SUFFIXES = (".csv", ".json", ".txt", ".html", ".pdf")


def check_list(path: Path, target: Path | None = None) -> None:
    """Raise ExportError when no list can be written there: another ending, or a file is there already.

    `target` is the folder that the export makes before its lists, if it is not there yet.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ExportError(f"{path}: a list ends with one of {', '.join(SUFFIXES)}.")
    if path.exists():
        raise ExportError(f"{path} is there already and is not overwritten. Choose another name.")
    to_be_made = target is not None and path.parent.absolute() == target.absolute()
    if not path.parent.is_dir() and not to_be_made:
        raise ExportError(f"{path}: there is no folder {path.parent}.")


def as_rows(items: Sequence[ExportItem]) -> list[dict[str, Any]]:
    """Return one flat row a photo; scores and verdicts with the SHA-256 of the checkpoint that made them."""
    return [_row(item) for item in items]


def as_csv(items: Sequence[ExportItem]) -> str:
    """Return a table with a header; what is a list in a row has its parts separated by semicolons."""
    rows = [{name: _cell(value) for name, value in row.items()} for row in as_rows(items)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(_row(items[0])) if items else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(items: Sequence[ExportItem]) -> str:
    return json.dumps({"schema": 1, "photos": as_rows(items)}, indent=1, allow_nan=False)


def as_text(items: Sequence[ExportItem]) -> str:
    """Return the names alone, one a line; line breaks in names are escaped."""
    return "".join(f"{_one_line(item.photo.name)}\n" for item in items)


def _row(item: ExportItem) -> dict[str, Any]:
    ranked, about, marks = item.ranked, item.metadata, item.marks
    row: dict[str, Any] = {
        "photo": item.photo.name,
        "files": [_one_line(file.name) for file in item.photo.files],
        "identity": item.identity,
        "decision": marks.decision.value,
        "stars": marks.stars,
        "label": marks.label.value,
        "captured_at": about.captured_at.isoformat() if about.captured_at else None,
        "camera": about.camera,
        "lens": about.lens,
        "group": ranked.group if ranked else None,
        "rank": ranked.rank if ranked else None,
        "pick": item.is_pick,
        "composite": ranked.composite if ranked else None,
        "composite_of": [role.value for role in ranked.composite_of] if ranked else [],
        "reasons": list(ranked.reasons) if ranked else [],
        "error": item.error,
    }
    for role in SCORING_ROLES:
        row |= _score(role.value, item.scores.get(role), item.warnings.get(role))
    row["verdicts"] = [_verdict(item.photo.id, *pair) for pair in item.verdicts]
    row["comparator_warning"] = item.warnings.get(Role.COMPARATOR)
    return row


def _score(role: str, score: Score | None, warning: str | None) -> dict[str, Any]:
    return {
        role: score.value if score else None,
        f"{role}_raw": score.raw if score else None,
        f"{role}_sha256": score.sha256 if score else None,
        f"{role}_warning": warning if score else None,
    }


def _verdict(photo: int, verdict: Verdict, other: str) -> str:
    """Return such as "preferred to IMG_2.JPG, 0.81, by NAME SHA256"."""
    by = " ".join(filter(None, (verdict.source, verdict.sha256)))
    if verdict.winner is None:
        return f"can't tell from {_one_line(other)}, by {by}"
    word = "preferred to" if verdict.winner == photo else "second to"
    return f"{word} {_one_line(other)}, {verdict.confidence:.2f}, by {by}"


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, list) else value


def _one_line(name: str) -> str:
    return printable(as_unicode(name))
