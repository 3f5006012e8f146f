"""Makes sidecars of all sorts for property tests: foreign structures, layouts, forms, encodings."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

XAP = "http://ns.adobe.com/xap/1.0/"
OURS = {
    "Rating": (XAP, ("-1", "0", "3", "5", "6", "2.0", "", "best")),
    "Label": (XAP, ("Red", "Green", "To Do", "Rot", "")),
    "pick": ("http://ns.adobe.com/xmp/1.0/DynamicMedia/", ("1", "0", "-1", "x")),
    "good": ("http://ns.adobe.com/xmp/1.0/DynamicMedia/", ("true", "False")),
    "LabelColor": ("http://ns.adobe.com/photoshop/1.0/", ("red", "purple", "")),
    "PickLabel": ("http://www.digikam.org/ns/1.0/", ("0", "1", "2", "3")),
    "ColorLabel": ("http://www.digikam.org/ns/1.0/", ("0", "1", "2", "9")),
    "Tagged": ("http://ns.camerabits.com/photomechanic/1.0/", ("True", "False")),
    "ColorClass": ("http://ns.camerabits.com/photomechanic/1.0/", ("0", "3", "8")),
    "Prefs": ("http://ns.camerabits.com/photomechanic/1.0/", ("1:3:0:008771", "odd")),
}
# Prefixes that programs use for our namespaces are bound to foreign ones here, too.
_PREFIXES = st.sampled_from(("crs", "lr", "dc", "xmp", "xap", "photoshop", "digiKam", "a.b-c", "é"))
_URIS = st.sampled_from(
    ("http://ns.adobe.com/camera-raw-settings/1.0/", "urn:x", "http://purl.org/dc/elements/1.1/")
)
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=12)
_WORD = st.sampled_from(("Exposure", "history", "Kürzel", "_x", "li.1"))
_SPACE = st.sampled_from((" ", "\n    ", "\n\t", "\r\n  "))


@st.composite
def comment(draw):
    return f"<!--{draw(_TEXT).replace('-', '=')}-->"


@st.composite
def value_text(draw):
    """Element text in one of the ways in which it can be written."""
    text = draw(_TEXT)
    form = draw(st.integers(0, 3))
    if form == 0 and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    if form == 1:
        return "".join(f"&#x{ord(c):x};" for c in text)
    return escape(text)


@st.composite
def foreign(draw, prefix, depth=2):
    """A foreign property: text, array, structure, qualified value."""
    name = f"{prefix}:{draw(_WORD)}"
    kind = draw(st.integers(0, 4)) if depth else 0
    space = draw(_SPACE)
    if kind == 1:
        items = draw(st.lists(value_text(), max_size=3))
        lang = draw(st.sampled_from(("", ' xml:lang="x-default"', ' xml:lang="de-DE"')))
        inner = "".join(f"{space}<rdf:li{lang}>{item}</rdf:li>" for item in items)
        array = draw(st.sampled_from(("Seq", "Bag", "Alt")))
        return f"<{name}><rdf:{array}>{inner}</rdf:{array}></{name}>"
    if kind == 2:
        inner = draw(foreign(prefix, depth - 1))
        return f'<{name} rdf:parseType="Resource">{space}{inner}{draw(comment())}</{name}>'
    if kind == 3:
        inner = draw(foreign(prefix, depth - 1))
        return f"<{name}><rdf:Description>{inner}</rdf:Description></{name}>"
    if kind == 4:
        return f"<{name} {prefix}:q={quoteattr(draw(_TEXT))}/>"
    return f"<{name}>{draw(value_text())}</{name}>"


@st.composite
def description(draw, ours):
    """One rdf:Description that holds these properties of ours, as (name, value), among foreign ones."""
    space, foreign_prefix, uri = draw(_SPACE), draw(_PREFIXES), draw(_URIS)
    bound = {foreign_prefix: uri}
    attributes, children = (
        [f"{foreign_prefix}:Att{n}={quoteattr(draw(_TEXT))}" for n in range(draw(st.integers(0, 2)))],
        [],
    )
    for number, (name, value) in enumerate(ours):
        prefix = f"p{number}" if OURS[name][0] == uri else draw(st.sampled_from((f"p{number}", f"q{number}")))
        bound[prefix] = OURS[name][0]
        if draw(st.booleans()):
            quote = draw(st.sampled_from("\"'"))
            attributes.append(f"{prefix}:{name}={quote}{value}{quote}")
        else:
            note = draw(st.sampled_from(("", "<!-- mine -->")))
            children.append(f"<{prefix}:{name}>{note}{value}</{prefix}:{name}>")
    children += draw(st.lists(foreign(foreign_prefix), max_size=3))
    children += draw(st.lists(comment(), max_size=1))
    about = draw(st.sampled_from((' rdf:about=""', " rdf:about='uuid:1'", "")))
    names = "".join(f"{space}xmlns:{p}={quoteattr(u)}" for p, u in bound.items())
    head = f"<rdf:Description{about}{names}" + "".join(space + a for a in draw(st.permutations(attributes)))
    inner = "".join(space + child for child in draw(st.permutations(children)))
    return f"{head}/>" if not inner else f"{head}>{inner}{space}</rdf:Description>"


@st.composite
def sidecar_text(draw):
    """A whole sidecar."""
    chosen = draw(st.lists(st.sampled_from(sorted(OURS)), unique=True, max_size=5))
    ours = [(name, draw(st.sampled_from(OURS[name][1]))) for name in chosen]
    split = draw(st.integers(0, len(ours)))
    blocks = [draw(description(ours[:split])), draw(description(ours[split:]))]
    inside = draw(_SPACE).join(blocks)
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n {inside}\n</rdf:RDF>'
    if draw(st.booleans()):
        rdf = f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="X">\n{rdf}\n</x:xmpmeta>'
    if draw(st.booleans()):
        start, padding = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', " " * 40
        rdf = f'{start}\n{rdf}\n{padding}\n<?xpacket end="w"?>'
    return draw(st.sampled_from(("", "<!-- before -->\n"))) + rdf


encodings = st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be+bom"))


def encode(text: str, encoding: str) -> bytes:
    if encoding == "utf-16-be+bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(encoding)
