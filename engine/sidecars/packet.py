"""The RDF of a sidecar: finds the properties of the photo, in all forms that XMP allows, and changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import SidecarError
from engine.sidecars.edits import Edits, element_text
from engine.sidecars.names import PREFIXES, RDF, XML, usual
from engine.sidecars.spans import Element, Name, attributes_of, parse

_RDF = (RDF, "RDF")
_DESCRIPTION = (RDF, "Description")
_CONTAINERS = ((RDF, "Seq"), (RDF, "Bag"), (RDF, "Alt"))
_ITEM = (RDF, "li")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a property is written: an attribute of a description, or an element inside it."""

    description: Element
    element: Element | None


class Packet:
    """One sidecar's XMP. Changes are collected; `changed` gives the new text.

    Raises SidecarError when it is no XMP. A property of Framepick's that is written in a form that cannot be
    understood (with qualifiers, or as a structure) is refused too, when it is looked at.
    """

    def __init__(self, text: str) -> None:
        self._data = text.encode()
        parsed = parse(self._data)
        self.declared = parsed.declared
        self._bindings = parsed.bindings
        self._edits = Edits(self._data)
        self._rdf = _find_rdf(parsed.root)
        self._descriptions = [child for child in self._rdf.children if child.name == _DESCRIPTION]
        self._declared_here: dict[tuple[int, str], str] = {}

    def changed(self) -> str:
        """Return the text with all changes made; the same text when there were none."""
        return self._edits.apply().decode()

    def described(self) -> str:
        """Return the text with a description to write into, where it has none yet."""
        if not self._descriptions:
            rdf = self._rdf_prefix(self._rdf)
            about = f' {rdf}about=""' if rdf else ""
            self._edits.add_child(self._rdf, lambda _: f"<{rdf}Description{about}/>")
        return self.changed()

    # -- reading

    def text(self, name: Name) -> str | None:
        """Return the value of a simple property, None where it is not there."""
        places = self._places(name)
        return self._value(places[0], name).strip() if places else None

    def items(self, name: Name) -> list[str] | None:
        """Return the items of an array, None where it is not there."""
        places = self._places(name)
        if not places:
            return None
        element = places[0].element
        if element is None:
            raise SidecarError(f"{usual(name)} is written as a text where a list belongs")
        return [item.text.strip() for array in _arrays(element) for item in array.children]

    def _places(self, name: Name) -> list[_Place]:
        """Return where a property is written: once in good XMP, but files with two are about."""
        found: list[_Place] = []
        for description in self._descriptions:
            if name in description.attributes:
                found.append(_Place(description, None))
            found += [_Place(description, child) for child in description.children if child.name == name]
        return found

    def _value(self, place: _Place, name: Name) -> str:
        if place.element is None:
            return place.description.attributes[name]
        others = [each for each in place.element.attributes if each[0] != XML]
        if place.element.children or others:
            raise SidecarError(f"{usual(name)} is written in a form that Framepick does not know")
        return place.element.text

    # -- changing

    def set_text(self, name: Name, value: str) -> None:
        """Give a simple property this value, in the form that it has or that its neighbours have."""
        places = self._places(name)
        for place in places:
            if self._value(place, name) != value:
                self._change(place, name, value)
        if not places:
            self._add(name, value)

    def remove(self, name: Name) -> None:
        """Take a simple property out; one that holds a comment is emptied instead."""
        for place in self._places(name):
            self._value(place, name)  # refuses what it does not know
            if place.element is None:
                self._edits.remove_attribute(place.description, self._written(place.description, name))
            elif b"<" in self._data[slice(*place.element.inside)]:
                self._edits.set_text(place.element, "")
            else:
                self._edits.remove_element(place.element)

    def set_items(self, name: Name, items: Sequence[str]) -> None:
        """Make these the items of an array, in this order."""
        if self.items(name) == list(items):
            return
        places = self._places(name)
        for place in places:
            assert place.element is not None
            self._change_items(place.element, items)
        if not places:
            self._add_array(name, items)

    def _change(self, place: _Place, name: Name, value: str) -> None:
        if place.element is None:
            self._edits.set_attribute(place.description, self._written(place.description, name), value)
        else:
            self._edits.set_text(place.element, value)

    def _change_items(self, element: Element, items: Sequence[str]) -> None:
        arrays = _arrays(element)
        rdf = self._rdf_prefix(element)
        if not arrays:
            self._edits.add_child(element, lambda space: _array(rdf, items, space))
            return
        for item in arrays[0].children:
            self._edits.remove_element(item)
        for text in items:
            self._edits.add_child(arrays[0], lambda _, text=text: element_text(f"{rdf}li", text))

    def _add(self, name: Name, value: str) -> None:
        description = self._description_for(name)
        written = f"{self._prefix(description, name[0])}:{name[1]}"
        if _likes_attributes(description):
            self._edits.add_attribute(description, written, value)
        else:
            self._edits.add_child(description, lambda _: element_text(written, value))

    def _add_array(self, name: Name, items: Sequence[str]) -> None:
        description = self._description_for(name)
        written = f"{self._prefix(description, name[0])}:{name[1]}"
        rdf = self._rdf_prefix(description)

        def make(space: str) -> str:
            inner = space + " " if "\n" in space else ""
            array = _array(rdf, items, inner)
            return f"<{written}>{inner}{array}{space if inner else ''}</{written}>"

        self._edits.add_child(description, make)

    def _description_for(self, name: Name) -> Element:
        """Return the description that speaks of this namespace already, else the first."""
        for description in self._descriptions:
            if any(each[0] == name[0] for each in description.attributes):
                return description
            if any(child.name[0] == name[0] for child in description.children):
                return description
        bound = [d for d in self._descriptions if name[0] in d.scope.values()]
        return (bound or self._descriptions)[0]

    def _prefix(self, description: Element, namespace: str) -> str:
        """Return a prefix of the namespace that counts at this description, binding one where needed.

        Exiv2 (so darktable and digiKam) gives up on a whole file where one namespace has two prefixes or one
        prefix two namespaces, so a prefix that the file uses anywhere is used here, too.
        """
        bound = [prefix for prefix, uri in description.scope.items() if uri == namespace and prefix]
        if bound:
            return bound[0]
        key = (id(description), namespace)
        if key not in self._declared_here:
            used = [prefix for prefix, uri in self._bindings if uri == namespace and prefix]
            used += [prefix for (_, uri), prefix in self._declared_here.items() if uri == namespace]
            taken = {prefix for prefix, uri in self._bindings if uri != namespace}
            taken |= {prefix for (_, uri), prefix in self._declared_here.items() if uri != namespace}
            prefix = _free(used[0] if used else PREFIXES[namespace], taken)
            self._declared_here[key] = prefix
            self._edits.add_attribute(description, f"xmlns:{prefix}", namespace)
        return self._declared_here[key]

    def _rdf_prefix(self, element: Element) -> str:
        prefix = next(prefix for prefix, uri in element.scope.items() if uri == RDF)
        return f"{prefix}:" if prefix else ""

    def _written(self, description: Element, name: Name) -> str:
        """Return the name of an attribute as it stands in the file."""
        return next(
            each.written
            for each in attributes_of(self._data, description)
            if _expanded(each.written, description) == name
        )


