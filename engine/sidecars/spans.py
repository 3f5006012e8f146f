"""Where each element and attribute of an XML file lies, so that one can be changed and all else kept.

Writing a parsed tree out again would lose the layout of attributes, the kind of quotes and the form of
character references. So nothing is written out again: changes are cut into the bytes, where they belong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from engine.errors import SidecarError

MOST_DEEP = 200  # elements inside each other; real sidecars have about 20
_SEPARATOR = "\x0c"  # no XML document can hold this character
_TAG_NAME = re.compile(rb"<[^\s/>]+")
_ATTRIBUTE = re.compile(rb"(\s+)([^\s=/>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
Name = tuple[str, str]  # namespace, local name


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. The span starts with the white space before it; the value's leaves the quotes out."""

    written: str  # its name with prefix, as in the file
    span: tuple[int, int]
    value_span: tuple[int, int]


@dataclass(eq=False, slots=True)
class Element:
    """One element. Offsets are in bytes; `inside` lies between its tags and is empty for `<a/>`."""

    name: Name
    prefix: str
    attributes: dict[Name, str]  # values as a reader sees them
    scope: dict[str, str]  # prefix to namespace, "" being the default
    start: int
    inside: tuple[int, int] = (0, 0)
    end: int = 0
    closed: bool = False  # written as <a/>
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def written(self) -> str:
        return f"{self.prefix}:{self.name[1]}" if self.prefix else self.name[1]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed document."""

    root: Element
    declared: str | None  # encoding that the XML declaration names
    bindings: tuple[tuple[str, str], ...]  # every prefix with its namespace, wherever it is bound


def parse(data: bytes) -> Parsed:
    """Parse UTF-8 text. Raises SidecarError when it is malformed, too deep, or holds a document type."""
    return _Parser(data).parse()


class _Parser:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._expat = expat.ParserCreate("utf-8", _SEPARATOR)
        self._expat.namespace_prefixes = True
        self._expat.buffer_text = True
        self._expat.ordered_attributes = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.StartNamespaceDeclHandler = self._declare_prefix
        self._expat.StartDoctypeDeclHandler = _refuse_document_type
        self._expat.XmlDeclHandler = self._declare
        self._open: list[Element] = []
        self._prefixes: dict[str, str] = {}
        self._bindings: dict[tuple[str, str], None] = {}
        self._root: Element | None = None
        self._declared: str | None = None

    def parse(self) -> Parsed:
        try:
            self._expat.Parse(self._data, True)
        except expat.ExpatError as error:
            raise SidecarError(f"it is not well-formed XML ({error})") from error
        assert self._root is not None
        return Parsed(self._root, self._declared, tuple(self._bindings))

    def _declare(self, version: str, encoding: str | None, standalone: int) -> None:
        self._declared = encoding

    def _declare_prefix(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes[prefix or ""] = uri or ""
        self._bindings[prefix or "", uri or ""] = None

    def _start(self, name: str, attributes: list[str]) -> None:
        scope = self._open[-1].scope if self._open else {}
        if self._prefixes:
            scope, self._prefixes = scope | self._prefixes, {}
        split, prefix = _split(name)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        values = {_split(each)[0]: value for each, value in pairs}
        element = Element(split, prefix, values, scope, self._expat.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        if len(self._open) > MOST_DEEP:
            raise SidecarError(f"it has more than {MOST_DEEP} elements inside each other")

    def _characters(self, text: str) -> None:
        self._open[-1].text += text

    def _end(self, name: str) -> None:
        element = self._open.pop()
        opened, element.closed = _end_of_tag(self._data, element.start)
        closing = opened if element.closed else self._expat.CurrentByteIndex
        element.inside = (opened, closing)
        element.end = opened if element.closed else self._data.index(b">", closing) + 1


def _refuse_document_type(*_: object) -> NoReturn:
    raise SidecarError("it holds a document type definition, which XMP does not need and attacks are made of")


def _split(name: str) -> tuple[Name, str]:
    """Return namespace and local name, and the prefix, of what expat calls an element or attribute."""
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return ("", parts[0]), ""
    return (parts[0], parts[1]), parts[2] if len(parts) == 3 else ""


def attributes_of(data: bytes, element: Element) -> list[Attribute]:
    """Return where the attributes of a start tag lie, those that bind prefixes included."""
    found: list[Attribute] = []
    at = _name_end(data, element.start)
    while match := _ATTRIBUTE.match(data, at):
        value_span = match.span(3) if match.group(3) is not None else match.span(4)
        found.append(Attribute(match.group(2).decode(), match.span(), value_span))
        at = match.end()
    return found


def _name_end(data: bytes, start: int) -> int:
    match = _TAG_NAME.match(data, start)
    assert match is not None
    return match.end()


def _end_of_tag(data: bytes, start: int) -> tuple[int, bool]:
    """Return the offset behind a start tag, and whether it closes itself."""
    at = _name_end(data, start)
    while match := _ATTRIBUTE.match(data, at):
        at = match.end()
    end = data.index(b">", at) + 1
    return end, data[end - 2 : end] == b"/>"
