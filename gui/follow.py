"""How one pane of a comparison follows the common zoom and pan: by its own scale and offset. No widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QSize

from engine.types import Face
from gui.view_state import View

Spot = tuple[float, float]  # fractions 0..1 of a photo
# Faces whose sizes differ by less are shown at one zoom: 94 of 95 pairs of the demo album, all of one
# focal length, differ by up to 1.14, and a picture at 100% that is not scaled shows best how sharp it is.
SAME_SIZE = 1.15


@dataclass(frozen=True, slots=True)
class Follow:
    """A pane's view from the common one: zoom times `scale`, spot times `stretch` plus `offset`."""

    scale: float = 1.0
    stretch: Spot = (1.0, 1.0)
    offset: Spot = (0.0, 0.0)

    def view(self, common: View) -> View:
        """Return what the pane shows."""
        zoom = None if common.zoom is None else common.zoom * self.scale
        x, y = self.spot((common.x, common.y))
        return View(zoom).at(x, y)

    def spot(self, common: Spot) -> Spot:
        (kx, ky), (dx, dy) = self.stretch, self.offset
        return common[0] * kx + dx, common[1] * ky + dy

    def common(self, view: View) -> View:
        """Return the common view with which the pane shows `view`; its spot may lie outside 0..1."""
        zoom = None if view.zoom is None else view.zoom / self.scale
        return View(zoom, *self.common_spot((view.x, view.y)))

    def common_spot(self, spot: Spot) -> Spot:
        (kx, ky), (dx, dy) = self.stretch, self.offset
        return (spot[0] - dx) / kx, (spot[1] - dy) / ky

    def onto(self, common: View, view: View) -> Follow:
        """Return how the pane follows after a hand has moved it alone, from `common`, to `view`."""
        found = self
        if common.zoom is not None and view.zoom is not None:
            found = self._scaled(view.zoom / common.zoom)
        return found._through((common.x, common.y), (view.x, view.y))

    def to_face(self, own: Face, own_size: QSize, other: Face, other_size: QSize) -> Follow:
        """Return how another pane follows, so that its face stands where this pane's stands, as large.

        Sizes are those of the photos in pixels; empty where they are not known, then they count as equal.
        """
        if own_size.isEmpty() or other_size.isEmpty():
            own_size = other_size = QSize(1, 1)
        ratio = _side(own, own_size) / _side(other, other_size)
        ratio = 1.0 if 1 / SAME_SIZE < ratio < SAME_SIZE else ratio
        across = own_size.width() / other_size.width() / ratio
        down = own_size.height() / other_size.height() / ratio
        stretch = self.stretch[0] * across, self.stretch[1] * down
        found = Follow(self.scale * ratio, stretch)
        return found._through(self.common_spot(middle(own)), middle(other))

    def _scaled(self, scale: float) -> Follow:
        """Return this with another scale; panning moves as far on the screen as before."""
        change = self.scale / scale
        return replace(self, scale=scale, stretch=(self.stretch[0] * change, self.stretch[1] * change))

    def _through(self, common: Spot, spot: Spot) -> Follow:
        """Return this with the offset that shows `spot` when the common one is `common`."""
        (kx, ky), (x, y) = self.stretch, common
        return replace(self, offset=(spot[0] - x * kx, spot[1] - y * ky))


ALIKE = Follow()


def middle(face: Face) -> Spot:
    x, y, width, height = face.box
    return x + width / 2, y + height / 2


def _side(face: Face, size: QSize) -> float:
    """Return a face's mean side in pixels."""
    return max(math.sqrt(face.box[2] * size.width() * face.box[3] * size.height()), 1e-9)
