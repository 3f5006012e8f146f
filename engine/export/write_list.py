"""Writes a list or contact sheet whole or not at all, never over another file."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import ExportError
from engine.export import contact_sheet, lists
from engine.export.contact_sheet import Thumbnail
from engine.export.copying import PART_SUFFIX, put_in_place
from engine.export.items import ExportItem


def write_list(path: Path, items: Sequence[ExportItem], title: str, thumbnail: Thumbnail) -> None:
    """Write what the ending of `path` asks for: .csv, .json, .txt, .html or .pdf. Raises ExportError."""
    lists.check_list(path)
    data = _content(path.suffix.lower(), items, title, thumbnail)
    part = path.with_name(f".{uuid.uuid4().hex[:12]}{PART_SUFFIX}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _content(suffix: str, items: Sequence[ExportItem], title: str, thumbnail: Thumbnail) -> bytes:
    if suffix == ".pdf":
        return contact_sheet.as_pdf(items, title, thumbnail)
    if suffix == ".html":
        return contact_sheet.as_html(items, title, thumbnail).encode("utf-8", "backslashreplace")
    makers = {".csv": lists.as_csv, ".json": lists.as_json, ".txt": lists.as_text}
    return makers[suffix](items).encode("utf-8", "backslashreplace")
