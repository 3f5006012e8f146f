"""Compares two sidecars with libxml2, independently of the code that writes them.

`foreign_parts` gives everything in a sidecar that is not Framepick's to change: elements with their prefixes,
attributes in their order, text, comments, processing instructions and the bindings of prefixes.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

OURS = {
    "{http://ns.adobe.com/xap/1.0/}Rating",
    "{http://ns.adobe.com/xap/1.0/}Label",
    "{http://ns.adobe.com/xmp/1.0/DynamicMedia/}pick",
    "{http://ns.adobe.com/xmp/1.0/DynamicMedia/}good",
    "{http://ns.adobe.com/photoshop/1.0/}LabelColor",
    "{http://ns.adobe.com/photoshop/1.0/}SidecarForExtension",
    "{http://www.digikam.org/ns/1.0/}PickLabel",
    "{http://www.digikam.org/ns/1.0/}ColorLabel",
    "{http://darktable.sf.net/}colorlabels",
    "{http://ns.camerabits.com/photomechanic/1.0/}Tagged",
    "{http://ns.camerabits.com/photomechanic/1.0/}ColorClass",
    "{http://ns.camerabits.com/photomechanic/1.0/}Prefs",
}
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DESCRIPTION = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"


def parse(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, strip_cdata=False)
    return etree.fromstring(data, parser)


def foreign_parts(data: bytes) -> list[Any]:
    root = parse(data)
    before = [_node(each) for each in reversed(list(root.itersiblings(preceding=True)))]
    behind = [_node(each) for each in root.itersiblings()]
    return [before, _element(root, top=True), behind]


def prefixes(data: bytes) -> list[dict[Any, str]]:
    """Return the bindings that count at each element, in document order."""
    elements = parse(data).iter(etree.Element)
    return [dict(each.nsmap) for each in elements if not (_is_ours(each) or _is_empty_description(each))]


def _element(element: Any, *, top: bool = False) -> Any:
    described = element.tag == _DESCRIPTION
    attributes = [(k, v) for k, v in element.attrib.items() if not (described and k in OURS)]
    inside: list[Any] = [(element.text or "").strip()]
    for child in element:
        ours = described and child.tag in OURS
        if not _is_empty_description(child):  # XMP without any gets one
            inside.append(_comments(child) if ours else _node(child))
        inside.append((child.tail or "").strip())
    return (element.prefix, element.tag, attributes, [part for part in inside if part])


def _is_empty_description(element: Any) -> bool:
    if element.tag != _DESCRIPTION or not set(element.attrib) <= OURS | {_ABOUT}:
        return False
    return not element.get(_ABOUT) and all(child.tag in OURS for child in element)


def _comments(element: Any) -> list[Any]:
    """Comments inside one of our elements are not ours."""
    return [_node(each) for each in element.iter(etree.Comment, etree.ProcessingInstruction)]


def _node(node: Any) -> Any:
    if node.tag is etree.Comment:
        return ("comment", node.text)
    if node.tag is etree.ProcessingInstruction:
        return ("instruction", node.target, node.text)
    return _element(node)


def _is_ours(element: Any) -> bool:
    return any(each.tag in OURS for each in (element, *element.iterancestors()))
