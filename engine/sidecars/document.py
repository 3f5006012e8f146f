"""One sidecar as a value: what its bytes say, and what its bytes become when marks are written into it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.errors import SidecarError
from engine.sidecars.encodings import Encoding, check_declared, decode
from engine.sidecars.fields import read_fields
from engine.sidecars.names import SIDECAR_FOR_EXTENSION
from engine.sidecars.packet import Packet
from engine.sidecars.profiles import Targets, write_fields
from engine.types import Marks

MOST_BYTES = 32 << 20  # Lightroom's masks and darktable's history stay far below

# As Lightroom begins one; the line breaks set the layout of what is added.
_EMPTY = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Framepick">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"/>
 </rdf:RDF>
</x:xmpmeta>
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A sidecar that was understood. `fields` are those of fields.py, by their usual names."""

    text: str
    encoding: Encoding
    fields: Mapping[str, str]
    for_extension: str | None  # photoshop:SidecarForExtension, as written
    sha256: str  # of the file; "" for one that is still to be made

    def with_marks(
        self, marks: Marks, aspects: Collection[str], targets: Targets, extension: str | None = None
    ) -> Document:
        """Return the document with these aspects of `marks` in it, everything foreign as it was.

        `extension` is put into photoshop:SidecarForExtension of a document that changes and has none.
        Raises SidecarError when a field has a form that is not known, or when the result could not be proven.
        """
        packet = Packet(self.text)
        if (text := packet.described()) != self.text:
            packet = Packet(text)
        write_fields(packet, marks, aspects, targets)
        if packet.changed() == text:
            return self
        if extension is not None and self.for_extension is None:
            packet.set_text(SIDECAR_FOR_EXTENSION, extension)
        result = parse_document(self.encoding.encode(packet.changed()))
        again = Packet(result.text)
        write_fields(again, marks, aspects, targets)
        if again.changed() != result.text:
            raise SidecarError("the marks could not be put into it in a way that reads back")
        return result

    def encode(self) -> bytes:
        return self.encoding.encode(self.text)


def empty_document() -> Document:
    """Return the sidecar that a photo without one begins with."""
    return Document(_EMPTY, Encoding(), {}, None, "")


def parse_document(data: bytes) -> Document:
    """Understand a sidecar's bytes. Raises SidecarError saying what is wrong with them."""
    text, encoding = decode(data)
    packet = Packet(text)
    check_declared(packet.declared, encoding)
    extension = packet.text(SIDECAR_FOR_EXTENSION)
    return Document(text, encoding, read_fields(packet), extension, hashlib.sha256(data).hexdigest())
