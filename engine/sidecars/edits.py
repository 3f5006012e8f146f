"""Changes cut into the bytes of an XML file. What is not named here keeps every byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from engine.sidecars.spans import Attribute, Element, attributes_of

_PIECES = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|[^<]+", re.DOTALL)


@dataclass(slots=True)
class _Additions:
    element: Element
    attributes: list[str] = field(default_factory=list)
    children: list[Callable[[str], str]] = field(default_factory=list)  # each gets its indentation


class Edits:
    """Collects changes of one document and makes them all at once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._cuts: list[tuple[int, int, bytes]] = []
        self._added: dict[int, _Additions] = {}

    def apply(self) -> bytes:
        """Return the changed document; the very same bytes when nothing was changed."""
        cuts = self._cuts + [cut for added in self._added.values() for cut in self._cuts_for(added)]
        data = self._data
        for start, end, new in sorted(cuts, key=lambda cut: (cut[0], cut[1]), reverse=True):
            data = data[:start] + new + data[end:]
        return data

    # -- attributes

    def attribute(self, element: Element, written: str) -> Attribute:
        return next(a for a in attributes_of(self._data, element) if a.written == written)

    def set_attribute(self, element: Element, written: str, value: str) -> None:
        start, end = self.attribute(element, written).value_span
        self._cut(start, end, _quoted(value))

    def remove_attribute(self, element: Element, written: str) -> None:
        self._cut(*self.attribute(element, written).span, "")

    def add_attribute(self, element: Element, written: str, value: str) -> None:
        self._additions(element).attributes.append(f'{written}="{_quoted(value)}"')

    # -- elements

    def set_text(self, element: Element, value: str) -> None:
        """Replace the text of an element without children; its comments stay."""
        if element.closed:
            end = element.end
            self._cut(end - 2, end, f">{escape(value)}</{element.written}>")
            return
        written = False
        for match in _PIECES.finditer(self._data, *element.inside):
            if match.group().startswith((b"<!--", b"<?")):
                continue
            self._cut(*match.span(), "" if written else escape(value))
            written = True
        if not written:
            self._cut(element.inside[0], element.inside[0], escape(value))

    def remove_element(self, element: Element) -> None:
        """Remove an element with the white space before it."""
        self._cut(element.start - len(self._space_before(element.start)), element.end, "")

    def add_child(self, parent: Element, make: Callable[[str], str]) -> None:
        """Add an element behind the children there are. `make` gets the white space that stands before it."""
        self._additions(parent).children.append(make)

    # -- how it is laid out

    def _cut(self, start: int, end: int, new: str) -> None:
        self._cuts.append((start, end, new.encode()))

    def _additions(self, element: Element) -> _Additions:
        return self._added.setdefault(id(element), _Additions(element))

    def _cuts_for(self, added: _Additions) -> list[tuple[int, int, bytes]]:
        cuts: list[tuple[int, int, bytes]] = []
        if added.attributes:
            there = attributes_of(self._data, added.element)
            space = self._space_of(there[-1]) if there else " "
            at = there[-1].span[1] if there else added.element.start + 1 + len(added.element.written.encode())
            cuts.append((at, at, "".join(space + new for new in added.attributes).encode()))
        if added.children:
            cuts.append(self._children_cut(added))
        return cuts

    def _children_cut(self, added: _Additions) -> tuple[int, int, bytes]:
        element = added.element
        if element.children:
            last = element.children[-1]
            space = self._space_before(last.start).decode()
            text = "".join(space + make(space) for make in added.children)
            return last.end, last.end, text.encode()
        outer = self._space_before(element.start).decode()
        inner = outer + " " if "\n" in outer else ""
        text = "".join(inner + make(inner) for make in added.children)
        start, end = element.inside
        if element.closed:
            return end - 2, end, f">{text}{outer if inner else ''}</{element.written}>".encode()
        behind = outer if inner and b"\n" not in self._data[start:end] else ""
        return start, start, (text + behind).encode()

    def _space_of(self, attribute: Attribute) -> str:
        start, end = attribute.span
        matched = re.match(rb"\s+", self._data[start:end])
        return matched.group().decode() if matched else " "

    def _space_before(self, at: int) -> bytes:
        begin = at
        while begin > 0 and self._data[begin - 1 : begin].isspace():
            begin -= 1
        return self._data[begin:at]


def _quoted(value: str) -> str:
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def element_text(written: str, text: str) -> str:
    return f"<{written}>{escape(text)}</{written}>"
