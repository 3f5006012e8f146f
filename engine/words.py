"""Words that depend on a number, and text that can be printed and stored whatever is in it."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return "1 photo", "2 photos", "1,000 photos"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def as_unicode(name: str) -> str:
    """Return the name of a file so that any encoding can hold it: what is no Unicode becomes an escape."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    """Return text with control characters and turns of the reading direction written as escapes.

    Names of files may hold line breaks and commands to the terminal.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
