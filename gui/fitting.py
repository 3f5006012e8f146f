"""Sizes of dialogs: as large as wanted, but never larger than what there is of the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

FRAME = QSize(16, 48)  # pixels that a dialog's frame and title bar may take


def resize_within_screen(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog this size in pixels, or as much of it as its screen has."""
    room = dialog.screen().availableGeometry().size() - FRAME
    dialog.resize(QSize(width, height).boundedTo(room))
