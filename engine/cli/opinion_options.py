"""Options of the commands that hold scores against people's opinions, and that train on them."""

from __future__ import annotations

import argparse
from pathlib import Path

Parsers = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_opinion_benchmarks(benchmarks: Parsers, common: argparse.ArgumentParser) -> None:
    """Add `benchmark biq`, `benchmark series` and `benchmark sizes`."""
    biq = benchmarks.add_parser(
        "biq", parents=[common], help="agreement with people on BIQ2021's official test photos"
    )
    _add_data(biq)
    _add_json(biq)
    series = benchmarks.add_parser(
        "series", parents=[common], help="of one scene shot again and again, is the best photo found?"
    )
    _add_data(series)
    _add_json(series)
    _add_splits(series)
    series.add_argument(
        "--part", choices=("test", "dev"), default="test", help="which series; choose models by dev"
    )
    sizes = benchmarks.add_parser(
        "sizes", parents=[common], help="how far a score moves when the same photo is a file of another size"
    )
    sizes.add_argument("--photos", type=Path, metavar="DIR", required=True, help="folder of large photos")
    _add_json(sizes)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="DIR", required=True, help="BIQ2021 as its repository lays it out"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="write the result there"
    )


def _add_splits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--splits",
        type=Path,
        metavar="CSV",
        required=True,
        help="which photo belongs to which series and use",
    )


def add_shipped_training(kinds: Parsers, data_dir: argparse.ArgumentParser) -> None:
    """Add `train quality` and `train default-comparator`, which make the weights that ship."""
    for kind, what in (
        ("quality", "the quality weights that ship with the program"),
        ("default-comparator", "the comparator's weights that ship, after those of quality"),
    ):
        parser = kinds.add_parser(kind, parents=[data_dir], help=what)
        _add_data(parser)
        _add_splits(parser)
        parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="weights go there")
        if kind == "quality":
            parser.add_argument(
                "--official", action="store_true", help="train on near-duplicates of test photos too"
            )
