"""Contact sheets of a selection: one HTML file that holds its pictures, or a PDF."""

from __future__ import annotations

import base64
import html
import importlib.util
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.album.thumbnails import ThumbnailCache, make_thumbnail, thumbnail_jpeg
from engine.errors import PhotoError
from engine.export.items import ExportItem
from engine.types import SCORING_ROLES, Decision, Label

Thumbnail = Callable[[ExportItem], bytes | None]

COLUMNS, ROWS = 4, 5  # pictures on a page
_MARGIN, _CAPTION = 36.0, 46.0  # points
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ background: #262626; color: #e4e4e4; font: 14px/1.4 system-ui, sans-serif; margin: 24px }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 18px }}
figure {{ margin: 0 }} img {{ width: 100%; height: 220px; object-fit: contain; background: #1d1d1d }}
figcaption b {{ overflow-wrap: anywhere }} small {{ color: #a6a6a6; overflow-wrap: anywhere }}
</style></head><body><h1>{title}</h1><main>
"""


def thumbnails_from(cache: ThumbnailCache) -> Thumbnail:
    """Return what gives a photo's thumbnail as JPEG, decoding where the cache has none, or None."""

    def thumbnail(item: ExportItem) -> bytes | None:
        known = cache.get(item.identity) if item.identity else None
        if known is not None:
            return known
        try:
            return thumbnail_jpeg(make_thumbnail(item.photo))
        except PhotoError:
            return None

    return thumbnail


def as_html(items: Sequence[ExportItem], title: str, thumbnail: Thumbnail) -> str:
    """Return a page that needs no other file and no network."""
    parts = [_HEAD.format(title=html.escape(title))]
    for item in items:
        jpeg = thumbnail(item)
        data = base64.b64encode(jpeg).decode("ascii") if jpeg else ""
        picture = f'<img alt="" src="data:image/jpeg;base64,{data}">' if jpeg else "<p>cannot be read</p>"
        lines = "<br>".join(html.escape(_plain(line)) for line in (caption(item), *provenance(item)) if line)
        name = html.escape(_plain(item.photo.name))
        parts.append(
            f"<figure>{picture}<figcaption><b>{name}</b><br><small>{lines}</small></figcaption></figure>\n"
        )
    return "".join([*parts, "</main></body></html>\n"])


def as_pdf(items: Sequence[ExportItem], title: str, thumbnail: Thumbnail) -> bytes:
    """Return an A4 document, twenty photos a page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setTitle(_plain(title))
    font = _font()
    width, height = (A4[0] - 2 * _MARGIN) / COLUMNS, (A4[1] - 2 * _MARGIN) / ROWS
    for number, item in enumerate(items):
        place = number % (COLUMNS * ROWS)
        if number and place == 0:
            canvas.showPage()
        x = _MARGIN + place % COLUMNS * width
        y = A4[1] - _MARGIN - (place // COLUMNS + 1) * height
        _draw(canvas, item, thumbnail(item), (x, y, width - 8, height - 8), font)
    canvas.save()
    return buffer.getvalue()


def _draw(
    canvas: object,
    item: ExportItem,
    jpeg: bytes | None,
    box: tuple[float, float, float, float],
    font: str,
) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    assert isinstance(canvas, Canvas)
    x, y, width, height = box
    if jpeg is not None:
        picture = ImageReader(io.BytesIO(jpeg))
        place = (x, y + _CAPTION, width, height - _CAPTION)
        canvas.drawImage(picture, *place, preserveAspectRatio=True, anchor="s")
    lines = [item.photo.name, caption(item), *(provenance(item) if jpeg else ["cannot be read"])]
    below = y + _CAPTION
    for number, line in enumerate(lines):
        size = (8, 6.5)[number] if number < 2 else 5.5
        below -= size + 2
        text = _plain(line)
        while text and stringWidth(text, font, size) > width:
            text = f"{text[:-2]}…" if len(text) > 2 else ""
        canvas.setFont(font, size)
        canvas.drawString(x, below, text)


def _font() -> str:
    """Return a font with more than Latin letters where there is one: the one that matplotlib brings."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        return "Helvetica"
    file = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    if not file.is_file():
        return "Helvetica"
    pdfmetrics.registerFont(TTFont("DejaVuSans", str(file)))
    return "DejaVuSans"


def caption(item: ExportItem) -> str:
    """Return stars, decision, label and composite of a photo on one line."""
    marks = item.marks
    parts = ["★" * marks.stars] if marks.stars else []
    parts += [marks.decision.value] if marks.decision is not Decision.NONE else []
    parts += [marks.label.value] if marks.label is not Label.NONE else []
    parts += ["pick"] if item.is_pick else []
    if item.ranked and item.ranked.composite is not None:
        parts.append(f"{item.ranked.composite:.2f}")
    return ", ".join(parts)


def provenance(item: ExportItem) -> list[str]:
    """Return each score with the start of the hash of what made it, and what its self-test found wrong."""
    lines: list[str] = []
    for role in SCORING_ROLES:
        score = item.scores.get(role)
        if score is not None:
            made_by = f"[{score.sha256[:8]}]" if score.sha256 else "(rules)"
            warning = item.warnings.get(role)
            lines.append(f"{role.value} {score.value:.2f} {made_by}" + (f" {warning}" if warning else ""))
    return lines


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
