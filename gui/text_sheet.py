"""Sheets of text over the window: the keyboard shortcuts, and what was said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui import theme
from gui.command_table import Command, Place
from gui.commands import in_category, printed
from gui.messages import Message, Tone

MARGIN = 32  # pixels of the window around the sheet, both sides together
MOST_CHARACTERS = 230  # of a sheet's width
LINE = 120  # characters of a line that is read with ease
LEAST_HEIGHT = 240  # pixels
FRAME = 16  # pixels of a text's frame and padding, both sides together


class TextSheet(QDialog):
    """A read-only sheet; Escape closes it."""

    def __init__(self, title: str, html: str, parent: QWidget, characters: int = MOST_CHARACTERS) -> None:
        super().__init__(parent)
        self._characters = characters
        self.setWindowTitle(title)
        self._text = QTextBrowser(self)
        self._text.setHtml(html)
        self._text.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(buttons)
        self._fit(parent.size() - QSize(MARGIN, MARGIN))

    def _fit(self, room: QSize) -> None:
        """Be as large as the text needs, as far as there is room."""
        width = min(self._characters * self.fontMetrics().averageCharWidth(), room.width())
        around = self.sizeHint() - self._text.sizeHint() + QSize(FRAME, FRAME)
        page = self._text.document().clone(self)  # without an owner it would outlive the sheet: 0.6 MB each
        page.setTextWidth(width - around.width())
        wanted = math.ceil(page.size().height()) + around.height()
        self.resize(width, min(max(LEAST_HEIGHT, wanted), room.height()))

    @property
    def text(self) -> str:
        return self._text.toPlainText()


# Categories one under another, with a column's share of the width. All are seen at once at 1366 x 768.
COLUMNS = (
    (("Album", "Review", "Group", "Help"), 22),
    (("Rate", "Filter"), 14),
    (("Go", "Sort"), 22),
    (("View", "Panels"), 22),
    (("Compare", "Models"), 20),
)

NARROW_COLUMNS = (
    (("Album", "Review", "Group", "Rate", "Help"), 33),
    (("Filter", "Go", "Sort", "Panels", "Models"), 33),
    (("View", "Compare"), 34),
)
NARROW = 190  # characters beside each other; with fewer, five columns would break words


def shortcuts_html(characters: int = MOST_CHARACTERS) -> str:
    """Return the command table in columns of categories, as many as go beside each other."""
    columns = "".join(
        f'<td width="{share}%" style="padding-right:6px">'
        f'<table cellspacing="0">{"".join(map(_category_html, names))}</table></td>'
        for names, share in (COLUMNS if characters >= NARROW else NARROW_COLUMNS)
    )
    return f'<table width="100%" cellspacing="0"><tr>{columns}</tr></table>'


def _category_html(category: str) -> str:
    rows = "".join(
        f'<tr><td align="right" style="padding:2px 8px 2px 0">{_keys_html(entry.keys)}</td>'
        f'<td style="padding:2px 0">{escape(entry.title)}{_where(entry, category)}</td></tr>'
        for entry in in_category(category)
    )
    style = f"padding:7px 0 2px 0; color:{theme.ACCENT.name()}"
    return f'<tr><td></td><td style="{style}"><b>{category}</b></td></tr>{rows}'


def _keys_html(keys: Sequence[str]) -> str:
    """Return keys as they are printed on keyboards, one line; the first two are enough."""
    style = f"background-color:{theme.SELECTED.name()}; white-space:nowrap"
    words = "&nbsp;&nbsp;".join(
        f'<span style="{style}">&nbsp;{escape(printed(key))}&nbsp;</span>' for key in keys
    )
    return f'<p style="white-space:nowrap; margin:0">{words}</p>'


def _where(entry: Command, category: str) -> str:
    if entry.place is Place.ANYWHERE or entry.place == category.lower():
        return ""
    return f' <span style="color:{theme.FAINT.name()}">{entry.place}</span>'


_TONES = {Tone.INFO: theme.TEXT, Tone.WARNING: theme.WARN, Tone.ERROR: theme.BAD}


def messages_html(history: Sequence[Message]) -> str:
    """Return what was said, the latest first."""
    if not history:
        return "<p>Nothing was said yet.</p>"
    return "".join(
        f'<p style="margin:3px 0"><span style="color:{theme.FAINT.name()}">{message.at:%H:%M:%S}</span> '
        f'<span style="color:{_TONES[message.tone].name()}">{escape(message.text)}</span></p>'
        for message in reversed(history)
    )
