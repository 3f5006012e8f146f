"""Names that every file system takes: no separators, no reserved names, none too long."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import PurePath

MAX_BYTES = 255  # of a name, on ext4, APFS, NTFS (there: UTF-16 units) and exFAT
# What Windows refuses, plus control characters and marks that turn the reading direction.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def clean(component: str) -> str:
    """Return one part of a path as any file system takes it; never empty, never "." or ".."."""
    name = _FORBIDDEN.sub("_", component).rstrip(". ").lstrip(" ")
    if not name:
        return "_"
    if name.startswith("."):
        name = f"_{name[1:]}"  # hidden files are left out when albums are read
    if _RESERVED.match(name):
        name = f"_{name}"
    return shortened(name, MAX_BYTES - 24)  # room for suffixes such as ".jpeg.xmp" and "_12"


def shortened(name: str, limit: int) -> str:
    """Return `name` cut to at most `limit` bytes, between characters."""
    if len(os.fsencode(name)) <= limit:
        return name
    while len(os.fsencode(name)) > limit:
        name = name[:-1]
    return name.rstrip(". ") or "_"


def with_suffix_number(stem: str, number: int, ending: str) -> str:
    """Return the file name for a shot's `number`th try: 1 leaves the stem as it is, 2 adds "_2"."""
    mark = "" if number == 1 else f"_{number}"
    return f"{shortened(stem, MAX_BYTES - len(os.fsencode(mark + ending)))}{mark}{ending}"


def folded(path: PurePath | str) -> str:
    """Return a key under which two names are equal that any file system takes for one."""
    return unicodedata.normalize("NFC", str(path)).casefold()
