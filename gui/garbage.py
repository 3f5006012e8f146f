"""Collects Python's cyclic garbage on the GUI thread only.

A collection that happens to run on a worker thread destroys Qt objects in the garbage (of a closed dialog,
say) from that thread, and PySide 6.11 crashes in `runDeletionInMainThread`. It would also hold the window
up at moments that nobody chose.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from engine.allocator import give_back_free_memory

YOUNG_MS = 250  # what lives at a collection is not looked at again: four small ones cost as much as one


class GarbageCollector(QObject):
    """Takes over from the automatic collector as long as it lives, or until `stop`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what is loaded now stays: full collections need not look at it again
        gc.disable()
        self._timer = QTimer(self, interval=YOUNG_MS)
        self._timer.timeout.connect(self._collect_young)
        self._timer.start()

    def stop(self) -> None:
        """Hand back to the automatic collector; all other threads must have ended."""
        self._timer.stop()
        gc.collect()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def collect_all(self) -> None:
        """Collect everything. Takes a tenth of a second once networks are loaded: call it between albums."""
        gc.collect()
        give_back_free_memory()

    @Slot()
    def _collect_young(self) -> None:
        gc.collect(1)
