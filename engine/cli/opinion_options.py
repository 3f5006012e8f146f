"""Options of the commands that hold scores against people's opinions, and that train on them."""

from __future__ import annotations

import argparse

from engine.cli.arguments import Parser, Subparsers, add_command, add_json, path


def add_opinion_benchmarks(benchmarks: Subparsers, common: Parser) -> None:
    """Add `benchmark biq`, `benchmark series` and `benchmark sizes`."""
    biq = add_command(
        benchmarks, "biq", "how far scores agree with people, on BIQ2021's official test photos", common
    )
    _add_data(biq)
    add_json(biq)
    series = add_command(
        benchmarks, "series", "of one scene shot again and again, is the best photo found?", common
    )
    _add_data(series)
    add_json(series)
    _add_splits(series)
    series.add_argument(
        "--part",
        choices=("test", "dev"),
        default="test",
        help="test (default); models are chosen by dev",
    )
    sizes = add_command(
        benchmarks, "sizes", "how far a score moves when the same photo is a file of another size", common
    )
    sizes.add_argument("--photos", type=path, metavar="DIR", required=True, help="folder of large photos")
    add_json(sizes)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=path, metavar="DIR", required=True, help="a copy of the BIQ2021 repository"
    )


def _add_splits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--splits",
        type=path,
        metavar="CSV",
        required=True,
        help="which photo belongs to which series and use (biq_splits.csv)",
    )


def add_shipped_training(kinds: Subparsers, data_dir: Parser) -> None:
    """Add `train quality` and `train default-comparator`, which make the weights that ship."""
    for kind, what in (
        ("quality", "the quality weights that ship with the program"),
        ("default-comparator", "the comparator's weights that ship, after those of quality"),
    ):
        parser = add_command(kinds, kind, what, data_dir)
        _add_data(parser)
        _add_splits(parser)
        parser.add_argument("--out", type=path, metavar="DIR", required=True, help="weights go there")
        if kind == "quality":
            parser.add_argument(
                "--official", action="store_true", help="train on near-duplicates of test photos too"
            )
