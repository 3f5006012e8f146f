"""Reads the command line into options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from engine.cli.bench_options import add_degradations, add_models, add_train
from engine.cli.export_options import add_export, add_reject
from engine.cli.opinion_options import add_opinion_benchmarks
from engine.cli.reliability_options import add_reliability
from engine.cli.sidecar_options import add_originals, add_sidecars
from engine.errors import UsageError
from engine.export.sizes import SMALL_SIDE
from engine.sidecars.profiles import Profile
from engine.types import Role

COMMANDS = (
    "cull",
    "compare",
    "models",
    "decide",
    "export",
    "reject",
    "sidecars",
    "originals",
    "benchmark",
    "train",
)


@dataclass(frozen=True, slots=True)
class Options:
    """A parsed command line. `command` is "open" when the window is wanted; only its own fields are set."""

    command: str
    data_dir: Path | None = None
    config: Path | None = None
    album: Path | None = None
    recursive: bool = False
    json: Path | None = None
    device: str | None = None
    without: frozenset[Role] = frozenset()
    require: frozenset[Role] = frozenset()
    action: str | None = None  # of `models`; None prints the status
    source: Path | None = None  # --from, or the file to check
    photos: Path | None = None  # --photos
    photo: str = ""
    decision: str = "none"
    target: Path | None = None  # --to
    what: str = "accepted"
    how: str = "copy"
    layout: str = "flat"
    sidecars: bool = True
    lists: Sequence[Path] = ()  # --list
    thumbnails: Path | None = None
    thumbnail_size: int = SMALL_SIDE
    dry_run: bool = False
    recovery: str | None = None  # of `export`: resume, rollback or undo
    reject_to: str = "folder"
    trash: bool = False  # of `originals`
    older_than: float = 0.0  # days
    read: bool = False  # of `sidecars`
    write: bool = False
    profiles: tuple[Profile, ...] | None = None
    naming: str | None = None
    prefer: str | None = None
    into_files: bool | None = None  # None: as the settings say
    benchmark: str = ""
    quick: bool = False
    photos: Path | None = None
    out: Path | None = None
    models: str | None = None
    limit: int | None = None
    seed: int = 0
    kind: str = ""  # of `train`
    run_file: Path | None = None
    pairs: bool = False
    resume: bool = False
    data: Path | None = None
    splits: Path | None = None
    part: str = "test"
    official: bool = False
    albums: Sequence[Path] = ()  # of `benchmark soak`
    minutes: float = 60.0
    beside: Path | None = None  # of `benchmark navigation`


class _Version(argparse.Action):
    """Prints the version of what is installed; looked up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"framepick {version('framepick')}")
        except PackageNotFoundError:
            print("framepick, not installed: its version stands in pyproject.toml")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.format_usage().strip()}\n{message}")


def parse(arguments: Sequence[str]) -> Options:
    """Return the options. Raises UsageError; --help prints and exits."""
    first = next((a for a in _positionals(arguments)), None)
    parser = _command_parser() if first in COMMANDS else _window_parser()
    options = Options(**vars(parser.parse_args(list(arguments))))
    wanted = options.target or options.lists or options.thumbnails
    missing = options.album is None or not wanted
    if options.command == "export" and options.recovery is None and missing:
        raise UsageError(
            "Name the album and where to: framepick export ALBUM --to DIR (or --list FILE, --thumbnails DIR)"
        )
    return options


def _positionals(arguments: Sequence[str]) -> list[str]:
    """Return arguments that are neither options nor values of the options that go before a command."""
    found: list[str] = []
    skip = False
    for argument in arguments:
        if not skip and not argument.startswith("-"):
            found.append(argument)
        skip = not skip and argument in ("--data-dir", "--config")
    return found


def _data_dir_alone() -> _Parser:
    parent = _Parser(add_help=False)
    parent.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="keep config, cache, library and models there",
    )
    return parent


def _common() -> _Parser:
    common = _data_dir_alone()
    common.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="settings file to use instead of config.yaml in the data directory",
    )
    return common


def _window_parser() -> argparse.ArgumentParser:
    commands = ", ".join(COMMANDS)
    parser = _Parser(
        prog="framepick",
        parents=[_common()],
        description="Photo culling that always says which model is at work.",
        epilog=f"Without the window: framepick COMMAND --help, with COMMAND one of {commands}.",
    )
    parser.add_argument("album", nargs="?", type=Path, metavar="ALBUM", help="folder of photos to open")
    parser.add_argument("--recursive", action="store_true", help="open the folders inside too")
    parser.add_argument(
        "--version", action=_Version, nargs=0, default=argparse.SUPPRESS, help="say which version this is"
    )
    parser.set_defaults(command="open")
    return parser


