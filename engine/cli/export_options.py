"""The options of `export` and `reject`."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.export.sizes import LEAST_SIDE, MOST_SIDE, SMALL_SIDE

_Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_export(commands: _Commands, common: argparse.ArgumentParser) -> None:
    export = commands.add_parser("export", parents=[common], help="copy, move, link or pack the selection")
    export.add_argument("album", type=Path, metavar="ALBUM", nargs="?", help="folder of photos")
    export.add_argument("--recursive", action="store_true", help="take the folders inside too")
    export.add_argument("--to", dest="target", type=Path, metavar="DIR", help="folder, or FILE.zip")
    export.add_argument(
        "--what",
        default="accepted",
        help="accepted (the default), picks, rejected, undecided, all, 'stars>=N' or label=COLOUR; "
        "several with commas: all must hold",
    )
    export.add_argument(
        "--how",
        choices=("copy", "move", "hard-link", "symbolic-link", "zip"),
        default="copy",
        help="what to do with each file",
    )
    export.add_argument(
        "--layout",
        default="flat",
        help="flat, group, decision, date, or a template such as {date}/{camera}/{name}",
    )
    export.add_argument(
        "--list",
        dest="lists",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write a list with all scores (.csv, .json), of names (.txt) or a contact sheet (.html, .pdf)",
    )
    export.add_argument(
        "--thumbnails",
        type=Path,
        metavar="DIR",
        help="write a small JPEG of every photo there, without metadata",
    )
    export.add_argument(
        "--thumbnail-size",
        type=_side,
        default=SMALL_SIDE,
        metavar="PIXELS",
        help=f"the longest side of those ({LEAST_SIDE} to {MOST_SIDE}; default {SMALL_SIDE})",
    )
    export.add_argument("--no-sidecars", dest="sidecars", action="store_false", help="leave .xmp files out")
    _add_dry_run(export)
    _add_recovery(export)


def _side(text: str) -> int:
    if not text.isdecimal() or not LEAST_SIDE <= int(text) <= MOST_SIDE:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size: give a number of pixels from {LEAST_SIDE} to {MOST_SIDE}"
        )
    return int(text)


def add_reject(commands: _Commands, common: argparse.ArgumentParser) -> None:
    reject = commands.add_parser(
        "reject", parents=[common], help="take the rejected photos out of the album; deletes nothing"
    )
    reject.add_argument("album", type=Path, metavar="ALBUM", help="folder of photos")
    reject.add_argument("--recursive", action="store_true", help="take the folders inside too")
    reject.add_argument(
        "--to",
        dest="reject_to",
        choices=("folder", "trash"),
        required=True,
        help="folder: _rejected inside the album; trash: the system's",
    )
    _add_dry_run(reject)


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="list every action; write nothing")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="write the plan there"
    )


def _add_recovery(parser: argparse.ArgumentParser) -> None:
    recovery = parser.add_mutually_exclusive_group()
    words = {
        "resume": "go on with the export that was interrupted",
        "rollback": "take the export back that was interrupted",
        "undo": "take the last one back: removes our unchanged copies, moves back what was moved",
    }
    for name, text in words.items():
        recovery.add_argument(
            f"--{name}", dest="recovery", action="store_const", const=name, default=None, help=text
        )
