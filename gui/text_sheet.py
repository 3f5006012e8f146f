"""Sheets of text over the window: the keyboard shortcuts, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui import theme
from gui.commands import Place, in_category
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
        self.resize(min(1180, size.width() - 40), min(560, size.height() - 40))

    @property
    def text(self) -> str:
        return self._text.toPlainText()


COLUMNS = (
    ("Album", "Review", "Rate", "Help"),
    ("Go", "Compare"),
    ("View", "Panels", "Models"),
    ("Filter", "Sort", "Group"),
)
SYMBOLS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "PgUp": "Page Up", "PgDown": "Page Down"}


def shortcuts_html() -> str:
    """Return the command table in columns of categories."""
    columns = "".join(
        f'<td width="{100 // len(COLUMNS)}%">{"".join(_category_html(category) for category in column)}</td>'
        for column in COLUMNS
    )
    return f'<table width="100%" cellspacing="0"><tr>{columns}</tr></table>'


def _category_html(category: str) -> str:
    rows = "".join(
        f'<tr><td align="right" style="padding:3px 12px 3px 0">{_keys_html(entry.keys)}</td>'
        f'<td style="padding:3px 0">{escape(entry.title)}{_where(entry.place)}</td></tr>'
        for entry in in_category(category)
    )
    title = f'<td></td><td style="padding:10px 0 4px 0; color:{theme.ACCENT.name()}"><b>{category}</b></td>'
    return f'<table cellspacing="0"><tr>{title}</tr>{rows}</table>'


def _keys_html(keys: Sequence[str]) -> str:
    """Return keys as they are printed on keyboards, one line; the first two are enough."""
    style = f"background-color:{theme.SELECTED.name()}; white-space:nowrap"
    shown = (SYMBOLS.get(key, key) for key in keys)
    return "&nbsp; ".join(f'<span style="{style}">&nbsp;{escape(key)}&nbsp;</span>' for key in shown)


def _where(place: Place) -> str:
    return "" if place is Place.ANYWHERE else f' <span style="color:{theme.FAINT.name()}">{place}</span>'


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
