"""Words that depend on a number."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return "1 photo", "2 photos", "1,000 photos"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
