"""Sheets that are opened and closed many times a day leave no memory behind."""

from __future__ import annotations

import ctypes
import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from gui.text_sheet import TextSheet, shortcuts_html

TIMES = 12
MOST_KB = 100  # a sheet of keys, kept, is 600


_FIELDS = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class _Mallinfo2(ctypes.Structure):
    """What glibc's mallinfo2(3) returns."""

    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS]


def _bytes_in_use() -> int:
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        pytest.skip("the C library does not tell how much memory is in use")
    mallinfo2.restype = _Mallinfo2
    found = mallinfo2()
    return found.uordblks + found.hblkhd


def _open_and_close(parent: QWidget) -> None:
    sheet = TextSheet("Keyboard shortcuts", shortcuts_html(), parent)
    sheet.open()
    QCoreApplication.processEvents()
    sheet.close()
    sheet.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del sheet
    gc.collect()


def test_a_sheet_of_keys_is_gone_once_it_is_closed(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1366, 768)
    parent.show()
    for _ in range(3):  # fonts, glyphs and styles are kept for the next one
        _open_and_close(parent)
    before = _bytes_in_use()
    for _ in range(TIMES):
        _open_and_close(parent)
    assert (_bytes_in_use() - before) / TIMES < MOST_KB * 1024
