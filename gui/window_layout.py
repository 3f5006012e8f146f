"""Remembers the window's size and where its panels are, in a file of the data directory."""

from __future__ import annotations

import base64
import binascii
import json
import logging

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from engine.paths import DataDir
from gui.kept_file import KeptFile

log = logging.getLogger(__name__)

VERSION = 1  # of the panels: one more whenever a saved arrangement would not fit any more


class WindowLayout:
    """Size, place and panels of the window, from one start to the next."""

    def __init__(self, data_dir: DataDir) -> None:
        self._path = data_dir.root / "window.json"
        self._file = KeptFile(self._path, "The window's layout")

    def restore(self, window: QMainWindow) -> bool:
        """Give the window its last size and panels; tell whether there were any to be read.

        A size is of no use on a screen that is much larger or smaller; the panels are.
        """
        found = self._file.read_json()
        if found is None:
            return False
        try:
            geometry, panels = (base64.b64decode(found[key], validate=True) for key in ("geometry", "panels"))
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            self._file.note_unreadable(error)
            return False
        if not window.restoreGeometry(QByteArray(geometry)):
            log.warning("The window's size in %s cannot be used on this screen", self._path)
        return window.restoreState(QByteArray(panels), VERSION)

    def save(self, window: QMainWindow) -> None:
        """Remember the window."""
        parts = {"geometry": window.saveGeometry(), "panels": window.saveState(VERSION)}
        texts = {key: base64.b64encode(part.data()).decode("ascii") for key, part in parts.items()}
        self._file.write(json.dumps(texts))
