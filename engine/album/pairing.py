"""RAW and JPEG of one shot are one photo."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.album.formats import CAMERA_FRAME_SUFFIXES, RAW_SUFFIXES


def pair(files: Iterable[Path]) -> list[tuple[Path, ...]]:
    """Return one tuple per photo: the frame to show first, then its RAW where it has one.

    A RAW joins the JPEG or HEIC of its folder and stem (letter case aside) only when there is exactly one
    of each; anything else is ambiguous and stays apart. Every file is in exactly one tuple.
    """
    same_stem: dict[tuple[Path, str], list[Path]] = {}
    for file in files:
        same_stem.setdefault((file.parent, file.stem.casefold()), []).append(file)
    return [photo for group in same_stem.values() for photo in _pair_stem(group)]


def _pair_stem(group: list[Path]) -> list[tuple[Path, ...]]:
    if len(group) == 1:
        return [(group[0],)]
    raws = [file for file in group if file.suffix.lower() in RAW_SUFFIXES]
    frames = [file for file in group if file.suffix.lower() in CAMERA_FRAME_SUFFIXES]
    if len(raws) != 1 or len(frames) != 1:
        return [(file,) for file in group]
    others = [(file,) for file in group if file not in (raws[0], frames[0])]
    return [(frames[0], raws[0]), *others]
