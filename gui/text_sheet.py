"""Sheets of text over the window: the keyboard shortcuts, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui import theme
from gui.commands import CATEGORIES, Place, in_category
from gui.messages import Message, Tone


class TextSheet(QDialog):
    """A read-only sheet; Escape closes it."""

    def __init__(self, title: str, html: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._text = QTextBrowser(self)
        self._text.setHtml(html)
        self._text.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(buttons)
        size = parent.size()
        self.resize(min(900, size.width() - 80), min(760, size.height() - 80))

    @property
    def text(self) -> str:
        return self._text.toPlainText()


def shortcuts_html() -> str:
    """Return the command table, two columns of categories."""
    tables = [_category_html(category) for category in CATEGORIES]
    half = (len(tables) + 1) // 2
    left, right = "".join(tables[:half]), "".join(tables[half:])
    return f'<table width="100%"><tr><td width="50%">{left}</td><td width="50%">{right}</td></tr></table>'


def _category_html(category: str) -> str:
    rows = "".join(
        f'<tr><td style="padding:2px 14px 2px 0; color:{theme.ACCENT.name()}; white-space:nowrap">'
        f"<b>{escape('  '.join(entry.keys))}</b></td>"
        f'<td style="padding:2px 0">{escape(entry.title)}{_where(entry.place)}</td></tr>'
        for entry in in_category(category)
    )
    return f"<h3>{escape(category)}</h3><table>{rows}</table>"


def _where(place: Place) -> str:
    return "" if place is Place.ANYWHERE else f' <span style="color:{theme.FAINT.name()}">({place})</span>'


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
