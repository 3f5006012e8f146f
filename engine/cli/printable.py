"""Text that is safe to print: names of files may hold line breaks and terminal commands."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return the text with control characters and turns of the reading direction written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
