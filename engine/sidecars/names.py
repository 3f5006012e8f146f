"""The namespaces of XMP that Framepick knows, and the prefixes that everybody gives them."""

from __future__ import annotations

from engine.sidecars.spans import Name

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
XMP = "http://ns.adobe.com/xap/1.0/"
DYNAMIC_MEDIA = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
DARKTABLE = "http://darktable.sf.net/"
PHOTO_MECHANIC = "http://ns.camerabits.com/photomechanic/1.0/"

PREFIXES = {
    XMP: "xmp",
    DYNAMIC_MEDIA: "xmpDM",
    PHOTOSHOP: "photoshop",
    DIGIKAM: "digiKam",
    DARKTABLE: "darktable",
    PHOTO_MECHANIC: "photomechanic",
}

SIDECAR_FOR_EXTENSION: Name = (PHOTOSHOP, "SidecarForExtension")


def usual(name: Name) -> str:
    """Return a name as people write it: xmp:Rating."""
    return f"{PREFIXES.get(name[0], name[0])}:{name[1]}"
