"""Options of the commands that measure albums and models, and of those that train models."""

from __future__ import annotations

import argparse

from engine.cli.arguments import (
    COMMANDS,
    Parser,
    Subparsers,
    add_album,
    add_command,
    add_json,
    add_recursive,
    count,
    path,
)
from engine.cli.opinion_options import add_shipped_training


def add_album_benchmarks(benchmarks: Subparsers, common: Parser) -> None:
    """Add `benchmark speed`, `benchmark navigation` and `benchmark soak`."""
    speed = add_command(benchmarks, "speed", "the cost of culling beside that of decoding alone", common)
    add_album(speed)
    add_json(speed)
    navigation = add_command(
        benchmarks, "navigation", "how long the next photo takes to appear, in the real window", common
    )
    add_album(navigation)
    navigation.add_argument(
        "--beside",
        type=path,
        metavar="VENV",
        help="step through the same JPEGs in cullet and foto-util, too, where that environment has them",
    )
    add_json(navigation)
    soak = add_command(
        benchmarks, "soak", "random keys in the real window: is anything lost or complained of?", common
    )
    soak.add_argument("albums", nargs="+", type=path, metavar="ALBUM", help="folders of photos")
    soak.add_argument("--minutes", type=_minutes, default=60.0, help="how long (60)")
    soak.add_argument("--seed", type=int, metavar="S", default=0, help="of the random keys (0)")
    add_json(soak)


def add_degradations(benchmarks: Subparsers, common: Parser) -> None:
    """Add `benchmark degradations`."""
    parser = add_command(
        benchmarks, "degradations", "does each model prefer photos to degraded copies of them?", common
    )
    parser.add_argument("--photos", type=path, metavar="DIR", required=True, help="folder of good photos")
    add_recursive(parser)
    parser.add_argument("--out", type=path, metavar="DIR", required=True, help="tables and report go there")
    parser.add_argument(
        "--models",
        metavar="NAME,...",
        help="some of: comparator, aesthetic, quality, rules, a metric (sharpness, noise, ...), the path "
        "of a checkpoint, open_clip:ARCHITECTURE:PATH (default: all that are installed)",
    )
    parser.add_argument("--limit", type=count, metavar="N", help="use N photos, drawn by the seed")
    parser.add_argument("--seed", type=int, metavar="S", default=0, help="of the draw (0)")


def add_train(commands: Subparsers, data_dir: Parser) -> None:
    """Add `train`, whose --config is that of the run. `data_dir` holds the option of that name alone."""
    train = add_command(commands, "train", COMMANDS["train"], data_dir)
    kinds = train.add_subparsers(
        title="models", dest="kind", required=True, metavar="MODEL", parser_class=Parser
    )
    for kind, what in (
        ("aesthetic", "a scorer, from AVA.txt and its photos"),
        ("comparator", "a Siamese comparator, from pairs of photos"),
    ):
        parser = add_command(kinds, kind, what, data_dir)
        parser.add_argument(
            "--config", dest="run_file", type=path, metavar="YAML", required=True, help="the run's settings"
        )
        parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
        if kind == "aesthetic":
            parser.add_argument("--pairs", action="store_true", help="learn from pairs of photos, by ranking")
    add_shipped_training(kinds, data_dir)


def add_models(benchmarks: Subparsers, common: Parser) -> None:
    """Add `benchmark models`."""
    parser = add_command(benchmarks, "models", "every model on every runtime, beside torch", common)
    parser.add_argument("--photos", type=path, metavar="DIR", help="folder of photos, faces among them")
    parser.add_argument("--limit", type=count, metavar="N", default=20, help="use the first N photos (20)")
    add_json(parser)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0.0 < minutes < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes")
    return minutes
