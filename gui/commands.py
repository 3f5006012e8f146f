"""The one table of commands. It feeds menus, shortcuts, tooltips, the `?` sheet and the README's key table.

`python -m gui.commands` prints the table as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gui.command_table import TABLE, Command, Place

CATEGORIES = tuple(TABLE)
SYMBOLS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "PgUp": "Page Up", "PgDown": "Page Down"}


def _commands() -> tuple[Command, ...]:
    return tuple(
        Command(row[0], row[2], tuple(row[1].split()), category, row[3], **(row[4] if len(row) == 5 else {}))
        for category, rows in TABLE.items()
        for row in rows
    )


_OWN = _commands()
COMMANDS: list[Command] = list(_OWN)  # with the keys that count now; changed by `rebind` alone


class DuplicateKeyError(Exception):
    """Two commands claim one key in the same place."""


def check_keys(commands: Sequence[Command] = COMMANDS) -> None:
    """Raise DuplicateKeyError when a key means two things in one place, ValueError when an id is double."""
    owners: dict[tuple[Place, str], Command] = {}
    ids = [command.id for command in commands]
    if len(ids) != len(set(ids)):
        raise ValueError(f"A command id is used twice: {sorted(i for i in ids if ids.count(i) > 1)[0]}")
    for command in commands:
        for key in command.keys:
            for place in _places_reached(command.place):
                other = owners.setdefault((place, key.lower()), command)
                if other is not command:
                    raise DuplicateKeyError(
                        f"{key} is claimed by both {other.id} and {command.id} ({place})."
                    )


def rebind(keys: Mapping[str, Sequence[str]]) -> None:
    """Give commands other keys, by command id; all others have their own. Before the window is made.

    Raises DuplicateKeyError, and changes nothing, when a key would mean two things.
    """
    wanted = [replace(entry, keys=tuple(keys.get(entry.id, entry.keys))) for entry in _OWN]
    check_keys(wanted)
    COMMANDS[:] = wanted
    _BY_ID.update({entry.id: entry for entry in wanted})


def _places_reached(place: Place) -> tuple[Place, ...]:
    everywhere = tuple(each for each in Place if each is not Place.ANYWHERE)
    return everywhere if place is Place.ANYWHERE else (place,)


def command(command_id: str) -> Command:
    """Return the command of that id. Raises KeyError when there is none."""
    return _BY_ID[command_id]


_BY_ID = {entry.id: entry for entry in COMMANDS}


def tooltip(entry: Command) -> str:
    """Return the help text with the first key, as shown on buttons."""
    return f"{entry.help} ({entry.keys[0]})" if entry.keys else entry.help


def key_of(command_id: str) -> str:
    """Return the first key of a command, or its title where it has none, for sentences that name a key."""
    entry = command(command_id)
    return entry.keys[0] if entry.keys else f"“{entry.title}”"


def printed(key: str) -> str:
    """Return a key as it is printed on keyboards, without breaks."""
    return SYMBOLS.get(key, key).replace(" ", "\N{NO-BREAK SPACE}")


def keys_of(*command_ids: str) -> str:
    """Return the first keys of commands that belong together, as printed: "← →"; empty where one has none."""
    found = [command(each).keys for each in command_ids]
    return " ".join(printed(keys[0]) for keys in found) if all(found) else ""


def in_category(category: str) -> list[Command]:
    return [entry for entry in COMMANDS if entry.category == category]


def as_markdown() -> str:
    """Return the table as Markdown, one row per command."""
    lines = ["| Key | Command | What it does |", "|---|---|---|"]
    for category in CATEGORIES:
        for entry in in_category(category):
            where = "" if entry.place is Place.ANYWHERE else f" *({entry.place})*"
            keys = ", ".join(f"`{key}`" for key in entry.keys)
            lines.append(f"| {keys} | {entry.title}{where} | {entry.help} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_markdown())
