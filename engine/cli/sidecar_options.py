"""The options of `sidecars`."""

from __future__ import annotations

import argparse

from engine.cli.arguments import COMMANDS, Parser, Subparsers, add_album, add_command, add_json, path
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.sidecars.profiles import Profile


def add_sidecars(commands: Subparsers, common: Parser) -> None:
    sidecars = add_command(
        commands, "sidecars", COMMANDS["sidecars"], common, more="Give --read, --write or both."
    )
    add_album(sidecars)
    sidecars.add_argument("--read", action="store_true", help="take over what other programs wrote")
    sidecars.add_argument("--write", action="store_true", help="write what you decided into sidecars")
    sidecars.add_argument(
        "--dry-run", action="store_true", help="show what would change, as a diff per file; write nothing"
    )
    sidecars.add_argument(
        "--profile",
        dest="profiles",
        type=_profiles,
        metavar="NAME,...",
        help=f"write what these programs understand: {', '.join(Profile)}",
    )
    sidecars.add_argument(
        "--naming",
        choices=[naming.value for naming in Naming],
        help="names of new sidecars: IMG_1.xmp (basename) or IMG_1.CR2.xmp (full)",
    )
    sidecars.add_argument(
        "--prefer",
        choices=[Prefer.LIBRARY.value, Prefer.SIDECAR.value],
        help="who wins where both changed a mark; without this such photos are left alone and listed",
    )
    sidecars.add_argument(
        "--into-files",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="read and write JPEG, TIFF and DNG files themselves, too (needs ExifTool); the untouched files "
        "are kept in _originals of the album, and `export --undo` brings them back",
    )
    add_json(sidecars)


def add_originals(commands: Subparsers, common: Parser) -> None:
    originals = add_command(commands, "originals", COMMANDS["originals"], common)
    originals.add_argument("album", type=path, metavar="ALBUM", help="folder of photos")
    originals.add_argument(
        "--trash", action="store_true", help="move them to the trash; without it they are only listed"
    )
    originals.add_argument(
        "--older-than",
        type=_days,
        default=0.0,
        metavar="DAYS",
        help="only those of runs at least that many days ago",
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
