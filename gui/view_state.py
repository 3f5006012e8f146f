"""Which part of a photo is seen: the geometry of zooming and panning, without widgets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

MOST_ZOOM = 8.0  # screen pixels per photo pixel
CLOSE = 1.02  # a zoom this near to "whole" is whole


@dataclass(frozen=True, slots=True)
class View:
    """`zoom` is in screen pixels per photo pixel, None shows the whole photo.

    `x`, `y` are the middle of what is seen, as fractions 0..1 of the photo.
    """

    zoom: float | None = None
    x: float = 0.5
    y: float = 0.5

    def at(self, x: float, y: float) -> View:
        """Return this view with its middle elsewhere, inside the photo."""
        return replace(self, x=min(max(x, 0.0), 1.0), y=min(max(y, 0.0), 1.0))

    def moved(self, dx: float, dy: float) -> View:
        return self.at(self.x + dx, self.y + dy)


WHOLE = View()


def whole_scale(photo: QSizeF, window: QSizeF) -> float:
    """Return the zoom that shows all of a photo in a window (both in screen pixels), at most 1."""
    return min(window.width() / photo.width(), window.height() / photo.height(), 1.0)


def picture_box(view: View, photo: QSizeF, window: QSizeF) -> QRectF:
    """Return where the photo stands in the window; all in screen pixels."""
    scale = whole_scale(photo, window) if view.zoom is None else view.zoom
    width, height = photo.width() * scale, photo.height() * scale
    if view.zoom is None:
        left, top = (window.width() - width) / 2, (window.height() - height) / 2
    else:
        left, top = window.width() / 2 - view.x * width, window.height() / 2 - view.y * height
    return QRectF(round(left), round(top), max(1, round(width)), max(1, round(height)))


def zoomed_at(view: View, factor: float, spot: QPointF, photo: QSizeF, window: QSizeF) -> View:
    """Zoom by `factor` so that what lies under `spot` (screen pixels in the window) stays there."""
    whole = whole_scale(photo, window)
    zoom = min((view.zoom or whole) * factor, MOST_ZOOM)
    if factor <= 1 and zoom <= whole * CLOSE:
        return WHOLE
    box = picture_box(view, photo, window)
    x = (spot.x() - box.x()) / box.width()
    y = (spot.y() - box.y()) / box.height()
    width, height = photo.width() * zoom, photo.height() * zoom
    return View(zoom).at(
        x + (window.width() / 2 - spot.x()) / width, y + (window.height() / 2 - spot.y()) / height
    )


def close_at(spot: QPointF, photo: QSizeF, window: QSizeF, zoom: float = 1.0) -> View:
    """Zoom into the whole photo so that what lies under `spot` stays there.

    Where the photo reaches over the window at that zoom, no side of the window stays empty.
    """
    box = picture_box(WHOLE, photo, window)
    at = QPointF(min(max(spot.x(), box.left()), box.right()), min(max(spot.y(), box.top()), box.bottom()))
    view = zoomed_at(WHOLE, zoom / whole_scale(photo, window), at, photo, window)
    across, down = window.width() / (photo.width() * zoom) / 2, window.height() / (photo.height() * zoom) / 2
    return View(zoom, _within(view.x, across), _within(view.y, down))


def _within(middle: float, half: float) -> float:
    """Return a middle with `half` a window on each side inside 0..1; 0.5 where that is no room."""
    return 0.5 if half >= 0.5 else min(max(middle, half), 1 - half)
