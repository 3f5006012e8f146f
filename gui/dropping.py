"""Folders that are dropped onto the window: which of them is opened, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from engine.words import printable


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


class DropLight(QObject):
    """Tells `light_up` whether something that can be dropped is held over the window."""

    def __init__(self, window: QWidget, light_up: Callable[[bool], None]) -> None:
        super().__init__(window)
        self._light_up = light_up
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            self._light_up(bool(folders_of(event.mimeData())))
        elif event.type() in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self._light_up(False)
        return super().eventFilter(watched, event)


def left_out(dropped: QMimeData) -> str:
    """Return what is to be said of several folders, of which one is opened; else nothing."""
    first, *others = folders_of(dropped)
    names = ", ".join(printable(folder.name) for folder in others)
    return f"One album at a time: {printable(first.name)} is opened, not {names}." if others else ""
