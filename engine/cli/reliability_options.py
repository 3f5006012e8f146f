"""The options of `benchmark reliability`."""

from __future__ import annotations

import argparse
from pathlib import Path

_Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_reliability(benchmarks: _Commands, common: argparse.ArgumentParser) -> None:
    """Add `benchmark reliability`."""
    parser = benchmarks.add_parser(
        "reliability", parents=[common], help="kills, damaged files, hostile folders: what is lost?"
    )
    parser.add_argument("--quick", action="store_true", help="a few of each instead of hundreds")
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="DIR",
        default=None,
        help="damage copies of these photos too; the folder is only read",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="write the result there"
    )
