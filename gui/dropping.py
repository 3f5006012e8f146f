"""Folders that are dropped onto the window: which of them is opened, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from engine.cli.printable import printable


def folders_of(dropped: QMimeData) -> list[Path]:
    """Return the folders that are dropped, each once: a folder itself, for a file the one it lies in."""
    paths = [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in paths))


def photo_of(dropped: QMimeData) -> Path | None:
    """Return the file that is dropped, the first of several; None where the first is a folder."""
    paths = [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]
    return paths[0] if paths and not paths[0].is_dir() else None


def take(event: QDragEnterEvent | QDropEvent) -> Path | None:
    """Accept a drag or drop that holds a folder, and return the first one.

    It is always taken as a copy: after a move the program it comes from might delete the photos.
    """
    folders = folders_of(event.mimeData())
    if not folders:
        return None
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
    return folders[0]


def left_out(dropped: QMimeData) -> str:
    """Return what is to be said of several folders, of which one is opened; else nothing."""
    first, *others = folders_of(dropped)
    names = ", ".join(printable(folder.name) for folder in others)
    return f"One album at a time: {printable(first.name)} is opened, not {names}." if others else ""