def _command_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="framepick", parents=[_common()])
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for add in (_add_cull, _add_compare, _add_models, _add_decide, _add_benchmark):
        add(commands)
    add_export(commands, _common())
    add_reject(commands, _common())
    add_sidecars(commands, _common())
    add_originals(commands, _common())
    add_train(commands, _data_dir_alone())
    return parser


_Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def _add_cull(commands: _Commands) -> None:
    cull = commands.add_parser("cull", parents=[_common()], help="scan to picks without a window")
    _add_album(cull)
    _add_json(cull)
    cull.add_argument("--device", help="auto, cpu, cuda, cuda:N or mps")
    cull.add_argument(
        "--without", type=_roles, default=frozenset(), metavar="ROLE,...", help="roles to leave out"
    )
    cull.add_argument(
        "--require", type=_roles, default=frozenset(), metavar="ROLE,...", help="exit with 4 unless these ran"
    )


def _add_compare(commands: _Commands) -> None:
    compare = commands.add_parser(
        "compare", parents=[_common()], help="which picks are others without a role; scores only what is new"
    )
    _add_album(compare)
    _add_json(compare)
    compare.add_argument(
        "--without", type=_roles, required=True, metavar="ROLE,...", help="roles to leave out of the picks"
    )


def _add_models(commands: _Commands) -> None:
    models = commands.add_parser("models", parents=[_common()], help="status of every role's model")
    _add_json(models)
    actions = models.add_subparsers(dest="action", parser_class=_Parser)
    install = actions.add_parser("install", parents=[_common()], help="bring the embedded default weights")
    install.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="take them from there, no network"
    )
    actions.add_parser("verify", parents=[_common()], help="check the weights against their SHA-256")
    check = actions.add_parser("check", parents=[_common()], help="does this weights file work, and know?")
    check.add_argument("source", type=Path, metavar="FILE", help="a checkpoint, or an embedded default")
    check.add_argument("--photos", type=Path, metavar="DIR", help="good photos to check with")
    check.add_argument("--device", help="auto, cpu, cuda, cuda:N or mps")
    _add_json(check)


def _add_decide(commands: _Commands) -> None:
    decide = commands.add_parser("decide", parents=[_common()], help="accept or reject one photo")
    decide.add_argument("album", type=Path, metavar="ALBUM")
    decide.add_argument("photo", metavar="PHOTO", help="path of the photo, relative to the album")
    decide.add_argument("decision", choices=("accept", "reject", "none"))


def _add_benchmark(commands: _Commands) -> None:
    benchmark = commands.add_parser("benchmark", parents=[_common()], help="measure and print figures")
    names = benchmark.add_subparsers(dest="benchmark", required=True, parser_class=_Parser)
    speed = names.add_parser("speed", parents=[_common()], help="cost of culling beside that of decoding")
    _add_album(speed)
    _add_json(speed)
    navigation = names.add_parser(
        "navigation", parents=[_common()], help="waiting for the next photo, in the real window"
    )
    _add_album(navigation)
    navigation.add_argument(
        "--beside",
        type=Path,
        metavar="VENV",
        help="step through the same JPEGs in cullet and foto-util, too, where that environment has them",
    )
    _add_json(navigation)
    soak = names.add_parser(
        "soak",
        parents=[_common()],
        help="random keys in the real window; tells what was lost or complained of",
    )
    soak.add_argument("albums", nargs="+", type=Path, metavar="ALBUM", help="folders of photos")
    soak.add_argument("--minutes", type=float, default=60.0, help="how long (60)")
    soak.add_argument("--seed", type=int, default=0, help="of the random keys (0)")
    _add_json(soak)
    add_degradations(names, _common())
    models = add_models(names, _common())
    _add_json(models)
    add_reliability(names, _common())
    add_opinion_benchmarks(names, _common())


def _add_album(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("album", type=Path, metavar="ALBUM", help="folder of photos")
    parser.add_argument("--recursive", action="store_true", help="take the folders inside too")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="write the result there"
    )


def _roles(text: str) -> frozenset[Role]:
    """Read "aesthetic,portrait". Raises ArgumentTypeError naming the roles there are."""
    known = {role.value: role for role in Role}
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown role {unknown[0]!r}; roles are {', '.join(known)}")
    return frozenset(known[name] for name in names)
