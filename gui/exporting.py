"""What of an album can be exported."""

from __future__ import annotations

from engine.types import Decision, Photo
from gui.album_model import AlbumModel
from gui.export_dialog import What


def export_choices(model: AlbumModel) -> dict[What, list[Photo]]:
    """Return the photos of each choice, in the order of the grid, whatever the filter."""
    entries = model.entries()
    return {
        What.ACCEPTED: [e.photo for e in entries if e.decision is Decision.ACCEPT],
        What.PICKS: [e.photo for e in entries if e.is_pick],
    }
