"""Writes a list or contact sheet whole or not at all, never over another file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import ExportError
from engine.export import contact_sheet, lists
from engine.export.contact_sheet import Thumbnail
from engine.export.items import ExportItem
from engine.export.made import Maker


def write_list(
    path: Path, items: Sequence[ExportItem], title: str, thumbnail: Thumbnail, maker: Maker
) -> None:
    """Write what the ending of `path` asks for: .csv, .json, .txt, .html or .pdf. Raises ExportError."""
    lists.check_list(path)
    data = _content(path.suffix.lower(), items, title, thumbnail)
    try:
        maker.file(path, data)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error


def _content(suffix: str, items: Sequence[ExportItem], title: str, thumbnail: Thumbnail) -> bytes:
    if suffix == ".pdf":
        return contact_sheet.as_pdf(items, title, thumbnail)
    if suffix == ".html":
        return contact_sheet.as_html(items, title, thumbnail).encode("utf-8", "backslashreplace")
    makers = {".csv": lists.as_csv, ".json": lists.as_json, ".txt": lists.as_text}
    return makers[suffix](items).encode("utf-8", "backslashreplace")
