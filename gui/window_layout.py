"""Remembers the window's size and where its panels are, in a file of the data directory."""

from __future__ import annotations

import base64
import binascii
import json
import logging

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from engine.paths import DataDir

log = logging.getLogger(__name__)

VERSION = 1  # of the panels: one more whenever a saved arrangement would not fit any more


class WindowLayout:
    """Size, place and panels of the window, from one start to the next."""

    def __init__(self, data_dir: DataDir) -> None:
        self._file = data_dir.root / "window.json"

    def restore(self, window: QMainWindow) -> bool:
        """Give the window its last size and panels; tell whether there were any to be read.

        A size is of no use on a screen that is much larger or smaller; the panels are.
        """
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            geometry, panels = (base64.b64decode(found[key], validate=True) for key in ("geometry", "panels"))
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
            log.warning("The window's layout cannot be read from %s: %s", self._file, error)
            return False
        if not window.restoreGeometry(QByteArray(geometry)):
            log.warning("The window's size in %s cannot be used on this screen", self._file)
        return window.restoreState(QByteArray(panels), VERSION)

    def save(self, window: QMainWindow) -> None:
        """Remember the window. That it cannot be remembered is no reason to disturb anyone."""
        parts = {"geometry": window.saveGeometry(), "panels": window.saveState(VERSION)}
        texts = {key: base64.b64encode(part.data()).decode("ascii") for key, part in parts.items()}
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(texts), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            log.warning("The window's layout cannot be written to %s: %s", self._file, error)
