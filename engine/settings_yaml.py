"""Reads a settings file into plain values, and says in plain words where it cannot be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from engine.errors import SettingsError

MOST_BYTES = 1_000_000  # settings are a page of text; what is larger is another file
_HOW = 'Write one "key: value" per line, and indent what belongs to a section with spaces.'
_PROBLEMS = (
    ("escape", "a backslash in double quotation marks means something else; use single quotation marks"),
    ("found character '\\t'", "a tab stands where spaces are needed; indent with spaces"),
    ("could not find expected ':'", "a colon is missing after a key"),
    ("mapping values are not allowed", "there is a colon too many, or the line is indented wrongly"),
    ("expected ',' or", "a bracket is opened and not closed"),
    ("did not find expected", "the line is indented unlike those around it, or a bracket or quote is open"),
    ("expected <block end>", "the line is indented unlike those around it"),
    ("quoted scalar", "a quotation mark is opened and not closed"),
    ("expected a single document", 'a second part begins with "---"; settings are one part only'),
    ("special characters are not allowed", "it holds characters that are no text"),
    ("expected the node content", "a bracket or a value is not finished"),
)


# Lines of other kinds of settings files, and what is written here instead.
_FOREIGN_LINES = (
    (re.compile(r"\s*(;|//)"), "comments begin with #"),
    (re.compile(r"\s*\[[\w.]+\]\s*$"), 'a section is a word with a colon, such as "album:"'),
    (re.compile(r"\s*[\w.]+\s*=\s*\S"), "a colon and a space stand between key and value, no equals sign"),
    (re.compile(r"\s*[a-z_]+:[^\s:/]"), "a space is missing after the colon"),
)
_PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
# A line such as "# ava_checkpoint: runs/7/best_model.pt": a key and a path, not a sentence.
_COMMENTED_PATH = re.compile(
    r"""\s*\#[#\s]*(?P<key>\w+):\s+(?P<quote>['"]?)
    (?:[^'"#]*[/\\][^'"#]*|[^'"#]+\.(?:pth?|ckpt|safetensors))(?P=quote)\s*(?:\#.*)?$""",
    re.VERBOSE,
)
_ODD_SPACE = re.compile(r"[^\S ]")


class _Loader(yaml.SafeLoader):
    """YAML without what settings do not need: repeated parts, tags of other programs, doubled keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _mistake(event.start_mark, "anchors (&) and aliases (*) are not used in settings; "
                           "write the value out")  # fmt: skip
        return super().compose_node(parent, index)


# YAML takes 1e-4 for text, because it lacks a point.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


class SettingsText:
    """A settings file as read: its values, and the line of each key."""

    def __init__(self, path: Path) -> None:
        """Raises SettingsError naming file and line."""
        self.path = path
        self._text = _text(path)
        try:
            self._node = _compose(self._text)
            self.values = _values(self._node)
        except _MistakeError as error:
            told = _foreign_line(self._text, error.line) or error
            raise SettingsError(f"{path}, line {told.line}: {told.what}.") from error
        except RecursionError as error:
            raise SettingsError(f"{path}: sections lie within sections too deeply. {_HOW}") from error

    def line_of(self, keys: tuple[str, ...]) -> int:
        """Return the line of a key, or of its nearest section that is there; 0 when there is none."""
        node, line = self._node, 0
        for key in keys:
            if not isinstance(node, yaml.MappingNode):
                break
            found = next(((k, v) for k, v in node.value if k.value == key), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return line

    def lines(self) -> dict[str, str]:
        """Return "FILE, line N" of every key that is there, sections and all."""
        found: dict[str, str] = {}
        self._note_lines(self._node, "", found)
        return found

    def commented_paths(self) -> dict[str, str]:
        """Return "FILE, line N" of every key whose line is commented out and names a file."""
        found: dict[str, str] = {}
        for number, line in enumerate(self._text.splitlines(), start=1):
            if match := _COMMENTED_PATH.match(line):
                found[match["key"]] = f"{self.path}, line {number}"
        return found

    def _note_lines(self, node: yaml.Node | None, above: str, found: dict[str, str]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = f"{above}{key.value}"
                found[name] = f"{self.path}, line {key.start_mark.line + 1}"
                self._note_lines(value, f"{name}.", found)


class _MistakeError(Exception):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


def _foreign_line(text: str, last: int) -> _MistakeError | None:
    """Return the first line up to `last` that is written as other programs have it; None without one."""
    for number, line in enumerate(text.splitlines()[:last], start=1):
        for form, words in _FOREIGN_LINES:
            if form.match(line):
                return _MistakeError(number, f"{words}. {_HOW.removesuffix('.')}")
    return None


def _mistake(mark: yaml.Mark | None, what: str) -> _MistakeError:
    return _MistakeError(mark.line + 1 if mark else 1, what)


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise SettingsError(f"{path} is a folder. Give the settings file itself.")
        if path.exists() and not path.is_file():
            raise SettingsError(f"{path} is no ordinary file. Give a settings file.")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise SettingsError(f"Settings file not found: {path}") from error
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{path} is far too large for a settings file. Is it another file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line}: this is no UTF-8 text. Save the file as UTF-8.") from error


def _compose(text: str) -> yaml.Node | None:
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _MistakeError(line, "there are characters that are no text") from error
    except yaml.MarkedYAMLError as error:
        raise _mistake(error.problem_mark or error.context_mark, _in_words(error)) from error
    finally:
        if loader is not None:
            loader.dispose()


def _in_words(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    words = next((words for part, words in _PROBLEMS if part in said), "this line cannot be understood")
    return f"{words}. {_HOW.removesuffix('.')}"


def _values(root: yaml.Node | None) -> dict[str, Any]:
    if root is None or (isinstance(root, yaml.ScalarNode) and root.tag.endswith(":null")):
        return {}
    if not isinstance(root, yaml.MappingNode):
        what = "a list" if isinstance(root, yaml.SequenceNode) else "a text"
        raise _mistake(
            root.start_mark, f"settings must be keys and values, not {what}. {_HOW.removesuffix('.')}"
        )
    return _mapping(root, ())


def _mapping(node: yaml.MappingNode, above: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _mistake(key.start_mark, "a key must be one word")
        name = (*above, key.value)
        if _ODD_SPACE.search(key.value):
            raise _mistake(
                key.start_mark, "a no-break space or the like stands where a plain space is needed"
            )
        if key.value in values:
            raise _mistake(key.start_mark, f"{'.'.join(name)} is there twice. Keep one of them")
        values[key.value] = _value(value, name)
    return values


def _value(node: yaml.Node, name: tuple[str, ...]) -> Any:
    if "python" in node.tag or not node.tag.startswith("tag:yaml.org,2002:"):
        raise _mistake(node.start_mark, f"{'.'.join(name)}: tags (!) are not used in settings")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, name) for each in node.value]
    if node.tag.endswith(":int") and not _PLAIN_NUMBER.match(node.value):
        raise _mistake(
            node.start_mark, f"{'.'.join(name)}: {node.value} can be read in two ways; write a plain number"
        )
    try:
        return _Scalars().construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        dotted = ".".join(name)
        raise _mistake(node.start_mark, f"{dotted} has a value that cannot be understood") from error


class _Scalars(yaml.constructor.SafeConstructor):
    """Turns one value into text, number, yes or no, or nothing."""
