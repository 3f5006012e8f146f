"""The options of `sidecars`."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.sidecars.profiles import Profile

_Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_sidecars(commands: _Commands, common: argparse.ArgumentParser) -> None:
    sidecars = commands.add_parser(
        "sidecars", parents=[common], help="read and write decisions, stars and labels in XMP sidecars"
    )
    sidecars.add_argument("album", type=Path, metavar="ALBUM", help="folder of photos")
    sidecars.add_argument("--recursive", action="store_true", help="take the folders inside too")
    sidecars.add_argument("--read", action="store_true", help="take what other programs say into the library")
    sidecars.add_argument("--write", action="store_true", help="put what you said into sidecars")
    sidecars.add_argument(
        "--dry-run", action="store_true", help="only say what would be done: a diff per file"
    )
    sidecars.add_argument(
        "--profile",
        dest="profiles",
        type=_profiles,
        metavar="NAME,...",
        help=f"who is to understand them: {', '.join(Profile)}",
    )
    sidecars.add_argument(
        "--naming",
        choices=[naming.value for naming in Naming],
        help="of new ones: IMG_1.xmp or IMG_1.CR2.xmp",
    )
    sidecars.add_argument(
        "--prefer",
        choices=[Prefer.LIBRARY.value, Prefer.SIDECAR.value],
        help="whose word counts where both changed a mark; without it such photos are left alone and listed",
    )
    sidecars.add_argument(
        "--into-files",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="read and write JPEG, TIFF and DNG files themselves, too (needs ExifTool); the untouched files "
        "are kept in _originals of the album, and `export --undo` brings them back",
    )
    sidecars.add_argument(
        "--json", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="write the result there"
    )


def add_originals(commands: _Commands, common: argparse.ArgumentParser) -> None:
    originals = commands.add_parser(
        "originals",
        parents=[common],
        help="what `sidecars --into-files` keeps of an album, and moving it to the trash",
    )
    originals.add_argument("album", type=Path, metavar="ALBUM", help="folder of photos")
    originals.add_argument(
        "--trash", action="store_true", help="move them to the trash; without it they are only listed"
    )
    originals.add_argument(
        "--older-than",
        type=_days,
        default=0.0,
        metavar="DAYS",
        help="only those of runs that were so long ago",
    )


def _days(text: str) -> float:
    if not text.isdecimal() or len(text) > 5:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return float(text)


def _profiles(text: str) -> tuple[Profile, ...]:
    """Read "lightroom,darktable". Raises ArgumentTypeError naming the profiles there are."""
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in set(Profile)]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown profile {unknown[0]!r}; profiles are {', '.join(Profile)}")
    return tuple(dict.fromkeys(Profile(name) for name in names))
