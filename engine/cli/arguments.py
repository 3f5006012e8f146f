"""What all commands' options share: a parser that names the nearest known word, paths, ALBUM and --json."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import UsageError

Subparsers = argparse._SubParsersAction

COMMANDS = {
    "cull": "score an album and suggest picks, without the window",
    "compare": "show which picks would change without a model",
    "models": "show which model serves each role; install, verify or check weights",
    "decide": "accept or reject one photo",
    "export": "copy, move, link or zip chosen photos, or undo that",
    "reject": "move the rejected photos out of the album; nothing is deleted",
    "sidecars": "exchange decisions, stars and labels with other programs, by XMP",
    "originals": "list the originals that `sidecars --into-files` kept, or move them to the trash",
    "benchmark": "measure speed, accuracy or reliability",
    "train": "train a model on your own data",
}


class Parser(argparse.ArgumentParser):
    """Raises UsageError with the usage of the very command that was asked for, and says what may be meant."""

    given: Sequence[str] = ()

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - argparse overloads it
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Refuse unknown words here: argparse leaves those of a command to the program, with its usage."""
        self.given = tuple(args or ())
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [word for word in unknown if word.startswith("-")]
            self.error(self.told(options) if options else self.too_many(unknown, found))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            message = "\n".join([message, *self._choices(), *self._unknown_options()])
        raise UsageError(f"{self.format_usage().strip()}\n{message}")

    def too_many(self, unknown: Sequence[str], found: argparse.Namespace) -> str:
        """Return what to say of words that no argument takes."""
        return f"There is no room for {unknown[0]!r}. A path with spaces must stand between quotation marks."

    def told(self, options: Iterable[str]) -> str:
        """Return what to say of options that are none."""
        known = [name for name in self._option_string_actions if name.startswith("--")]
        lines: list[str] = []
        for option in options:
            near = difflib.get_close_matches(option.partition("=")[0], known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "For a file of that name put ./ before it."
            lines.append(f"There is no option {option}. {hint}")
        return "\n".join(lines)

    def _choices(self) -> list[str]:
        subparsers = [a for a in self._actions if isinstance(a, argparse._SubParsersAction)]
        return [f"{action.metavar} is one of {', '.join(action.choices)}" for action in subparsers]

    def _unknown_options(self) -> list[str]:
        known = self._option_string_actions
        words = [word for word in self.given if word.startswith("-") and word not in ("-", "--")]
        unknown = [w for w in words if not any(name.startswith(w.partition("=")[0]) for name in known)]
        return [self.told(unknown)] if unknown else []

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        near = difflib.get_close_matches(str(value), [str(choice) for choice in action.choices], n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise argparse.ArgumentError(
            action, f"{value!r} is not one of them. {hint}Known: {', '.join(map(str, action.choices))}"
        )


def add_command(commands: Subparsers, name: str, what: str, *parents: Parser, more: str = "") -> Parser:
    """Add a command. `what` stands in the list of commands and, with `more`, above the command's own help."""
    sentence = what[0].upper() + what[1:] + ("" if what.endswith("?") else ".")
    return commands.add_parser(name, parents=parents, help=what, description=f"{sentence} {more}".rstrip())


def path(text: str) -> Path:
    """Read a path. An empty one, as of an unset variable in a script, would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def count(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def add_album(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add ALBUM and --recursive."""
    parser.add_argument(
        "album", nargs="?" if optional else None, type=path, metavar="ALBUM", help="folder of photos"
    )
    add_recursive(parser)


def add_recursive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recursive", action="store_true", help="take the folders inside too")


def add_json(parser: argparse.ArgumentParser, what: str = "result") -> None:
    """Add --json FILE."""
    parser.add_argument(
        "--json", type=path, metavar="FILE", default=argparse.SUPPRESS, help=f"write the {what} there as JSON"
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add --device."""
    parser.add_argument("--device", help="auto, cpu, cuda, cuda:N or mps, instead of the settings' device")
