"""The options of `benchmark reliability`."""

from __future__ import annotations

from engine.cli.arguments import Parser, Subparsers, add_command, add_json, path


def add_reliability(benchmarks: Subparsers, common: Parser) -> None:
    """Add `benchmark reliability`."""
    parser = add_command(
        benchmarks, "reliability", "kills, damaged files, hostile folders: what is lost?", common
    )
    parser.add_argument("--quick", action="store_true", help="a few of each instead of hundreds")
    parser.add_argument(
        "--photos",
        type=path,
        metavar="DIR",
        default=None,
        help="damage copies of these photos too; the folder is only read",
    )
    add_json(parser)