def _find_rdf(root: Element) -> Element:
    candidates = [root, *root.children]
    found = [element for element in candidates if element.name == _RDF]
    if len(found) != 1:
        raise SidecarError("it is no XMP (it has no rdf:RDF)" if not found else "it has rdf:RDF twice")
    return found[0]


def _arrays(element: Element) -> list[Element]:
    """Return the array inside a property, or nothing where it is empty."""
    if element.attributes or any(child.name not in _CONTAINERS for child in element.children[:1]):
        raise SidecarError(f"{usual(element.name)} is written in a form that Framepick does not know")
    for array in element.children:
        if any(item.name != _ITEM or item.children for item in array.children):
            raise SidecarError(f"{usual(element.name)} is written in a form that Framepick does not know")
    return element.children[:1]


def _array(rdf: str, items: Sequence[str], space: str) -> str:
    inner = space + " " if "\n" in space else ""
    made = "".join(inner + element_text(f"{rdf}li", text) for text in items)
    return f"<{rdf}Seq>{made}{space if inner else ''}</{rdf}Seq>"


def _likes_attributes(description: Element) -> bool:
    """Whether simple properties are written as attributes here."""
    properties = [name for name in description.attributes if name[0] not in ("", RDF, XML)]
    return bool(properties) or not description.children


def _free(prefix: str, taken: set[str]) -> str:
    number = 1
    wanted = prefix
    while wanted in taken:
        number += 1
        wanted = f"{prefix}{number}"
    return wanted


def _expanded(written: str, element: Element) -> Name:
    prefix, _, local = written.rpartition(":")
    return (element.scope.get(prefix, "") if prefix else "", local)
