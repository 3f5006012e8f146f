"""Reads the owner's own keys: `keys.yaml` in the data directory, one line per command, `id: [key, ...]`."""

from __future__ import annotations

import difflib
from pathlib import Path

import yaml
from PySide6.QtGui import QKeySequence

from engine.errors import SettingsError
from engine.paths import DataDir
from gui.commands import COMMANDS, DuplicateKeyError, rebind

NAME = "keys.yaml"


def apply_keys(data_dir: DataDir) -> None:
    """Give commands the keys of the file; each has its own where the file does not name it.

    Raises SettingsError, with all commands on their own keys, when the file cannot be used: an unknown
    command or key, or a key that two commands claim.
    """
    rebind({})
    file = data_dir.root / NAME
    if file.exists():
        keys = _read(file)
        try:
            rebind(keys)
        except DuplicateKeyError as error:
            reason = f"{file}: {error} All commands have their own keys until that is put right."
            raise SettingsError(reason) from error


def _read(file: Path) -> dict[str, tuple[str, ...]]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"The keys in {file} cannot be read: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f"{file} must hold lines such as `review.accept: [P, Space]`.")
    return {_known(str(name), file): _keys(str(name), value, file) for name, value in found.items()}


def _known(name: str, file: Path) -> str:
    own = {command.id for command in COMMANDS if not command.native}
    if name in own:
        return name
    if any(command.id == name for command in COMMANDS):
        raise SettingsError(f"{file}: the keys of {name} belong to the view and cannot be changed.")
    near = difflib.get_close_matches(name, own, n=1)
    raise SettingsError(f"{file}: unknown command {name}.{f' Did you mean {near[0]}?' if near else ''}")


def _keys(name: str, value: object, file: Path) -> tuple[str, ...]:
    keys = tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value is not None else ()
    for key in keys:
        if not QKeySequence(key).toString():
            raise SettingsError(f"{file}: {name}: there is no key {key!r}.")
    return keys
