"""Options of the commands that measure models and train them."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.opinion_options import add_shipped_training

Parsers = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_degradations(benchmarks: Parsers, common: argparse.ArgumentParser) -> None:
    """Add `benchmark degradations`."""
    parser = benchmarks.add_parser(
        "degradations", parents=[common], help="does each model prefer photos to degraded copies of them?"
    )
    parser.add_argument("--photos", type=Path, metavar="DIR", required=True, help="folder of good photos")
    parser.add_argument("--recursive", action="store_true", help="take the folders inside too")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="tables and report go there")
    parser.add_argument(
        "--models",
        metavar="NAME,...",
        help="comparator, aesthetic, quality, rules, a metric (sharpness, noise, ...), paths of checkpoints, "
        "open_clip:ARCHITECTURE:PATH; "
        "all that are there unless given",
    )
    parser.add_argument("--limit", type=_count, metavar="N", help="use N photos, drawn by the seed")
    parser.add_argument("--seed", type=int, metavar="S", default=0)


def add_train(commands: Parsers, data_dir: argparse.ArgumentParser) -> None:
    """Add `train`, whose --config is that of the run. `data_dir` holds the option of that name alone."""
    train = commands.add_parser("train", parents=[data_dir], help="train a model on your own data")
    kinds = train.add_subparsers(dest="kind", required=True, parser_class=type(data_dir))
    for kind, what in (
        ("aesthetic", "a scorer, from AVA.txt and its photos"),
        ("comparator", "a Siamese comparator, from pairs of photos"),
    ):
        parser = kinds.add_parser(kind, parents=[data_dir], help=what)
        parser.add_argument(
            "--config",
            dest="run_file",
            type=Path,
            metavar="YAML",
            required=True,
            help="what to train, on what",
        )
        parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
        if kind == "aesthetic":
            parser.add_argument("--pairs", action="store_true", help="learn from pairs of photos, by ranking")
    add_shipped_training(kinds, data_dir)


def add_models(benchmarks: Parsers, common: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add `benchmark models`."""
    parser = benchmarks.add_parser(
        "models", parents=[common], help="every model on every runtime, beside torch"
    )
    parser.add_argument("--photos", type=Path, metavar="DIR", help="folder of photos, faces among them")
    parser.add_argument("--limit", type=_count, metavar="N", default=20, help="use the first N (20)")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)
