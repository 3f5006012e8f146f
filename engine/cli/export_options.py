"""The options of `export` and `reject`."""

from __future__ import annotations

import argparse

from engine.cli.arguments import COMMANDS, Parser, Subparsers, add_album, add_command, add_json, path
from engine.export.sizes import LEAST_SIDE, MOST_SIDE, SMALL_SIDE


def add_export(commands: Subparsers, common: Parser) -> None:
    export = add_command(commands, "export", COMMANDS["export"], common)
    add_album(export, optional=True)
    export.add_argument("--to", dest="target", type=path, metavar="DIR", help="folder, or FILE.zip")
    export.add_argument(
        "--what",
        metavar="PHOTOS",
        default="accepted",
        help="accepted (the default), picks, rejected, undecided, all, 'stars>=N' or label=COLOUR; "
        "several with commas: all must hold",
    )
    export.add_argument(
        "--how",
        choices=("copy", "move", "hard-link", "symbolic-link", "zip"),
        default="copy",
        help="what to do with each file (default: copy)",
    )
    export.add_argument(
        "--layout",
        default="flat",
        help="folders inside DIR: flat (the default), group, decision, date, or a template such as "
        "{date}/{camera}/{name}",
    )
    export.add_argument(
        "--list",
        dest="lists",
        type=path,
        action="append",
        default=[],
        metavar="FILE",
        help="write a list with all scores (.csv, .json), of names (.txt) or a contact sheet (.html, .pdf)",
    )
    export.add_argument(
        "--thumbnails",
        type=path,
        metavar="DIR",
        help="write a small JPEG of every photo there, without metadata",
    )
    export.add_argument(
        "--thumbnail-size",
        type=_side,
        default=SMALL_SIDE,
        metavar="PIXELS",
        help=f"their longest side ({LEAST_SIDE} to {MOST_SIDE}; default {SMALL_SIDE})",
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


def add_reject(commands: Subparsers, common: Parser) -> None:
    reject = add_command(commands, "reject", COMMANDS["reject"], common)
    add_album(reject)
    reject.add_argument(
        "--to",
        dest="reject_to",
        choices=("folder", "trash"),
        required=True,
        help="folder: into _rejected inside the album; trash: the system's trash",
    )
    _add_dry_run(reject)


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="list every action; write nothing")
    add_json(parser, "plan")


def _add_recovery(parser: argparse.ArgumentParser) -> None:
    recovery = parser.add_mutually_exclusive_group()
    words = {
        "resume": "go on with the export that was interrupted",
        "rollback": "take back the export that was interrupted",
        "undo": "take back the last export: remove unchanged copies, move back what was moved",
    }
    for name, text in words.items():
        recovery.add_argument(
            f"--{name}", dest="recovery", action="store_const", const=name, default=None, help=text
        )
